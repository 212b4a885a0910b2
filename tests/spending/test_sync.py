"""The card follows the ledger, and the ledger what the shop did to the card."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from saleor_customer_groups import tasks
from saleor_customer_groups.host import giftcards, purse_repair, spending
from saleor_customer_groups.loyalty import absorbing, purse_queue, purses, queries
from saleor_customer_groups.models import (
    LoyaltyHold,
    LoyaltyLot,
    Purse,
    PurseEvent,
    PurseRequest,
    RepricingRequest,
)
from tests.loyalty.conftest import credit, points, problems

from .conftest import (
    WEEK,
    card_of,
    cards,
    change,
    events,
    on_card,
    order,
    pay,
    refund,
    synced,
    tell,
)

pytestmark = pytest.mark.django_db(databases=["default", "replica"])


def ledger_of(customer, unit="credit"):
    lines = queries.statement(customer.pk, unit=unit, currency="USD")
    return [(line.kind, line.amount, line.reference) for line in reversed(lines)]


def credit_of(customer):
    return queries.balance(customer.pk, unit="credit", currency="USD").amount


class TestTheCard:
    def test_it_is_made_with_the_first_credit_and_belongs_to_the_customer(self, alice):
        credit(alice, "20")
        assert cards().count() == 0

        card = synced(alice)

        assert (card.assigned_to, card.assigned_to_email) == (alice, alice.email)
        assert (card.currency, card.is_active, card.expiry_date) == ("USD", True, None)
        assert (card.current_balance_amount, card.initial_balance_amount) == (20, 20)
        assert card.metadata == {"customer_groups.purse": "USD"}

    def test_points_alone_make_none(self, alice):
        points(alice, 100)
        spending.sync(alice.pk)

        assert (cards().count(), Purse.objects.count(), PurseRequest.objects.count()) == (0, 0, 0)

    def test_there_is_one_of_each_currency(self, alice):
        credit(alice, "20")
        credit(alice, "5", unit="cashback")
        credit(alice, "700", currency="JPY")
        synced(alice)
        synced(alice)

        assert (on_card(alice), on_card(alice, "JPY")) == (25, 700)
        assert cards().count() == 2

    def test_it_goes_up_and_down_and_says_that_it_was_us(self, alice):
        credit(alice, "20")
        synced(alice)
        credit(alice, "-15")
        card = synced(alice)

        assert (card.current_balance_amount, card.initial_balance_amount) == (5, 20)
        ours = events().filter(gift_card=card, type="balance_adjusted").order_by("pk")
        assert [
            (
                D(str(event.parameters["balance"]["old_current_balance"])),
                D(str(event.parameters["balance"]["current_balance"])),
                event.parameters["customer_groups"],
            )
            for event in ours
        ] == [(0, 20, True), (20, 5, True)]

    def test_nothing_happens_twice(self, alice):
        credit(alice, "20")
        synced(alice)
        before = events().count()
        synced(alice)

        assert events().count() == before
        assert len(ledger_of(alice)) == 1
        assert PurseEvent.objects.count() == 0

    def test_what_is_due_to_expire_is_not_on_it(self, alice):
        credit(alice, "20")
        credit(alice, "5", expires_at=timezone.now() + WEEK, now=timezone.now())
        synced(alice)
        spending.sync(alice.pk, now=timezone.now() + 2 * WEEK)

        assert on_card(alice) == 20

    def test_open_baskets_with_it_are_computed_anew(self, alice, channel):
        from django.apps import apps

        credit(alice, "20")
        card = synced(alice)
        assert RepricingRequest.objects.count() == 0
        checkout = apps.get_model("checkout", "Checkout").objects.create(
            channel=channel, user=alice, currency="USD"
        )
        checkout.gift_cards.add(card)
        credit(alice, "5")
        synced(alice)

        assert list(RepricingRequest.objects.values_list("customer_id", flat=True)) == [alice.pk]

    def test_it_is_made_anew_when_the_shop_deleted_it(self, alice):
        credit(alice, "20")
        old = synced(alice)
        old.delete()
        new = synced(alice)

        assert (new.pk != old.pk, new.current_balance_amount) == (True, 20)

    def test_it_is_emptied_when_it_was_given_to_somebody_else(self, alice, bob):
        credit(alice, "20")
        old = synced(alice)
        cards().filter(pk=old.pk).update(assigned_to=bob)
        new = synced(alice)
        old.refresh_from_db()

        assert (old.current_balance_amount, new.current_balance_amount) == (0, 20)
        assert new.assigned_to == alice

    def test_it_is_emptied_where_the_merchant_wants_no_purses(self, alice, settings):
        credit(alice, "20")
        synced(alice)
        settings.SALEOR_CUSTOMER_GROUPS = {"PURSES": False}
        credit(alice, "5")

        assert PurseRequest.objects.count() == 0
        assert purse_repair.repair(timezone.now()) == 1
        assert on_card(alice) == 0
        assert credit_of(alice) == 25


class TestWhatTheShopDid:
    def test_an_order_spends(self, alice, channel):
        credit(alice, "20")
        synced(alice)
        made = pay(alice, channel, "12.50")
        card = synced(alice)

        assert ledger_of(alice)[1:] == [("spend", D("-12.50"), f"Order:{made.pk}")]
        assert card.current_balance_amount == D("7.50")
        assert problems() == []

    def test_what_was_spent_is_not_put_back_by_credit_that_comes_meanwhile(self, alice, channel):
        credit(alice, "20")
        synced(alice)
        pay(alice, channel, "20")
        credit(alice, "3")
        card = synced(alice)

        assert card.current_balance_amount == 3
        assert credit_of(alice) == 3

    def test_an_event_is_absorbed_once_however_often_it_is_seen(self, alice, channel):
        credit(alice, "20")
        synced(alice)
        pay(alice, channel, "5")
        synced(alice)
        Purse.objects.update(last_event_id=0)
        synced(alice)

        assert (credit_of(alice), on_card(alice)) == (15, 15)

    def test_an_event_that_was_committed_late_is_not_missed(self, alice, channel):
        credit(alice, "20")
        synced(alice)
        pay(alice, channel, "5")
        Purse.objects.update(last_event_id=2**31 - 1)  # a later one was seen before it
        synced(alice)

        assert credit_of(alice) == 15

    def test_what_the_ledger_lacks_is_written_down_and_no_balance_is_negative(self, alice, channel):
        credit(alice, "20")
        synced(alice)
        credit(alice, "-15")
        pay(alice, channel, "12")  # nobody claimed the purse before
        card = synced(alice)

        (event,) = PurseEvent.objects.all()
        assert (event.amount, event.shortfall, len(event.entry_ids)) == (-1200, 700, 1)
        assert (credit_of(alice), card.current_balance_amount) == (0, 0)
        credit(alice, "50")
        assert synced(alice).current_balance_amount == 50

    def test_an_order_that_took_nothing_is_seen_and_forgotten(self, alice, channel):
        credit(alice, "20")
        synced(alice)
        pay(alice, channel, "0")
        synced(alice)

        assert list(PurseEvent.objects.values_list("amount", "entry_ids")) == [(0, [])]
        assert len(ledger_of(alice)) == 1

    def test_staff_raise_and_lower_in_their_own_name(self, alice, bob):
        credit(alice, "20")
        synced(alice)
        change(alice, "50", user=bob)
        change(alice, "45", user=bob)
        synced(alice)

        lines = queries.statement(alice.pk, unit="credit", currency="USD")
        assert [(line.kind, line.amount, line.actor, line.source) for line in lines[:2]] == [
            ("adjust", -5, f"User:{bob.pk}", "manual"),
            ("adjust", 30, f"User:{bob.pk}", "manual"),
        ]
        assert (credit_of(alice), on_card(alice)) == (45, 45)

    def test_a_balance_that_changed_without_an_event_is_corrected(self, alice):
        credit(alice, "20")
        synced(alice)
        cards().update(current_balance_amount=999)

        assert synced(alice).current_balance_amount == 20
        assert credit_of(alice) == 20

    def test_a_refund_goes_back_to_the_lots_it_came_from_and_the_rest_is_new_credit(
        self, alice, channel
    ):
        soon = timezone.now() + WEEK
        credit(alice, "5", unit="cashback", expires_at=soon, now=timezone.now())
        credit(alice, "20")
        synced(alice)
        made = pay(alice, channel, "15")
        synced(alice)
        refund(alice, "18", made)
        synced(alice)

        assert ledger_of(alice, "cashback")[-1] == ("reverse", 5, f"Order:{made.pk}")
        assert [line[:2] for line in ledger_of(alice)[-2:]] == [("reverse", 10), ("adjust", 3)]
        assert on_card(alice) == 28
        assert LoyaltyLot.objects.get(expires_at=soon).remaining == 500
        assert problems() == []

    def test_refunds_of_one_order_never_give_back_more_than_it_spent(self, alice, channel):
        credit(alice, "20")
        synced(alice)
        made = pay(alice, channel, "10")
        for _ in range(3):
            refund(alice, "4", made)
        synced(alice)

        assert [line[:2] for line in ledger_of(alice)[2:]] == [
            ("reverse", 4), ("reverse", 4), ("reverse", 2), ("adjust", 2),
        ]  # fmt: skip


class TestCancelledOrders:
    def test_it_gives_back_once(self, alice, channel):
        credit(alice, "20")
        synced(alice)
        made = pay(alice, channel, "12")

        spending.of_cancelled(made)
        spending.of_cancelled(made)

        assert credit_of(alice) == 20
        assert [line[:2] for line in ledger_of(alice)[1:]] == [("spend", -12), ("reverse", 12)]
        assert synced(alice).current_balance_amount == 20

    def test_the_night_gives_back_what_nobody_told_of(self, alice, channel):
        credit(alice, "20")
        synced(alice)
        made = pay(alice, channel, "12")
        synced(alice)
        type(made).objects.filter(pk=made.pk).update(status="canceled")

        purse_repair.repair(timezone.now())
        purse_repair.repair(timezone.now())

        assert [line[:2] for line in ledger_of(alice)[1:]] == [("spend", -12), ("reverse", 12)]
        assert on_card(alice) == 20


class TestClaims:
    @pytest.fixture
    def checkout(self, alice, channel):
        """Checkouts of 15 that carry Alice's card, which has 20."""
        from django.apps import apps

        credit(alice, "20")
        card = synced(alice)

        def make():
            made = apps.get_model("checkout", "Checkout").objects.create(
                channel=channel, user=alice, currency="USD", total_gross_amount=15,
                total_net_amount=15,
            )  # fmt: skip
            made.gift_cards.add(card)
            return made

        return make

    @staticmethod
    def complete(checkout):
        """The last moment before the order; what is said if it is refused."""
        try:
            info = SimpleNamespace(checkout=checkout)
            spending.refuse_what_is_not_there(info, requestor=None)
        except ValidationError as error:
            (message,) = error.message_dict["gift_cards"]
            return message
        return None

    def test_the_first_has_it_and_the_second_waits(self, alice, checkout):
        first, second = checkout(), checkout()

        assert self.complete(first) is None
        assert "being spent in another order" in self.complete(second)
        assert self.complete(first) is None  # it tries again
        assert credit_of(alice) == 5
        assert LoyaltyHold.objects.filter(state="open").count() == 1

    def test_the_card_stands_still_until_the_order_is_there(self, alice, checkout, channel):
        first = checkout()
        self.complete(first)
        credit(alice, "-5")
        credit(alice, "2")
        assert synced(alice).current_balance_amount == 20
        made = pay(alice, channel, "15", checkout=first.pk)

        assert synced(alice).current_balance_amount == 2
        assert ledger_of(alice)[1] == ("hold", -15, f"Order:{made.pk}")
        (event,) = PurseEvent.objects.all()
        assert (event.amount, event.shortfall) == (-1500, 0)
        assert Purse.objects.get().claimed_by is None
        assert problems() == []

    def test_an_order_that_took_less_frees_the_rest(self, alice, checkout, channel):
        first = checkout()
        self.complete(first)
        pay(alice, channel, "9", checkout=first.pk)
        synced(alice)

        assert (credit_of(alice), on_card(alice)) == (11, 11)

    def test_an_order_that_took_more_spends_more(self, alice, checkout, channel):
        first = checkout()
        self.complete(first)
        pay(alice, channel, "18", checkout=first.pk)
        synced(alice)

        assert (credit_of(alice), on_card(alice)) == (2, 2)
        assert [line[:2] for line in ledger_of(alice)[1:]] == [("hold", -15), ("spend", -3)]

    def test_l9_after_its_limit_it_is_freed_once(self, alice, checkout):
        first, second = checkout(), checkout()
        self.complete(first)
        now = timezone.now()

        assert spending.end_claims(now + timedelta(seconds=170)) == 0
        assert spending.end_claims(now + timedelta(seconds=190)) == 1
        assert spending.end_claims(now + timedelta(seconds=190)) == 0
        assert credit_of(alice) == 20
        assert self.complete(second) is None

    def test_an_order_that_nobody_told_of_is_found_when_the_limit_is_over(
        self, alice, checkout, channel
    ):
        first = checkout()
        self.complete(first)
        pay(alice, channel, "15", checkout=first.pk)
        spending.end_claims(timezone.now() + timedelta(seconds=190))

        assert (credit_of(alice), on_card(alice)) == (5, 5)
        assert LoyaltyHold.objects.get().state == "captured"

    def test_a_card_that_is_not_what_the_ledger_says_is_refused_and_corrected(
        self, alice, checkout
    ):
        first = checkout()
        credit(alice, "-12")
        PurseRequest.objects.all().delete()

        assert "credit of this checkout has changed" in self.complete(first)
        assert credit_of(alice) == 8
        assert spending.work_off() == 1
        assert on_card(alice) == 8
        assert self.complete(first) is None

    def test_a_card_with_news_is_refused_and_absorbed(self, alice, checkout, channel):
        first = checkout()
        pay(alice, channel, "4")
        credit(alice, "-4")  # so that the sums agree by chance

        assert "has changed" in self.complete(first)

    def test_a_card_that_is_taken_away_at_this_moment_is_refused(
        self, alice, checkout, monkeypatch
    ):
        first, claim = checkout(), purses.claim

        def meanwhile(purse, *args, **options):
            Purse.objects.update(gift_card_id=None)
            return claim(purse, *args, **options)

        monkeypatch.setattr(purses, "claim", meanwhile)

        assert "has changed" in self.complete(first)
        assert Purse.objects.get().claimed_by is None

    def test_an_app_gets_a_code_that_all_its_mutations_know(self, alice, checkout):
        first = checkout()
        cards().update(current_balance_amount=1)
        app = SimpleNamespace(_meta=SimpleNamespace(label="app.App"))

        info = SimpleNamespace(checkout=first)
        with pytest.raises(ValidationError) as refused:
            spending.refuse_what_is_not_there(info, requestor=app)
        assert refused.value.error_dict["gift_cards"][0].code == "graphql_error"

    def test_a_checkout_without_a_purse_is_no_business_of_ours(self, alice, checkout, channel):
        first = checkout()
        first.gift_cards.clear()

        assert self.complete(first) is None
        assert Purse.objects.get().claimed_by is None


class TestTheQueue:
    def test_every_change_of_money_asks_and_points_do_not(self, alice):
        points(alice, 100)
        assert PurseRequest.objects.count() == 0
        credit(alice, "20")

        assert list(PurseRequest.objects.values_list("customer_id", flat=True)) == [alice.pk]
        assert spending.work_off() == 1
        assert PurseRequest.objects.count() == 0

    def test_the_sweep_works_it_off_some_at_a_time(self, alice, bob):
        credit(alice, "20")
        credit(bob, "20")

        assert [spending.work_off(limit=1) for _ in range(3)] == [1, 1, 0]

    def test_a_few_get_a_task_and_many_wait(self, monkeypatch, django_capture_on_commit_callbacks):
        started = []
        monkeypatch.setattr(purse_queue, "start", started.append)
        with django_capture_on_commit_callbacks(execute=True):
            purse_queue.request([1, 2])
            purse_queue.request(range(101))
            purse_queue.request([])

        assert started == [[1, 2]]
        assert PurseRequest.objects.count() == 103

    def test_the_task_sets_the_cards(self, alice):
        credit(alice, "20")

        assert tasks.set_purses([alice.pk]) == 1
        assert on_card(alice) == 20

    def test_a_customer_whose_card_cannot_be_set_hinders_no_other(
        self, alice, bob, caplog, monkeypatch
    ):
        for customer in (alice, bob):
            credit(customer, "20")
            synced(customer)
            credit(customer, "5")
        card, set_balance = card_of(alice).pk, giftcards.set_balance

        def failing(card_id, amount):
            if card_id == card:
                raise ValueError("The card is torn.")
            set_balance(card_id, amount)

        monkeypatch.setattr(giftcards, "set_balance", failing)

        assert spending.work_off() == 1

        assert (on_card(alice), on_card(bob)) == (20, 25)
        assert f"The purses of customer {alice.pk} could not be set" in caplog.text
        assert list(PurseRequest.objects.values_list("customer_id", flat=True)) == [alice.pk]

    def test_the_shops_events_ask_for_customers_with_a_purse(self, alice, bob, channel):
        credit(alice, "20")
        card = synced(alice)
        spending.of_orders([order(alice, channel), order(bob, channel), order(None, channel)])
        assert list(PurseRequest.objects.values_list("customer_id", flat=True)) == [alice.pk]
        PurseRequest.objects.all().delete()

        spending.of_card(card)
        assert PurseRequest.objects.count() == 0  # what we did ourselves
        tell(card, "balance_reset", D(20))
        spending.of_card(card)
        assert PurseRequest.objects.count() == 1

    def test_an_error_never_reaches_the_order(self, alice, caplog, monkeypatch):
        monkeypatch.setattr(purse_queue, "request", lambda ids: 1 / 0)
        credit_holder = SimpleNamespace(user_id=alice.pk)

        spending.of_orders([credit_holder])

        assert "was not noticed" in caplog.text


class TestTheNight:
    def test_it_finds_wrong_cards_missing_purses_and_unread_events(
        self, alice, bob, charlie, channel
    ):
        for customer in (alice, bob, charlie):
            credit(customer, "20")
        synced(alice)
        synced(bob)
        PurseRequest.objects.all().delete()
        cards().filter(assigned_to=alice).update(current_balance_amount=7)
        pay(bob, channel, "5")
        credit(bob, "-5")
        PurseRequest.objects.all().delete()

        assert purse_repair.repair(timezone.now()) == 3
        assert (on_card(alice), on_card(bob), on_card(charlie)) == (20, 10, 20)
        assert purse_repair.repair(timezone.now()) == 0


class TestForgetting:
    def test_the_card_is_emptied_the_purse_goes_and_its_events_name_no_order(self, alice, channel):
        credit(alice, "20")
        synced(alice)
        pay(alice, channel, "5")
        card = synced(alice)

        spending.forget([alice.pk])
        spending.forget([alice.pk])
        card.refresh_from_db()

        assert card.current_balance_amount == 0
        assert (Purse.objects.count(), PurseRequest.objects.count()) == (0, 0)
        assert PurseEvent.objects.get().order_id is None
        assert absorbing.give_back(uuid4(), now=timezone.now()) == 0

    def test_the_next_look_finds_a_customer_of_whose_deletion_nobody_told(self, alice, bob):
        """After staff had raised the balance, too, which nobody is left to have."""
        credit(alice, "20")
        credit(bob, "20")
        card, gone = synced(alice), alice.pk
        change(alice, "50")
        cards().filter(pk=card.pk).update(assigned_to=None)
        alice.delete()
        purse_queue.request([gone])

        assert spending.work_off() == 2
        card.refresh_from_db()

        assert (card.current_balance_amount, on_card(bob)) == (0, 20)
        assert not Purse.objects.filter(customer_id=gone).exists()
        assert not PurseRequest.objects.exists()
        assert problems() == []


def test_the_code_of_a_card_is_in_no_log(alice, caplog):
    caplog.set_level("DEBUG")
    credit(alice, "20")
    card = synced(alice)

    assert card.code not in caplog.text
    assert giftcards.look_at(card.pk) == giftcards.Card(card.pk, alice.pk, D(20))


def test_there_is_one_purse_however_many_ask_at_once(transactional_db, alice, at_once):
    credit(alice, "20")

    at_once(*[lambda: spending.sync_all([alice.pk])] * 4)
    spending.sync(alice.pk)

    assert (cards().count(), on_card(alice), Purse.objects.count()) == (1, 20, 1)
    assert card_of(alice).assigned_to == alice
