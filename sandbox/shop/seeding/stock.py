"""What the shop sells, as plain values. Prices are US dollars; the other channel's follow."""

# ruff: noqa: E501 - a table reads best with a row a line

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """`rate` turns a dollar price into this channel's, which then ends in .99 or .00."""

    slug: str
    name: str
    currency: str
    country: str
    rate: Decimal


CHANNELS: Final = (
    ChannelFacts("default-channel", "United States", "USD", "US", Decimal(1)),
    ChannelFacts("channel-pln", "Polska", "PLN", "PL", Decimal(4)),
)

# Slug, name, and the categories below it.
Tree = tuple[str, str, tuple["Tree", ...]]
CATEGORIES: Final[tuple[Tree, ...]] = (
    (
        "kitchen",
        "Kitchen",
        (
            ("coffee", "Coffee", (("brewers", "Brewers", ()), ("grinders", "Grinders", ()))),
            ("tableware", "Tableware", (("cups", "Cups", ()), ("plates", "Plates", ()))),
        ),
    ),
    (
        "living",
        "Living",
        (
            ("lighting", "Lighting", (("lamps", "Lamps", ()),)),
            ("textiles", "Textiles", (("throws", "Throws", ()), ("cushions", "Cushions", ()))),
        ),
    ),
    (
        "garden",
        "Garden",
        (("outdoors", "Outdoors", (("tools", "Tools", ()), ("planters", "Planters", ()))),),
    ),
)


@dataclass(frozen=True, slots=True)
class Goods:
    """A product: its variants are (sku, name, dollars)."""

    slug: str
    name: str
    category: str
    text: str
    variants: tuple[tuple[str, str, str], ...]


def one(sku: str, dollars: str) -> tuple[tuple[str, str, str], ...]:
    return ((sku, "One size", dollars),)


def sizes(sku: str, **dollars: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((f"{sku}-{name[0].upper()}", name, price) for name, price in dollars.items())


GOODS: Final = (
    Goods("dripper", "Ribbed Dripper", "brewers", "Porcelain, for one or two cups.", one("DRIP", "24")),
    Goods("moka-pot", "Stovetop Pot", "brewers", "Cast aluminium with a beech handle.",
          sizes("MOKA", Small="32", Large="44")),
    Goods("press", "Double-walled Press", "brewers", "Keeps a litre hot for an hour.", one("PRESS", "58")),
    Goods("kettle", "Gooseneck Kettle", "brewers", "A slow, thin, steady pour.", one("KETTLE", "80")),
    Goods("hand-grinder", "Hand Grinder", "grinders", "Steel burrs, thirty-six clicks.", one("HGRIND", "95")),
    Goods("electric-grinder", "Quiet Grinder", "grinders", "Slow turning, no static.", one("EGRIND", "189")),
    Goods("espresso-cup", "Espresso Cup", "cups", "Thick rim, seventy millilitres.", one("CUP-E", "9")),
    Goods("harbour-mug", "Harbour Mug", "cups", "Speckled stoneware with a wide grip.",
          sizes("MUG", Small="14", Large="18")),
    Goods("tea-bowl", "Tea Bowl", "cups", "Thrown by hand, no two alike.", one("BOWL-T", "22")),
    Goods("travel-cup", "Travel Cup", "cups", "Closes with a quarter turn.", one("CUP-T", "28")),
    Goods("dinner-plate", "Dinner Plate", "plates", "Twenty-seven centimetres, matt glaze.", one("PLATE-D", "19")),
    Goods("side-plate", "Side Plate", "plates", "Twenty centimetres, matt glaze.", one("PLATE-S", "13")),
    Goods("serving-bowl", "Serving Bowl", "plates", "For salad, fruit, or the keys.", one("BOWL-S", "46")),
    Goods("oval-platter", "Oval Platter", "plates", "Long enough for a whole fish.", one("PLATTER", "64")),
    Goods("desk-lamp", "Desk Lamp", "lamps", "Turned oak and a linen shade.", one("LAMP-D", "120")),
    Goods("lantern", "Storm Lantern", "lamps", "Brass, burns eight hours.", one("LANTERN", "54")),
    Goods("pendant", "Paper Pendant", "lamps", "Folded from one sheet.",
          sizes("PENDANT", Small="68", Large="98")),
    Goods("reading-light", "Reading Light", "lamps", "Clips on a shelf, warm white.", one("LIGHT-R", "39")),
    Goods("wool-throw", "Wool Throw", "throws", "Undyed wool from mountain sheep.", one("THROW-W", "110")),
    Goods("cotton-throw", "Waffle Throw", "throws", "Cotton, dries fast.", one("THROW-C", "49")),
    Goods("picnic-blanket", "Picnic Blanket", "throws", "Waxed on one side.", one("BLANKET", "72")),
    Goods("linen-cushion", "Linen Cushion", "cushions", "Washed linen, feather filling.",
          sizes("CUSH-L", Small="34", Large="48")),
    Goods("velvet-cushion", "Velvet Cushion", "cushions", "Deep pile, hidden zip.", one("CUSH-V", "42")),
    Goods("floor-cushion", "Floor Cushion", "cushions", "Firm, and large enough for two.", one("CUSH-F", "76")),
    Goods("hand-fork", "Hand Fork", "tools", "Forged in one piece.", one("FORK", "21")),
    Goods("trowel", "Planting Trowel", "tools", "With a scale up the blade.", one("TROWEL", "19")),
    Goods("pruner", "Bypass Pruner", "tools", "Can be taken apart and sharpened.", one("PRUNER", "47")),
    Goods("watering-can", "Watering Can", "tools", "Long reach, brass rose.",
          sizes("CAN", Small="36", Large="52")),
    Goods("clay-pot", "Clay Pot", "planters", "Frost-proof terracotta.",
          sizes("POT", Small="12", Medium="20", Large="34")),
    Goods("zinc-trough", "Zinc Trough", "planters", "Seventy centimetres of herbs.", one("TROUGH", "66")),
    Goods("hanging-planter", "Hanging Planter", "planters", "Stoneware and jute.", one("PLANTER-H", "31")),
)  # fmt: skip

COLLECTIONS: Final = {
    ("bestsellers", "Bestsellers"): ("harbour-mug", "kettle", "wool-throw", "desk-lamp", "pruner"),
    ("slow-mornings", "Slow mornings"): ("dripper", "press", "hand-grinder", "tea-bowl", "lantern"),
    ("balcony", "For the balcony"): ("clay-pot", "zinc-trough", "hanging-planter", "watering-can"),
}

# The shop's own promotion, for everybody: percent off these products.
PROMOTION: Final = ("Softer days", Decimal(20))
PROMOTED: Final = ("linen-cushion", "velvet-cushion", "floor-cushion", "cotton-throw", "lantern")

VOUCHER: Final = ("WELCOME10", "Welcome", Decimal(10))
