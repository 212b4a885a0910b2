"""The pages of price lists, pasting, and explaining."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_customer_groups.groups import editing
from saleor_customer_groups.models import PriceList, PriceListEntry
from saleor_customer_groups.pricing import listing
from saleor_customer_groups.pricing.editing import save_list, save_rule, set_entries
from saleor_customer_groups.pricing.inputs import EntryInput, ListInput, RuleInput
from tests.callers import narrow_token_of, staff
from tests.pages.conftest import Browser

pytestmark = pytest.mark.django_db


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def trade_list(vip, listed):
    return save_list(ListInput(name="Trade", group_ids=[vip.pk]))


def test_a_list_is_made(merchant, vip):
    merchant.post("/prices/lists/new", {"name": "Trade", "groups": vip.pk, "active": "on"})

    made = PriceList.objects.get()
    assert (made.name, made.active, list(made.groups.all())) == ("Trade", True, [vip])


def test_prices_are_checked_first_and_then_set(merchant, trade_list):
    lines = "small;usd;1;80\nsmall;usd;10;70,50\nnothing;usd;1;1\ntea_bag;usd;1;9.999"
    address = f"/prices/lists/{trade_list.pk}/paste"

    checked = text(merchant.post(address, {"lines": lines}))
    assert "2 lines give a price." in checked
    assert "2 lines are left out." in checked
    assert "There is no variant “nothing”." in checked
    assert not PriceListEntry.objects.exists()

    merchant.post(address, {"lines": lines, "sure": "1"})
    rows = PriceListEntry.objects.order_by("min_quantity").values_list("min_quantity", "amount")
    assert list(rows) == [(1, Decimal(80)), (10, Decimal("70.5"))]


def test_entries_are_shown_found_and_removed(merchant, trade_list, listed):
    set_entries(
        trade_list.pk,
        [
            EntryInput(listed.small.pk, listed.usd.pk, Decimal(80)),
            EntryInput(listed.tea_bag.pk, listed.usd.pk, Decimal(8)),
        ],
    )
    address = f"/prices/lists/{trade_list.pk}"
    assert "$80.00" in text(merchant.get(address))
    assert "$80.00" not in text(merchant.get(address, {"q": "tea"}))

    entry = PriceListEntry.objects.get(amount=80)
    assert "1 price is removed." in text(merchant.get(f"{address}/remove", {"entry": entry.pk}))
    merchant.post(f"{address}/remove", {"entry": entry.pk, "sure": "1"})

    assert list(PriceListEntry.objects.values_list("amount", flat=True)) == [Decimal(8)]


def test_many_are_removed_by_as_many_statements_as_one(merchant, trade_list, listed):
    counts = []
    for quantities in (range(1, 2), range(1, 40)):
        set_entries(
            trade_list.pk,
            [EntryInput(listed.small.pk, listed.usd.pk, Decimal(80), n) for n in quantities],
        )
        ids = list(PriceListEntry.objects.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as queries:
            merchant.post(f"/prices/lists/{trade_list.pk}/remove", {"entry": ids, "sure": "1"})
        counts.append(len(queries))

    assert not PriceListEntry.objects.exists()
    assert counts[0] == counts[1]


def test_a_large_list_and_its_groups_are_counted_up_to_a_limit(
    merchant, trade_list, listed, vip, monkeypatch
):
    monkeypatch.setattr(listing, "COUNTED", 3)
    others = [editing.create_group(f"Group {number}") for number in range(3)]
    trade_list.groups.add(*others)
    for count, shown in ((3, '<td class="number">3</td>'), (4, '<td class="number">over 3</td>')):
        set_entries(
            trade_list.pk,
            [EntryInput(listed.small.pk, listed.usd.pk, Decimal(80), n + 1) for n in range(count)],
        )
        assert shown in text(merchant.get("/prices/lists"))

    page = text(merchant.get("/prices/lists"))
    named = sorted([vip, *others], key=lambda group: group.pk)
    assert [group.name in page for group in named] == [True, True, True, False]
    assert "…" in page


def test_a_list_is_changed_and_deleted(merchant, trade_list, vip):
    address = f"/prices/lists/{trade_list.pk}"
    merchant.post(f"{address}/settings", {"name": "Traders", "groups": vip.pk})
    trade_list.refresh_from_db()
    assert (trade_list.name, trade_list.active) == ("Traders", False)

    merchant.post(f"{address}/delete")
    assert not PriceList.objects.exists()


def test_it_explains_why_a_customer_pays_a_price(merchant, trade_list, vip, alice, listed):
    set_entries(trade_list.pk, [EntryInput(listed.small.pk, listed.usd.pk, Decimal(80))])
    for name, percentage in (("Ten", 10), ("Five", 5)):
        save_rule(
            RuleInput(
                name=name,
                group_ids=[vip.pk],
                kind="percentage_off",
                percentage=Decimal(percentage),
                everything=True,
            )
        )

    asked = {"customer": alice.pk, "channel": listed.usd.pk, "variants": listed.small.pk}
    shown = text(merchant.get("/prices/explain", asked))

    for said in ("$100.00", "$80.00", "$72.00", "Ten", "Five"):
        assert said in shown
    assert "Another one gives a lower price at the same priority." in shown
    guest = text(merchant.get("/prices/explain", {**asked, "customer": ""}))
    assert "No rule or price list of their groups names it." in guest


def test_it_names_nobody_to_who_may_not_see_customers(client, trade_list, alice, listed):
    user = staff("discount.manage_discounts", email="prices@example.com")
    prices = Browser(client, narrow_token_of(user, "MANAGE_DISCOUNTS"))
    asked = {"customer": alice.pk, "channel": listed.usd.pk, "variants": listed.small.pk}

    shown = text(prices.get("/prices/explain", asked))

    assert f"<span>#{alice.pk}</span>" in shown
    assert alice.email not in shown
    assert "$100.00" in shown


def test_what_is_not_sold_in_the_channel_is_said(merchant, listed):
    asked = {"channel": listed.pln.pk, "variants": listed.tea_bag.pk}

    assert "It is not sold in this channel." in text(merchant.get("/prices/explain", asked))


@pytest.mark.parametrize("who", ["nobody", "storekeeper"])
def test_others_may_not(who, request, trade_list, vip):
    browser = request.getfixturevalue(who)
    address = f"/prices/lists/{trade_list.pk}"

    answers = [
        browser.get("/prices/lists"),
        browser.get(address),
        browser.post("/prices/lists/new", {"name": "X", "groups": vip.pk}),
        browser.post(f"{address}/settings", {"name": "X", "groups": vip.pk}),
        browser.post(f"{address}/paste", {"lines": "small;usd;1;1", "sure": "1"}),
        browser.post(f"{address}/delete"),
    ]

    assert {answer.status_code for answer in answers} == {401 if who == "nobody" else 403}
    assert list(PriceList.objects.values_list("name", flat=True)) == ["Trade"]
    assert not PriceListEntry.objects.exists()


def test_one_price_is_added_and_gets_another_amount(merchant, trade_list, listed):
    address = f"/prices/lists/{trade_list.pk}/entry"
    sent = {"variant": listed.small.pk, "channel": listed.usd.pk, "min_quantity": "10"}

    assert merchant.post(address, {**sent, "amount": "80"}).status_code == 200
    entry = PriceListEntry.objects.get()
    assert (entry.amount, entry.min_quantity) == (Decimal(80), 10)
    dialog = text(merchant.get(address, {"entry": entry.pk}))
    assert 'value="80"' in dialog
    assert f'<input type="hidden" name="variant" value="{listed.small.pk}">' in dialog
    merchant.post(f"{address}?entry={entry.pk}", {**sent, "amount": "75.5"})

    rows = PriceListEntry.objects.values_list("min_quantity", "amount")
    assert list(rows) == [(10, Decimal("75.5"))]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"amount": "-1"}, "amount", "must not be negative"),
        ({"amount": "1.999"}, "amount", "more decimals than USD knows"),
        ({"min_quantity": "0"}, "min_quantity", "greater than or equal to 1"),
        ({"variant": ""}, "variant", "This field is required."),
        ({"variant": "987654"}, "variant", "987654"),
    ],
)
def test_what_is_wrong_with_a_price_is_said_at_its_field(
    merchant, trade_list, listed, wrong, field, said
):
    sent = {"variant": listed.small.pk, "channel": listed.usd.pk, "amount": "80", **wrong}

    answer = merchant.post(f"/prices/lists/{trade_list.pk}/entry", sent)

    assert answer.status_code == 422
    assert said in text(answer).partition(f'id="id_{field}-help"')[2].partition("</div></div>")[0]
    assert not PriceListEntry.objects.exists()


def test_a_price_of_another_list_is_not_found(merchant, trade_list, listed, vip):
    other = save_list(ListInput(name="Other", group_ids=[vip.pk]))
    set_entries(other.pk, [EntryInput(listed.small.pk, listed.usd.pk, Decimal(80))])
    entry = PriceListEntry.objects.get()

    answer = merchant.get(f"/prices/lists/{trade_list.pk}/entry", {"entry": entry.pk})

    assert answer.status_code == 404


def test_a_list_says_which_others_it_meets(merchant, trade_list, listed, vip):
    gold = editing.create_group("Gold")
    past = timezone.now() - timedelta(days=1)
    others = {
        "Meets": ListInput(name="Meets", group_ids=[vip.pk]),
        "Other things": ListInput(name="Other things", group_ids=[vip.pk]),
        "Other group": ListInput(name="Other group", group_ids=[gold.pk]),
        "Off": ListInput(name="Off", group_ids=[vip.pk], active=False),
        "Over": ListInput(name="Over", group_ids=[vip.pk], ends_at=past),
    }
    price = EntryInput(listed.small.pk, listed.usd.pk, Decimal(80))
    set_entries(trade_list.pk, [price])
    save_list(ListInput(name="Trade", group_ids=[vip.pk], starts_at=past), list_id=trade_list.pk)
    for name, given in others.items():
        tea = EntryInput(listed.tea_bag.pk, listed.usd.pk, Decimal(8))
        set_entries(save_list(given).pk, [tea if name == "Other things" else price])
    page = f"/prices/lists/{trade_list.pk}"
    assert f"{page}/rivals" in text(merchant.get(page))

    shown = text(merchant.get(f"{page}/rivals"))

    named = [name for name in others if f">{name}</a>" in shown]
    assert named == ["Meets"]
    other = PriceList.objects.get(name="Other group")
    assert text(merchant.get(f"/prices/lists/{other.pk}/rivals")) == ""


def test_rules_and_lists_of_a_group_are_found(merchant, trade_list, vip):
    gold = editing.create_group("Gold")
    save_list(ListInput(name="Of gold", group_ids=[gold.pk]))
    assert f"/prices?group={gold.pk}" in text(merchant.get(f"/groups/{gold.pk}/settings"))

    shown = text(merchant.get("/prices/lists", {"group": gold.pk}))

    assert ("Of gold" in shown, "Trade" in shown) == (True, False)
    assert f'<input type="hidden" name="group" value="{gold.pk}">' in shown
    assert f'/pages/prices?group={gold.pk}">Rules</a>' in shown
    assert "No rule is like that" in text(merchant.get("/prices", {"group": gold.pk}))


def test_who_may_not_sets_no_price(nobody, storekeeper, client, trade_list, listed):
    reader = Browser(client, narrow_token_of(staff("order.manage_orders"), "MANAGE_ORDERS"))
    sent = {"variant": listed.small.pk, "channel": listed.usd.pk, "amount": "80"}
    page = f"/prices/lists/{trade_list.pk}"
    for browser, status in ((nobody, 401), (storekeeper, 403), (reader, 403)):
        assert browser.get(f"{page}/entry").status_code == status
        assert browser.post(f"{page}/entry", sent).status_code == status
    for browser, status in ((nobody, 401), (storekeeper, 403), (reader, 200)):
        assert browser.get(f"{page}/rivals").status_code == status
    assert not PriceListEntry.objects.exists()
