"""Editing rules, lists and entries: done whole or refused with the field and a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from saleor_customer_groups import events
from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.models import (
    PriceList,
    PriceListEntry,
    PriceRule,
    PriceRuleAmount,
    PriceRuleTarget,
    RepricingRequest,
)
from saleor_customer_groups.pricing import editing, presence
from saleor_customer_groups.pricing.inputs import EntryInput, ListInput, RuleInput, TargetInput
from tests.heard import forget, heard

from .conftest import NOW

pytestmark = pytest.mark.django_db
UNKNOWN = 2_000_000_000


@pytest.fixture
def off(vip) -> RuleInput:
    """10 % off everything for VIPs."""
    return RuleInput(
        name="VIP",
        kind="percentage_off",
        percentage=Decimal(10),
        group_ids=[vip.pk],
        everything=True,
    )


@pytest.fixture
def fixed(vip, shop) -> RuleInput:
    """A fixed price of a product for VIPs, in both channels."""
    return RuleInput(
        name="VIP espresso",
        kind="fixed_price",
        amounts={"USD": Decimal("9.50"), "PLN": Decimal(38)},
        group_ids=[vip.pk],
        targets=[TargetInput("product", shop.espresso.pk)],
    )


@pytest.fixture
def wholesale(vip) -> PriceList:
    return editing.save_list(ListInput(name="Wholesale", group_ids=[vip.pk]))


@pytest.fixture
def small(shop):
    """An entry of the small espresso in dollars: small("8.00", min_quantity=10)."""

    def make(amount: str, **fields) -> EntryInput:
        fields = {"variant_id": shop.small.pk, "channel_id": shop.usd.pk, **fields}
        return EntryInput(amount=Decimal(amount), **fields)

    return make


def check_constraints() -> None:
    """What the database would only say at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def repriced() -> list[int]:
    """The groups whose open checkouts are to be priced again, since the last question."""
    groups = list(RepricingRequest.objects.values_list("group_id", flat=True))
    RepricingRequest.objects.all().delete()
    return groups


def entries() -> list[tuple[int, int, str]]:
    rows = PriceListEntry.objects.order_by("variant_id", "min_quantity")
    return [(row.variant_id, row.min_quantity, str(row.amount)) for row in rows]


def test_a_rule_is_saved_with_all_that_it_says(shop, vip, trade):
    rule = editing.save_rule(
        RuleInput(
            name="Coffee week",
            kind="amount_off",
            amounts={"USD": Decimal("1.50")},
            group_ids=[vip.pk, trade.pk],
            channel_ids=[shop.usd.pk],
            targets=[
                TargetInput("category", shop.coffee.pk),
                TargetInput("collection", shop.sale.pk),
                TargetInput("product", shop.tea.pk),
                TargetInput("variant", shop.large.pk, excluded=True),
            ],
            min_quantity=2,
            starts_at=NOW,
            ends_at=NOW + timedelta(days=7),
            priority=3,
            stand_alone=True,
            active=False,
        )
    )
    check_constraints()

    rule = PriceRule.objects.get(pk=rule.pk)
    assert (rule.name, rule.kind, rule.percentage) == ("Coffee week", "amount_off", None)
    assert (rule.everything, rule.min_quantity, rule.priority) == (False, 2, 3)
    assert (rule.starts_at, rule.ends_at) == (NOW, NOW + timedelta(days=7))
    assert (rule.stand_alone, rule.active) == (True, False)
    assert set(rule.groups.all()) == {vip, trade}
    assert (rule.every_channel, list(rule.channels.all())) == (False, [shop.usd])
    amounts = [(row.currency, row.amount) for row in rule.amounts.all()]
    assert amounts == [("USD", Decimal("1.500"))]
    assert {str(row) for row in rule.targets.all()} == {
        f"category {shop.coffee.pk}",
        f"collection {shop.sale.pk}",
        f"product {shop.tea.pk}",
        f"not variant {shop.large.pk}",
    }
    assert repriced() == sorted([vip.pk, trade.pk])


def test_a_changed_rule_says_only_what_it_was_given(fixed, off, shop, trade):
    rule = editing.save_rule(fixed)
    kept = rule.amounts.get(currency="USD").pk
    changed = replace(
        fixed,
        amounts={"USD": Decimal(9)},
        channel_ids=[shop.usd.pk],
        group_ids=[trade.pk],
        targets=[TargetInput("variant", shop.small.pk)],
    )
    repriced()

    editing.save_rule(changed, rule_id=rule.pk)
    check_constraints()

    assert list(rule.amounts.values_list("pk", "currency", "amount")) == [
        (kept, "USD", Decimal("9.000"))
    ]
    assert [str(row) for row in rule.targets.all()] == [f"variant {shop.small.pk}"]
    assert list(rule.groups.all()) == [trade]
    assert repriced() == sorted([*fixed.group_ids, trade.pk])

    editing.save_rule(off, rule_id=rule.pk)
    check_constraints()
    rule.refresh_from_db()
    assert (rule.kind, rule.every_channel) == ("percentage_off", True)
    assert PriceRuleAmount.objects.count() == PriceRuleTarget.objects.count() == 0


def test_saving_a_rule_again_writes_no_new_targets(fixed):
    rule = editing.save_rule(fixed)
    before = list(rule.targets.values_list("pk", flat=True))
    editing.save_rule(fixed, rule_id=rule.pk)
    assert list(rule.targets.values_list("pk", flat=True)) == before


def test_a_target_named_twice_is_one(fixed):
    editing.save_rule(replace(fixed, targets=[*fixed.targets, *fixed.targets]))
    assert PriceRuleTarget.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "code", "sentence"),
    [
        ({"name": " "}, "name", "required", "The name must not be empty."),
        (
            {"name": "x" * 251},
            "name",
            "too_long",
            "The name must have at most 250 characters.",
        ),
        ({"name": "V\x00P"}, "name", "invalid", "The name must not contain a null character."),
        (
            {"kind": "half_price"},
            "kind",
            "invalid",
            "“half_price” is no kind of price rule; choose one of percentage_off, amount_off, "
            "fixed_price, percentage_up, amount_up.",
        ),
        (
            {"percentage": None},
            "percentage",
            "required",
            "A percentage rule needs a percentage.",
        ),
        (
            {"percentage": Decimal("NaN")},
            "percentage",
            "invalid",
            "“NaN” is no percentage.",
        ),
        ({"percentage": 10.5}, "percentage", "invalid", "“10.5” is no percentage."),
        (
            {"percentage": Decimal(0)},
            "percentage",
            "not_positive",
            "The percentage must be more than 0.",
        ),
        (
            {"percentage": Decimal("100.0001")},
            "percentage",
            "over_100",
            "The percentage off must be at most 100.",
        ),
        (
            {"kind": "percentage_up", "percentage": Decimal(1000)},
            "percentage",
            "too_large",
            "The percentage must be less than 1000.",
        ),
        (
            {"percentage": Decimal("0.00001")},
            "percentage",
            "too_many_decimals",
            "The percentage must have at most 4 decimals.",
        ),
        (
            {"amounts": {"USD": Decimal(1)}},
            "amounts",
            "not_allowed",
            "A percentage rule has no amounts.",
        ),
        (
            {"kind": "amount_off"},
            "percentage",
            "not_allowed",
            "A rule by amount has no percentage.",
        ),
        (
            {"kind": "amount_off", "percentage": None},
            "amounts",
            "required",
            "A rule by amount needs an amount for each currency it applies in.",
        ),
        (
            {"min_quantity": 0},
            "min_quantity",
            "out_of_range",
            "The minimum quantity must be at least 1.",
        ),
        (
            {"min_quantity": 2**31},
            "min_quantity",
            "out_of_range",
            "The minimum quantity is too large.",
        ),
        (
            {"priority": -(2**31)},
            "priority",
            "out_of_range",
            "The priority must be between -2147483647 and 2147483647.",
        ),
        (
            {"starts_at": NOW, "ends_at": NOW},
            "ends_at",
            "ends_before_start",
            "The window must end after it starts.",
        ),
        (
            {"starts_at": datetime(2026, 1, 1)},  # noqa: DTZ001 - that is the fault
            "starts_at",
            "no_time_zone",
            "starts_at must say its time zone.",
        ),
        ({"group_ids": []}, "groups", "required", "Name at least one customer group."),
        (
            {"group_ids": [UNKNOWN]},
            "groups",
            "not_found",
            "There is no customer group 2000000000.",
        ),
        (
            {"channel_ids": [UNKNOWN]},
            "channels",
            "not_found",
            "There is no channel 2000000000.",
        ),
        (
            {"everything": False},
            "targets",
            "required",
            "Name what the rule applies to, or say that it is for everything.",
        ),
        (
            {"everything": False, "targets": [TargetInput("variant", 1, excluded=True)]},
            "targets",
            "required",
            "Name what the rule applies to, or say that it is for everything.",
        ),
        (
            {"targets": [TargetInput("variant", 1)]},
            "targets",
            "not_allowed",
            "A rule for everything names no targets; it may exclude some.",
        ),
        (
            {"everything": False, "targets": [TargetInput("brand", 1)]},
            "targets",
            "invalid",
            "“brand” is no kind of target; choose one of category, collection, product, variant.",
        ),
        (
            {"everything": False, "targets": [TargetInput("variant", UNKNOWN)]},
            "targets",
            "not_found",
            "There is no product variant 2000000000.",
        ),
        (
            {"targets": [TargetInput("category", UNKNOWN, excluded=True)]},
            "targets",
            "not_found",
            "There is no category 2000000000.",
        ),
    ],
)
def test_a_rule_is_refused(off, shop, changes, field, code, sentence):
    with pytest.raises(InvalidInput) as refusal:
        editing.save_rule(replace(off, **changes))
    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert str(refusal.value) == sentence
    assert PriceRule.objects.count() == 0
    assert repriced() == []


@pytest.mark.parametrize(
    ("amounts", "code", "sentence"),
    [
        ({"USD": Decimal(-1)}, "negative", "The amount in USD must not be negative."),
        ({"USD": Decimal("NaN")}, "invalid", "“NaN” is no amount in USD."),
        ({"USD": 9.5}, "invalid", "“9.5” is no amount in USD."),
        ({"USD": Decimal("9.505")}, "too_many_decimals", "9.505 has more decimals than USD knows."),
        ({"JPY": Decimal("9.5")}, "too_many_decimals", "9.5 has more decimals than JPY knows."),
        ({"USD": Decimal(10) ** 17}, "too_large", "The amount in USD is too large."),
        ({"usd": Decimal(9)}, "unknown_currency", "“usd” is no currency code."),
        (
            {"USD": Decimal(9)},
            "currency_missing",
            "The rule applies in channels that sell in PLN, but has no amount in that currency.",
        ),
        (
            {"USD": Decimal(9), "PLN": Decimal(36), "EUR": Decimal(8)},
            "currency_mismatch",
            "No channel of the rule sells in EUR.",
        ),
    ],
)
def test_amounts_are_refused(fixed, amounts, code, sentence):
    with pytest.raises(InvalidInput) as refusal:
        editing.save_rule(replace(fixed, amounts=amounts))
    assert (refusal.value.field, refusal.value.code) == ("amounts", code)
    assert str(refusal.value) == sentence
    assert PriceRule.objects.count() == 0


def test_amounts_follow_the_channels_of_the_rule(fixed, shop):
    rule = editing.save_rule(
        replace(fixed, amounts={"PLN": Decimal(38)}, channel_ids=[shop.pln.pk])
    )
    check_constraints()
    assert rule.amounts.get().currency == "PLN"


def test_a_refused_change_leaves_the_rule_as_it_was(fixed, trade):
    rule = editing.save_rule(fixed)
    repriced()
    with pytest.raises(InvalidInput):
        editing.save_rule(
            replace(fixed, name="New", targets=[TargetInput("variant", UNKNOWN)]), rule_id=rule.pk
        )
    assert PriceRule.objects.get().name == "VIP espresso"
    assert (rule.amounts.count(), rule.targets.count()) == (2, 1)
    assert repriced() == []


def test_deleting_a_rule(fixed):
    rule = editing.save_rule(fixed)
    repriced()
    editing.delete_rule(rule.pk)
    check_constraints()
    assert PriceRule.objects.count() == PriceRuleAmount.objects.count() == 0
    assert repriced() == list(fixed.group_ids)


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda: editing.delete_rule(UNKNOWN), "There is no price rule 2000000000."),
        (lambda: editing.delete_list(UNKNOWN), "There is no price list 2000000000."),
        (lambda: editing.set_entries(UNKNOWN, []), "There is no price list 2000000000."),
        (lambda: editing.remove_entries(UNKNOWN), "There is no price list 2000000000."),
    ],
)
def test_what_does_not_exist_cannot_be_changed(act, sentence):
    with pytest.raises(InvalidInput, match=sentence) as refusal:
        act()
    assert (refusal.value.field, refusal.value.code) == ("id", "not_found")


def test_what_does_not_exist_cannot_be_saved(off, vip):
    with pytest.raises(InvalidInput, match="There is no price rule 2000000000"):
        editing.save_rule(off, rule_id=UNKNOWN)
    with pytest.raises(InvalidInput, match="There is no price list 2000000000"):
        editing.save_list(ListInput(name="Trade", group_ids=[vip.pk]), list_id=UNKNOWN)


def test_a_list_is_saved_and_changed(vip, trade):
    given = ListInput(
        name="Wholesale",
        group_ids=[vip.pk],
        starts_at=NOW,
        ends_at=NOW + timedelta(days=1),
        priority=2,
        stand_alone=True,
        active=False,
    )
    made = PriceList.objects.get(pk=editing.save_list(given).pk)
    assert (made.name, made.priority, made.stand_alone, made.active) == (
        "Wholesale",
        2,
        True,
        False,
    )
    assert (made.starts_at, made.ends_at) == (NOW, NOW + timedelta(days=1))
    assert repriced() == [vip.pk]

    editing.save_list(ListInput(name="Trade", group_ids=[trade.pk]), list_id=made.pk)
    made.refresh_from_db()
    assert (made.name, made.priority, made.starts_at, made.active) == ("Trade", 0, None, True)
    assert list(made.groups.all()) == [trade]
    assert repriced() == sorted([vip.pk, trade.pk])


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": ""}, "name", "required"),
        ({"group_ids": []}, "groups", "required"),
        ({"group_ids": [UNKNOWN]}, "groups", "not_found"),
        ({"starts_at": NOW, "ends_at": NOW}, "ends_at", "ends_before_start"),
        ({"priority": 2**31}, "priority", "out_of_range"),
    ],
)
def test_a_list_is_refused(vip, changes, field, code):
    given = ListInput(**{"name": "Trade", "group_ids": [vip.pk], **changes})
    with pytest.raises(InvalidInput) as refusal:
        editing.save_list(given)
    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert PriceList.objects.count() == 0


def test_entries_are_added_and_changed(wholesale, shop, vip, small):
    repriced()
    given = [
        small("8.00"),
        small("7.50", min_quantity=10),
        small("3.00", variant_id=shop.tea_bag.pk),
    ]
    assert editing.set_entries(wholesale.pk, given) == 3
    assert repriced() == [vip.pk]

    assert editing.set_entries(wholesale.pk, [small("7.90"), small("7.00", min_quantity=10)]) == 2
    assert entries() == [
        (shop.small.pk, 1, "7.900"),
        (shop.small.pk, 10, "7.000"),
        (shop.tea_bag.pk, 1, "3.000"),
    ]
    assert repriced() == [vip.pk]


def test_entries_that_say_nothing_new_change_nothing(wholesale, small):
    editing.set_entries(wholesale.pk, [small("8.00"), small("7.00", min_quantity=10)])
    repriced()
    assert editing.set_entries(wholesale.pk, [small("8.00"), small("7.10", min_quantity=10)]) == 1
    repriced()
    assert editing.set_entries(wholesale.pk, [small("8.0")]) == 0
    assert editing.set_entries(wholesale.pk, []) == 0
    assert repriced() == []


def test_many_entries_go_in_bounded_statements(
    wholesale, small, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(editing, "CHUNK", 10)
    many = [small(f"{100 - n}.00", min_quantity=n) for n in range(1, 26)]
    with django_assert_max_num_queries(13):
        assert editing.set_entries(wholesale.pk, iter(many)) == 25
    assert PriceListEntry.objects.count() == 25


@pytest.mark.parametrize(
    ("fields", "field", "code", "sentence"),
    [
        ({"amount": "-1"}, "amount", "negative", "The amount in USD must not be negative."),
        (
            {"amount": "1.001"},
            "amount",
            "too_many_decimals",
            "1.001 has more decimals than USD knows.",
        ),
        (
            {"amount": "1", "min_quantity": 0},
            "min_quantity",
            "out_of_range",
            "The minimum quantity must be at least 1.",
        ),
        (
            {"amount": "1", "variant_id": UNKNOWN},
            "variant",
            "not_found",
            "There is no product variant 2000000000.",
        ),
        (
            {"amount": "1", "channel_id": UNKNOWN},
            "channel",
            "not_found",
            "There is no channel 2000000000.",
        ),
        ({"amount": "8.00"}, "entries", "duplicate", None),
    ],
)
@pytest.mark.parametrize("chunk", [1, 100])
def test_one_bad_entry_refuses_all(
    wholesale, small, monkeypatch, fields, field, code, sentence, chunk
):
    monkeypatch.setattr(editing, "CHUNK", chunk)
    repriced()
    with pytest.raises(InvalidInput) as refusal:
        editing.set_entries(
            wholesale.pk, [small("8.00"), small("7.00", min_quantity=10), small(**fields)]
        )
    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert sentence is None or str(refusal.value) == sentence
    assert entries() == []
    assert repriced() == []


def test_entries_are_removed_by_what_fits(wholesale, shop, vip, small):
    tea = {"variant_id": shop.tea_bag.pk}
    editing.set_entries(
        wholesale.pk,
        [
            small("8"),
            small("7", min_quantity=10),
            small("3", **tea),
            small("30", channel_id=shop.pln.pk),
        ],
    )
    repriced()
    assert editing.remove_entries(wholesale.pk, variant_ids=[shop.large.pk]) == 0
    assert repriced() == []
    assert editing.remove_entries(wholesale.pk, channel_id=shop.pln.pk) == 1
    assert editing.remove_entries(wholesale.pk, min_quantity=10) == 1
    assert editing.remove_entries(wholesale.pk, variant_ids=[shop.tea_bag.pk]) == 1
    assert entries() == [(shop.small.pk, 1, "8.000")]
    assert repriced() == [vip.pk] * 3
    assert editing.remove_entries(wholesale.pk) == 1
    assert entries() == []


def test_removing_leaves_other_lists_alone(wholesale, vip, small):
    other = editing.save_list(ListInput(name="Other", group_ids=[vip.pk]))
    for one in (wholesale, other):
        editing.set_entries(one.pk, [small("8")])
    editing.remove_entries(wholesale.pk)
    assert PriceListEntry.objects.get().price_list == other


def test_deleting_a_list(wholesale, vip, small):
    editing.set_entries(wholesale.pk, [small("8")])
    repriced()
    editing.delete_list(wholesale.pk)
    assert PriceList.objects.count() == PriceListEntry.objects.count() == 0
    assert repriced() == [vip.pk]


def test_after_an_edit_it_is_not_believed_that_there_are_no_prices(
    off, django_capture_on_commit_callbacks
):
    presence.remember(False)
    with django_capture_on_commit_callbacks(execute=True):
        editing.save_rule(off)
    assert presence.shop_has_prices() is None


class TestTelling:
    """What other systems hear of prices: one event an act."""

    def said(self, thing, *groups, **more) -> dict:
        type_name = type(thing).__name__
        field = {"PriceRule": "price_rule", "PriceList": "price_list"}[type_name]
        return {
            field: events.global_id(f"Group{type_name}", thing.pk),
            "groups": [events.group_id(group.pk) for group in groups],
            "group_count": len(groups),
            **more,
        }

    def test_of_rules_with_the_groups_of_before_and_after(self, off, vip, trade):
        rule = editing.save_rule(off)
        number = rule.pk
        editing.save_rule(replace(off, group_ids=[trade.pk]), rule_id=number)
        editing.delete_rule(number)

        rule.pk = number
        assert heard() == [
            ("price_rule.created", self.said(rule, vip)),
            ("price_rule.updated", self.said(rule, vip, trade)),
            ("price_rule.deleted", self.said(rule, trade)),
        ]

    def test_of_lists_and_how_many_of_their_prices(self, wholesale, small, vip, trade):
        editing.set_entries(wholesale.pk, [small("8.00"), small("7.00", min_quantity=10)])
        editing.set_entries(wholesale.pk, [small("8.00"), small("6.00", min_quantity=10)])
        editing.remove_entries(wholesale.pk, min_quantity=10)
        editing.save_list(ListInput(name="All", group_ids=[trade.pk]), list_id=wholesale.pk)
        editing.delete_list(wholesale.pk)

        def updated(*groups, changed=0, removed=0):
            counts = {"entries_changed": changed, "entries_removed": removed}
            return "price_list.updated", self.said(wholesale, *groups, **counts)

        assert heard() == [
            ("price_list.created", self.said(wholesale, vip)),
            updated(vip, changed=2),
            updated(vip, changed=1),
            updated(vip, removed=1),
            updated(vip, trade),
            ("price_list.deleted", self.said(wholesale, trade)),
        ]

    def test_of_nothing_where_nothing_changed(self, wholesale, small):
        editing.set_entries(wholesale.pk, [small("8.00")])
        forget()

        editing.set_entries(wholesale.pk, [small("8.00")])
        editing.remove_entries(wholesale.pk, min_quantity=99)
        with pytest.raises(InvalidInput):
            editing.set_entries(wholesale.pk, [small("-1")])

        assert heard() == []

    def test_in_one_event_however_many_prices(self, wholesale, small, monkeypatch):
        monkeypatch.setattr(editing, "CHUNK", 10)
        forget()

        editing.set_entries(
            wholesale.pk, [small(f"{100 - n}.00", min_quantity=n) for n in range(1, 26)]
        )

        assert [data["entries_changed"] for _, data in heard()] == [25]
