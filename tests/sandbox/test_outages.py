"""A broker that forgets everything, and workers that are killed: a bulk act ends as it should."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone

from launcher.children import Children
from saleor_customer_groups import conf
from saleor_customer_groups.loyalty.adjustments import drafts, steps
from saleor_customer_groups.loyalty.adjustments.drafts import Draft
from saleor_customer_groups.models import Adjustment, LoyaltyAccount, LoyaltyEntry
from saleor_customer_groups.segments.audience import Audience
from saleor_customer_groups.webhooks import outbox
from tests.loyalty.adjustments.killing import crowd
from tests.reliability.outages import Outage, play
from tests.reliability.own_shop import Broker, Workers, own_broker, start_workers
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = 5_000
OURS = {"ADJUST_CHUNK": 10, "PURSES": False}


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    with Children(tmp_path / "logs") as started:
        yield started


@pytest.fixture
def broker(children: Children, tmp_path: Path, monkeypatch) -> Iterator[Broker]:
    """The broker of all tasks that this process starts, too."""
    with own_broker(children, tmp_path) as broker:
        monkeypatch.setattr(steps, "launch", partial(broker.publish, conf.ADJUST_TASK))
        monkeypatch.setattr(outbox, "start", lambda: None)
        yield broker


def test_l2_a_broker_that_is_emptied_twice_costs_nobody_a_point(children, broker, settings):
    """First it loses the messages only; then the workers are killed too, so that nobody knows of
    the act but its row."""
    settings.SALEOR_CUSTOMER_GROUPS = OURS
    group = crowd(SIZE)
    adjustment = drafts.create(Draft(unit="points", amount=5), Audience(group_id=group.pk))
    database = connection.settings_dict
    address = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    start = partial(
        start_workers, children, broker, f"postgres://{address}/{database['NAME']}", OURS
    )
    at_work: list[Workers] = [start()]

    def all_is_lost() -> None:
        at_work[0].kill()
        broker.flush()
        at_work[0] = start()

    own = Adjustment.objects.filter(pk=adjustment.pk)
    steps.start(adjustment.pk)
    play(
        [Outage(0.3, broker.flush), Outage(0.7, all_is_lost)],
        total=SIZE,
        done=lambda: own.values_list("done", flat=True).get(),
        sweep=lambda: steps.take_over(timezone.now() + steps.LATE),
        every=1.0,
    )
    until(lambda: own.values_list("status", flat=True).get() == "done")
    at_work[0].kill()

    assert LoyaltyEntry.objects.filter(adjustment_id=adjustment.pk).count() == SIZE
    balances = LoyaltyAccount.objects.aggregate(sum=Sum("balance"), count=Count("id"))
    assert balances == {"sum": 5 * SIZE, "count": SIZE}
    assert not LoyaltyAccount.objects.exclude(balance=5, entries=1).exists()
