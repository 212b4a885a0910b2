"""A million customers, and a broker or a database that breaks at 30 % and at 70 %."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from launcher.children import Children
from launcher.state import database_home
from saleor_customer_groups import conf
from tests.waiting import until

from .outages import Outage, play
from .own_shop import Broker, Database, Workers, own_broker, start_workers

pytestmark = pytest.mark.reliability
SIZE = 1_000_000
OURS = {"PURSES": False}
SWEEP_SECONDS = 10.0
DONE = "SELECT done FROM saleor_customer_groups_adjustment"
STATUS = "SELECT status FROM saleor_customer_groups_adjustment"
SUMS = """
SELECT (SELECT count(*) FROM saleor_customer_groups_loyaltyentry),
       (SELECT count(DISTINCT account_id) FROM saleor_customer_groups_loyaltyentry),
       (SELECT sum(amount) FROM saleor_customer_groups_loyaltyentry),
       (SELECT sum(balance) FROM saleor_customer_groups_loyaltyaccount),
       (SELECT count(*) FROM saleor_customer_groups_loyaltyaccount
         WHERE balance <> 5 OR entries <> 1)
"""


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    with Children(tmp_path / "logs") as started:
        yield started


@pytest.fixture
def broker(children: Children, tmp_path: Path) -> Iterator[Broker]:
    with own_broker(children, tmp_path) as broker:
        yield broker


@pytest.fixture
def database(children: Children, tmp_path: Path) -> Database:
    return Database(children, database_home(tmp_path) / "postgresql")


def give(database: Database, broker: Broker, outages: list[Outage]) -> None:
    """Give five points to everybody while these happen, and look at the sums."""
    adjustment_id = int(database.act("tests.reliability.preparing", str(SIZE)))
    broker.publish(conf.ADJUST_TASK, adjustment_id)
    resumed = play(
        outages,
        total=SIZE,
        done=lambda: database.ask(DONE)[0],
        sweep=partial(broker.publish, conf.SWEEP_TASK),
        every=SWEEP_SECONDS,
    )
    until(lambda: database.ask(STATUS) == ("done",), within=600)

    assert database.ask(SUMS) == (SIZE, SIZE, 5 * SIZE, 5 * SIZE, 0)
    print(f"\n{SIZE:,} given; got on after {' and '.join(f'{one:.1f} s' for one in resumed)}")


def test_l2_the_broker_is_emptied_and_then_the_workers_are_killed_too(database, broker, children):
    start = partial(start_workers, children, broker, database.url, OURS)
    at_work: list[Workers] = [start()]

    def all_is_lost() -> None:
        at_work[0].kill()
        broker.flush()
        at_work[0] = start()

    give(database, broker, [Outage(0.3, broker.flush), Outage(0.7, all_is_lost)])


def test_l2_the_database_is_killed_twice(database, broker, children):
    start_workers(children, broker, database.url, OURS)

    give(database, broker, [Outage(0.3, database.kill), Outage(0.7, database.kill)])
