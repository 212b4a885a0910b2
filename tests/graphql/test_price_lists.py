"""Price lists in the API, and their prices: set, removed, pasted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_customer_groups.groups import editing as groups
from saleor_customer_groups.models import PriceList, PriceListEntry
from saleor_customer_groups.pricing import editing
from saleor_customer_groups.pricing.inputs import EntryInput, ListInput
from tests.pricing.conftest import model

from .api import SIZES, nodes, ours, statements
from .catalogue import id_of, sell

pytestmark = pytest.mark.django_db

SHOWN = "id name groups { name } active state priority standAlone entriesCount"
LIST = f"""
query($first: Int!, $filter: GroupPriceListFilterInput) {{
  groupPriceLists(first: $first, filter: $filter) {{
    totalCount edges {{ node {{ {SHOWN} }} }} }} }}
"""
ONE = f"query($id: ID!) {{ groupPriceList(id: $id) {{ {SHOWN} }} }}"
ENTRIES = """
query($list: ID!, $first: Int!, $filter: GroupPriceListEntryFilterInput) {
  groupPriceListEntries(priceList: $list, first: $first, filter: $filter) { totalCount edges {
    node { variant { sku } channel { slug } minQuantity price { amount currency } } } } }
"""
CREATE = f"""
mutation($input: GroupPriceListCreateInput!) {{ groupPriceListCreate(input: $input) {{
  groupPriceList {{ {SHOWN} }} errors {{ field code }} }} }}
"""
UPDATE = f"""
mutation($id: ID!, $input: GroupPriceListInput!) {{ groupPriceListUpdate(id: $id, input: $input) {{
  groupPriceList {{ {SHOWN} }} errors {{ field code }} }} }}
"""
ACT = """
mutation($id: ID!) { groupPriceList%s(id: $id) {
  groupPriceList { id active } errors { field code } } }
"""
SET = """
mutation($list: ID!, $entries: [GroupPriceListEntryInput!]!) {
  groupPriceListEntriesSet(priceList: $list, entries: $entries) {
    changed groupPriceList { entriesCount } errors { field code } } }
"""
REMOVE = """
mutation($list: ID!, $variants: [ID!], $channel: ID, $quantity: Int, $all: Boolean) {
  groupPriceListEntriesRemove(priceList: $list, variants: $variants, channel: $channel,
                              minQuantity: $quantity, everything: $all) {
    removed errors { field code } } }
"""
PASTE = """
mutation($list: ID!, $text: String!, $dryRun: Boolean) {
  groupPriceListEntriesPaste(priceList: $list, text: $text, dryRun: $dryRun) {
    accepted changed problems { line text field code } errors { field code } } }
"""


@pytest.fixture
def vip():
    return groups.create_group("VIP")


@pytest.fixture
def wholesale(vip):
    return editing.save_list(ListInput(name="Wholesale", group_ids=[vip.pk]))


@pytest.fixture
def key(wholesale):
    return id_of(wholesale, "GroupPriceList")


def refusals(answer):
    return [(error["field"], error["code"]) for error in answer["errors"]]


def prices():
    found = PriceListEntry.objects.order_by("variant__sku", "channel__slug", "min_quantity")
    return [
        (sku, slug, quantity, str(amount))
        for sku, slug, quantity, amount in found.values_list(
            "variant__sku", "channel__slug", "min_quantity", "amount"
        )
    ]


def test_it_makes_changes_switches_and_deletes_a_list(prices_staff, vip):
    made = prices_staff.one(CREATE, input={"name": "Trade", "groups": [id_of(vip)]})
    key = made["groupPriceList"]["id"]

    assert made == {
        "groupPriceList": {
            "id": id_of(PriceList.objects.get(), "GroupPriceList"),
            "name": "Trade",
            "groups": [{"name": "VIP"}],
            "active": True,
            "state": "ACTIVE",
            "priority": 0,
            "standAlone": False,
            "entriesCount": 0,
        },
        "errors": [],
    }
    changed = prices_staff.one(UPDATE, id=key, input={"priority": 4})
    assert changed["groupPriceList"] == {**made["groupPriceList"], "priority": 4}
    off = prices_staff.one(ACT % "Deactivate", id=key)
    assert off["groupPriceList"] == {"id": key, "active": False}
    assert nodes(prices_staff.one(LIST, first=1, filter={"states": ["ACTIVE"]})) == []
    assert prices_staff.one(ACT % "Activate", id=key)["groupPriceList"]["active"] is True
    assert prices_staff.one(ACT % "Delete", id=key)["errors"] == []
    assert not PriceList.objects.exists()
    assert refusals(prices_staff.one(ACT % "Delete", id=key)) == [("id", "NOT_FOUND")]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"name": "", "groups": ["Q3VzdG9tZXJHcm91cDox"]}, ("name", "REQUIRED")),
        ({"name": "Trade", "groups": []}, ("groups", "REQUIRED")),
        ({"name": "Trade", "groups": ["nonsense"]}, ("groups", "NOT_FOUND")),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(prices_staff, given, refused):
    assert refusals(prices_staff.one(CREATE, input=given)) == [refused]
    assert not PriceList.objects.exists()


def test_it_sets_prices_and_shows_them(prices_staff, key, catalogue):
    small, usd, pln = id_of(catalogue.small), id_of(catalogue.usd), id_of(catalogue.pln)
    entries = [
        {"variant": small, "channel": usd, "amount": "8.00"},
        {"variant": small, "channel": usd, "minQuantity": 10, "amount": "7.50"},
        {"variant": small, "channel": pln, "amount": "30"},
    ]

    answer = prices_staff.one(SET, list=key, entries=entries)

    assert answer == {"changed": 3, "groupPriceList": {"entriesCount": 3}, "errors": []}
    shown = prices_staff.one(ENTRIES, list=key, first=10, filter={"channels": [usd]})
    assert nodes(shown) == [
        {
            "variant": {"sku": "small"},
            "channel": {"slug": "usd"},
            "minQuantity": quantity,
            "price": {"amount": amount, "currency": "USD"},
        }
        for quantity, amount in ((1, 8.0), (10, 7.5))
    ]
    again = prices_staff.one(SET, list=key, entries=[{**entries[0], "amount": "8.01"}, entries[1]])
    assert again["changed"] == 1


def test_one_wrong_price_refuses_all(prices_staff, key, catalogue):
    small, usd = id_of(catalogue.small), id_of(catalogue.usd)
    right = {"variant": small, "channel": usd, "amount": "8.00"}
    for wrong, refused in (
        ({**right, "amount": "-1"}, ("amount", "NEGATIVE")),
        ({**right, "amount": "1.001", "minQuantity": 3}, ("amount", "TOO_MANY_DECIMALS")),
        (right, ("entries", "DUPLICATE")),
        ({**right, "variant": usd}, ("variant", "NOT_FOUND")),
    ):
        answer = prices_staff.one(SET, list=key, entries=[right, wrong])
        assert refusals(answer) == [refused]
    assert prices() == []


def test_more_than_a_thousand_are_refused(prices_staff, key, catalogue):
    entry = {"variant": id_of(catalogue.small), "channel": id_of(catalogue.usd), "amount": "8.00"}

    answer = prices_staff.one(
        SET, list=key, entries=[{**entry, "minQuantity": number} for number in range(1, 1002)]
    )

    assert refusals(answer) == [("entries", "TOO_MANY")]


def test_it_removes_the_prices_that_fit(prices_staff, wholesale, key, catalogue):
    editing.set_entries(
        wholesale.pk,
        [
            EntryInput(one.pk, catalogue.usd.pk, Decimal(4), quantity)
            for one in (catalogue.small, catalogue.large)
            for quantity in (1, 5)
        ],
    )

    nothing = prices_staff.one(REMOVE, list=key)
    some = prices_staff.one(REMOVE, list=key, variants=[id_of(catalogue.small)], quantity=5)

    assert refusals(nothing) == [("everything", "REQUIRED")]
    assert some == {"removed": 1, "errors": []}
    assert prices_staff.one(REMOVE, list=key, all=True) == {"removed": 3, "errors": []}


def test_pasted_lines_are_done_or_reported(prices_staff, key, catalogue):
    text = "\n".join(
        [
            "small;usd;1;8,50",
            "",
            "large\tusd\t5\t17.00",
            "huge;usd;1;2.00",
            "small;mars;1;2.00",
            "small;usd;many;2.00",
            "small;usd;0;2.00",
            "small;usd;1;cheap",
            "small;usd;1;-2",
            "small;usd;1;9.00",
            "small;usd",
        ]
    )

    tried = prices_staff.one(PASTE, list=key, text=text, dryRun=True)
    assert prices() == []
    answer = prices_staff.one(PASTE, list=key, text=text)

    assert tried == answer
    assert (answer["accepted"], answer["changed"], answer["errors"]) == (2, 2, [])
    assert [(one["line"], one["field"], one["code"]) for one in answer["problems"]] == [
        (4, "sku", "not_found"),
        (5, "channel", "not_found"),
        (6, "quantity", "invalid"),
        (7, "min_quantity", "out_of_range"),
        (8, "amount", "invalid"),
        (9, "amount", "negative"),
        (10, "line", "duplicate"),
        (11, "line", "bad_lines"),
    ]
    assert answer["problems"][0]["text"] == "huge;usd;1;2.00"
    assert prices() == [("large", "usd", 5, "17.000"), ("small", "usd", 1, "8.500")]


def test_too_many_pasted_lines_are_refused(prices_staff, key, settings):
    settings.SALEOR_CUSTOMER_GROUPS = {"PASTED_LINES": 2}

    answer = prices_staff.one(PASTE, list=key, text="a\nb\nc")

    assert refusals(answer) == [("text", "TOO_MANY_LINES")]


def test_pasting_takes_the_same_statements_for_one_line_and_a_hundred(prices_staff, key, catalogue):
    for number in range(100):
        variant = model("product", "ProductVariant").objects.create(
            sku=f"v{number}", product=catalogue.tea
        )
        sell(variant, catalogue.usd, "3.00")
    lines = [f"v{number};usd;1;2.00" for number in range(100)]
    prices_staff.one(PASTE, list=key, text="v0;usd;1;1.00")

    few = statements(lambda: prices_staff.one(PASTE, list=key, text=lines[1]))
    many = statements(lambda: prices_staff.one(PASTE, list=key, text="\n".join(lines)))

    assert ours(few) == ours(many)


def test_pages_take_the_same_statements_whatever_their_size(
    prices_staff, vip, wholesale, key, catalogue
):
    for number in range(100):
        editing.save_list(ListInput(name=f"L{number}", group_ids=[vip.pk]))
    editing.set_entries(
        wholesale.pk,
        [EntryInput(catalogue.small.pk, catalogue.usd.pk, Decimal(4), n) for n in range(1, 101)],
    )
    for query, more in ((LIST, {}), (ENTRIES, {"list": key})):
        prices_staff.one(query, first=1, **more)
        taken = [
            statements(lambda q=query, m=more, n=size: prices_staff.one(q, first=n, **m))
            for size in SIZES
        ]
        assert len({len(found) for found in taken}) == 1


@pytest.mark.parametrize("who", ["nobody", "wrong_staff", "users_staff"])
def test_others_may_not(who, request, vip, wholesale, key, catalogue):
    api = request.getfixturevalue(who)
    entry = {"variant": id_of(catalogue.small), "channel": id_of(catalogue.usd), "amount": 1}

    for query, variables in (
        (LIST, {"first": 1}),
        (ONE, {"id": key}),
        (ENTRIES, {"list": key, "first": 1}),
        (CREATE, {"input": {"name": "X", "groups": [id_of(vip)]}}),
        (UPDATE, {"id": key, "input": {"name": "X"}}),
        (ACT % "Deactivate", {"id": key}),
        (ACT % "Activate", {"id": key}),
        (ACT % "Delete", {"id": key}),
        (SET, {"list": key, "entries": [entry]}),
        (REMOVE, {"list": key, "all": True}),
        (PASTE, {"list": key, "text": "small;usd;1;2.00"}),
    ):
        answer = api.post(query, **variables).json()
        assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert list(PriceList.objects.values_list("name", "active")) == [("Wholesale", True)]
    assert prices() == []


def test_null_says_nothing_or_takes_away(prices_staff, wholesale, key, catalogue):
    nothing = dict.fromkeys(["name", "groups", "active", "priority", "standAlone", "endsAt"])
    entry = {"variant": id_of(catalogue.small), "channel": id_of(catalogue.usd), "amount": "9"}

    changed = prices_staff.one(UPDATE, id=key, input=nothing)
    written = prices_staff.one(SET, list=key, entries=[{**entry, "minQuantity": None}])

    assert changed["errors"] == written["errors"] == []
    after = PriceList.objects.get()
    assert (after.name, after.active, after.priority) == ("Wholesale", True, 0)
    assert prices() == [("small", "usd", 1, "9.000")]
