"""What `make demo-saleor` prints: commands that show a group price through Saleor's GraphQL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from launcher.runs import Run
from launcher.supervision import Shop

VIP = "vip@example.com"
STANDARD = "standard@example.com"
PASSWORD = "password"
FACTS = "facts.json"
TEXT = r"""{product} costs {price} in the channel {channel}. There are
  {vip:<22} VIP: the rule takes 25 % off everything
  {standard:<22} Standard: the shop's own prices
  admin@example.com      staff, password: admin
The password of the first two: {password}

Paste this into another terminal, then the lines below one by one:

  API={address}/graphql/ TOKEN=
  ask() {{ curl -s "$API" ${{TOKEN:+-H "Authorization: Bearer $TOKEN"}} \
    -H 'Content-Type: application/json' --data-raw \
    "$(python3 -c 'import json, sys; print(json.dumps({{"query": sys.argv[1]}}))' "$1")"; echo; }}
  sign_in() {{ TOKEN=; TOKEN=$(ask 'mutation {{ tokenCreate(email: "'"$1"'",
    password: "{password}") {{ token }} }}' | grep -o 'ey[^"]*'); }}
  basket='mutation {{ checkoutCreate(input: {{channel: "{channel}",
    lines: [{{quantity: 1, variantId: "{variant}"}}]}}) {{ errors {{ field message }}
    checkout {{ id lines {{ undiscountedUnitPrice {{ amount }} unitPrice {{ gross {{ amount }} }}
    }} }} }} }}'

  ask "$basket"                                       # a guest
  sign_in {standard}; ask "$basket"        # the same price, was = now
  sign_in {vip}; ask "$basket"             # was / now, a quarter less
  ask 'mutation {{ accountRegister(input: {{email: "new@example.com", password: "{password}",
    channel: "{channel}"}}) {{ errors {{ field message }} }} }}'

The plugin's commands, on this shop: who registered is in Standard; put them into VIP, and their
next look at the basket has the VIP price.

  . {env}
  {python} -m django customer_group history new@example.com
  {python} -m django customer_group add vip new@example.com"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Something to buy in Saleor's sample data."""

    channel: str
    product: str
    variant: str
    price: str


def make_people_and_prices(run: Run, shop: Shop) -> None:
    """Make what the story tells of in the shop's database, and note what there is to buy."""
    arguments = ", ".join(map(repr, (str(run.folder / FACTS), VIP, STANDARD, PASSWORD)))
    program = f"from launcher.inside_saleor import fill; fill({arguments})"
    shell = ("-m", "django", "shell", "--no-imports", "--command", program)
    run.children.run(shop.command("prices", *shell, cwd=run.folder))


def story(address: str, shop: Shop, folder: Path) -> str:
    """The text for the terminal."""
    facts = Facts(**json.loads((folder / FACTS).read_text()))
    return TEXT.format(
        address=address,
        channel=facts.channel,
        product=facts.product,
        variant=facts.variant,
        price=facts.price,
        vip=VIP,
        standard=STANDARD,
        password=PASSWORD,
        env=shop.env_file,
        python=shop.python,
    )
