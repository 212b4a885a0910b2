"""What group prices cost a checkout: the real Saleor without our plugin and with it, in turns.

    make services    # prints the DATABASE_URL to export
    DJANGO_SETTINGS_MODULE=tests.saleor_settings PYTHONPATH=.:$SALEOR_ROOT \\
        $SALEOR_ROOT/.venv/bin/python benchmarks/checkout.py [--rounds 15] [--explain]

Makes a database of its own beside that of DATABASE_URL, and drops it. Requests go through Saleor's
HTTP handler and commit for real. Both hosts have the plugins that a Saleor comes with. "Without"
is the same process with our plugin out of settings.PLUGINS and every function of Saleor as it was;
only our tables are still there.

Statements are counted in rounds of their own, without a clock. Times are medians, and ratios are
medians of the ratios of two requests made one after the other, so that a busy machine slows both.
`--explain` prints each statement that only one side has, with the place in our code or Saleor's.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import statistics
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from checkout_shop import RULES, SIZES, Seeded, more_rules, seed
from django.conf import settings

OPERATIONS = ("checkoutCreate", "checkoutLinesAdd", "query", "query, prices expired")
BOUND = ("checkoutCreate", "checkoutLinesAdd", "query")  # what a limit is promised for
LIMIT = 2
COUNTED_ROUNDS = 3
OURS = "saleor_customer_groups_"
LINE_TABLES = r'"?(checkout_checkoutline|discount_checkoutlinediscount)"?\b'
# Also one that begins with WITH, and locks on its way to writing.
PRICE_WRITE = re.compile(rf"\b(INSERT INTO|UPDATE|DELETE FROM) {LINE_TABLES}")
LOCK = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK)|.* FOR (NO KEY )?UPDATE", re.DOTALL)
COMMIT = "COMMIT"


# -- the two hosts


def without_plugin() -> None:
    """Saleor as it comes: its own plugins, its own functions."""
    from saleor.settings import BUILTIN_PLUGINS

    from saleor_customer_groups.host import checkout as host

    settings.PLUGINS = list(BUILTIN_PLUGINS)
    for seam in host.SEAMS:
        module = import_module(seam.module)
        function = getattr(module, seam.name)
        setattr(module, seam.name, getattr(function, host.WRAPPED, function))
    line_info = getattr(import_module(host.LINE_INFO[0]), host.LINE_INFO[1])
    if hasattr(line_info, host.WRAPPED):
        setattr(line_info, host.LINE_INFO[2], getattr(line_info, host.WRAPPED))
        delattr(line_info, host.WRAPPED)


def with_plugin() -> None:
    """The same with our plugin and the functions that it wraps."""
    from saleor.settings import BUILTIN_PLUGINS

    from saleor_customer_groups.host import checkout as host
    from tests.saleor_settings import PLUGIN_PATH

    settings.PLUGINS = [*BUILTIN_PLUGINS, PLUGIN_PATH]
    if not host.install():
        raise SystemExit("\n".join(host.problems()))


HOSTS: tuple[Callable[[], None], ...] = (without_plugin, with_plugin)


# -- what one request costs


@dataclass
class Statements:
    """The statements of a request, placeholders for values, and where each was run."""

    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many there are. What ends a transaction is counted, but is none of them."""
        return self.counts.total() - self.counts[COMMIT]

    def record(self, sql: str) -> None:
        """Count it. Names of savepoints and how many values there are make no difference."""
        shape = re.sub(r"%s(, %s)+", "%s", re.sub(r'"s\d+_x\d+"', "s", " ".join(sql.split())))
        shape = re.sub(r"\(%s\)(, \(%s\))+", "(%s)", shape)
        self.counts[shape] += 1
        self.places.setdefault(shape, []).append(_callers())


def _callers() -> tuple[str, ...]:
    """Where in our code and in Saleor's a statement comes from, innermost first."""
    ours = [
        f"{'/'.join(Path(code.co_filename).parts[-2:])}:{line} {code.co_name}"
        for code, line in ((frame.f_code, line) for frame, line in traceback.walk_stack(None))
        if "/saleor" in code.co_filename and "site-packages" not in code.co_filename
    ]
    return tuple(ours[:12])


@contextmanager
def recorded() -> Iterator[Statements]:
    """Every statement and COMMIT on the one connection that writer and replica share."""
    from django.db import connection

    found = Statements()

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.record(sql)
        return run(sql, params, many, context)

    commit = connection._commit

    def counted_commit() -> None:
        found.record(COMMIT)
        commit()

    connection._commit = counted_commit
    try:
        with connection.execute_wrapper(execute):
            yield found
    finally:
        del connection._commit


class Clock:
    """Milliseconds of a request: passed, computed by Saleor, and computed by the database too."""

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            process = Path("/proc") / str(cursor.fetchone()[0])
        here = process.exists() and (process / "comm").read_text().startswith("postgres")
        self._database = process / "schedstat" if here else None

    def read(self) -> tuple[float, float, float]:
        """Now, on each of the three clocks. The third stands still if the database is elsewhere."""
        database = int(self._database.read_text().split()[0]) / 1e6 if self._database else 0.0
        computed = time.process_time() * 1e3
        return time.perf_counter() * 1e3, computed, computed + database

    def time(self, work: Callable[[], Any]) -> tuple[Any, tuple[float, ...]]:
        """The answer of `work`, and what it took."""
        gc.collect()
        gc.disable()
        before = self.read()
        answer = work()
        after = self.read()
        gc.enable()
        return answer, tuple(end - start for start, end in zip(before, after, strict=True))


@dataclass
class Cell:
    """One operation of one shopper: its statements on both hosts, and the times of each round."""

    statements: list[Statements] = field(default_factory=lambda: [Statements(), Statements()])
    times: list[list[tuple[float, ...]]] = field(default_factory=lambda: [[], []])

    def extra(self) -> Counter[str]:
        """What only the plugin's side has; negative for what only the other has."""
        before, after = (one.counts for one in self.statements)
        difference = Counter({sql: after[sql] - before[sql] for sql in after | before})
        return Counter({sql: number for sql, number in difference.items() if number})

    def place_of(self, sql: str) -> tuple[str, ...]:
        """Where one side runs an extra statement and the other does not, as far as that is told."""
        before, after = (one.places.get(sql, []) for one in self.statements)
        more, fewer = (after, before) if len(after) > len(before) else (before, after)
        return next((place for place in more if place not in fewer), more[-1])

    def sorted_out(self) -> dict[str, int]:
        """The extra statements by what they are for."""
        found = {"own": 0, "price": 0, "lock": 0, "other": 0, "transaction": 0}
        for sql, number in self.extra().items():
            found[sort_of(sql)] += number
        return found

    def median(self, clock: int, host: int) -> float:
        """Milliseconds."""
        return statistics.median(times[clock] for times in self.times[host])

    def ratio(self, clock: int) -> float:
        """How many times as long it takes with the plugin."""
        pairs = zip(*self.times, strict=True)
        ratios = [after[clock] / before[clock] for before, after in pairs if before[clock]]
        return statistics.median(ratios) if ratios else 0.0


def sort_of(sql: str) -> str:
    """What a statement is for: our tables, a changed price, locks and savepoints, or else."""
    if sql == COMMIT:
        return "transaction"
    if OURS in sql:
        return "own"
    if PRICE_WRITE.search(sql):
        return "price"
    return "lock" if LOCK.match(sql) else "other"


# -- the measurement


def shop_once(
    who: Any, shop: Seeded, lines: int, do: Callable[[str, Callable[[], Any]], Any]
) -> list[Decimal]:
    """One shopper's requests, each through `do`; the totals that they were shown."""
    from django.utils import timezone
    from saleor.checkout.models import Checkout

    first, second = shop.variants[:lines], shop.variants[lines : 2 * lines]
    basket = do("checkoutCreate", lambda: who.create("main", *((v, 2) for v in first)))
    looked = do("query", lambda: who.look(basket))
    added = do("checkoutLinesAdd", lambda: who.add(basket, *((v, 1) for v in second)))
    checkout = Checkout.objects.filter(pk=basket.token)
    checkout.update(price_expiration=timezone.now(), discount_expiration=timezone.now())
    again = do("query, prices expired", lambda: who.look(basket))
    checkout.delete()
    return [basket.total, looked.total, added.total, again.total]


def measure(who: Any, shop: Seeded, lines: int, *, rounds: int, priced: bool) -> dict[str, Cell]:
    """The cells of one shopper with a basket of so many lines."""
    cells = {name: Cell() for name in OPERATIONS}
    clock = Clock()
    counted: dict[tuple[str, int], list[Statements]] = {}
    for _ in range(1 + COUNTED_ROUNDS):
        totals = []
        for side, host in enumerate(HOSTS):
            host()
            totals.append(shop_once(who, shop, lines, _counting(counted, side)))
        if (totals[0] != totals[1]) != priced:
            raise SystemExit(f"Not what was to be measured: {totals[0]} and {totals[1]}.")
    for (name, side), found in counted.items():
        cells[name].statements[side] = _usual(found)
    gc.freeze()  # all that Saleor loads once: each request is timed with a collected heap
    for number in range(rounds):
        for side in (0, 1) if number % 2 else (1, 0):
            HOSTS[side]()
            shop_once(who, shop, lines, _timing(cells, side, clock))
    return cells


def _counting(counted: dict[tuple[str, int], list[Statements]], side: int) -> Callable[..., Any]:
    def do(name: str, work: Callable[[], Any]) -> Any:
        with recorded() as found:
            answer = work()
        counted.setdefault((name, side), []).append(found)
        return answer

    return do


def _usual(found: Sequence[Statements]) -> Statements:
    """The median round. The first one fills caches, and now and then one of Saleor's expires."""
    return sorted(found[1:], key=lambda one: one.total)[len(found[1:]) // 2]


def _timing(cells: dict[str, Cell], side: int, clock: Clock) -> Callable[..., Any]:
    def do(name: str, work: Callable[[], Any]) -> Any:
        answer, times = clock.time(work)
        cells[name].times[side].append(times)
        return answer

    return do


# -- the tables


HEAD = (
    "| shopper | lines | statements without / with | own | price writes | locks | other "
    "| transactions | ms without / with | wall | CPU | CPU and database |\n"
    + "|---"
    + "|--:" * 11
    + "|"
)


def row(name: str, lines: int, cell: Cell) -> str:
    """One line of a table."""
    sums = [one.total for one in cell.statements]
    sorts = cell.sorted_out()
    extra = " | ".join(f"{sorts[sort]:+d}" if sorts[sort] else "0" for sort in sorts)
    ratios = " | ".join(f"{cell.ratio(clock):.2f}" for clock in range(3))
    times = f"{cell.median(0, 0):.0f} / {cell.median(0, 1):.0f}"
    return f"| {name} | {lines} | {sums[0]} / {sums[1]} | {extra} | {times} | {ratios} |"


def verdict(results: dict[tuple[str, str, int], Cell]) -> list[str]:
    """Which promise is broken, a sentence each."""
    broken = []
    for (operation, name, lines), cell in results.items():
        sorts = cell.sorted_out()
        beyond = sorts["own"] + sorts["lock"] + sorts["other"]
        allowed = 0 if operation == "query" or name == "guest" else LIMIT
        if operation in BOUND and beyond > allowed:
            broken.append(f"{operation}, {name}, {lines} lines: {beyond} more, {allowed} allowed")
        if operation in BOUND and allowed == 0 and sorts["price"]:
            broken.append(f"{operation}, {name}, {lines} lines: writes prices")
    return broken


def explain(results: dict[tuple[str, str, int], Cell]) -> None:
    """Print every statement that one side alone has, and where it comes from, once a kind."""
    seen: set[tuple[str, str, str, int]] = set()
    for (operation, name, _), cell in results.items():
        for sql, number in cell.extra().items():
            if (operation, name, sql, number) in seen:
                continue
            seen.add((operation, name, sql, number))
            print(f"\n{operation}, {name}: {number:+d} ({sort_of(sql)}) {sql[:160]}")
            print("\n".join(f"    {place}" for place in cell.place_of(sql)))


def run(shop: Seeded, rules: int, *, rounds: int, explaining: bool) -> list[str]:
    """Measure everything with so many rules, print it, and say what is too much."""
    more_rules(shop, rules)
    results: dict[tuple[str, str, int], Cell] = {}
    for shopper in (one for one in shop.shoppers if rules in one.rules):
        for lines in SIZES:
            who = shopper.login()
            cells = measure(who, shop, lines, rounds=rounds, priced=shopper.priced)
            results |= {(name, shopper.name, lines): cell for name, cell in cells.items()}
            print(f"  measured {shopper.name}, {lines} lines", file=sys.stderr)
    print(f"\n## {rules:,} price rules")
    for operation in OPERATIONS:
        print(f"\n{operation}\n\n{HEAD}")
        for (name, shopper_name, lines), cell in results.items():
            if name == operation:
                print(row(shopper_name, lines, cell))
    if explaining:
        explain(results)
    return verdict(results)


def main() -> None:
    """Measure in a database of its own, which is gone afterwards."""
    parser = argparse.ArgumentParser(description="What group prices cost a checkout.")
    parser.add_argument("--rounds", type=int, default=15, help="timed rounds of each cell")
    parser.add_argument("--explain", action="store_true", help="print each extra statement")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.saleor_settings")
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    # What is remembered for some seconds must not be asked for in one round of many.
    settings.SALEOR_CUSTOMER_GROUPS = {"CACHE_SECONDS": 3_600}
    # Saleor's test settings keep every span in memory; its own do not.
    settings.TELEMETRY_TRACER_CLASS = "saleor.core.telemetry.trace.Tracer"
    settings.TELEMETRY_METER_CLASS = "saleor.core.telemetry.metric.Meter"
    settings.ALLOWED_HOSTS = ["*"]
    django.setup()
    _measure_all(options.rounds, options.explain)


def _measure_all(rounds: int, explaining: bool) -> None:
    from django.db import connection

    from tests.saleor_host import prepare

    prepare()
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            postgres = cursor.fetchone()[0].split()[0]
        print(
            f"Python {sys.version.split()[0]}, Django {django.__version__}, PostgreSQL {postgres}"
        )
        shop = seed()
        broken = [
            f"{rules:,} rules: {sentence}"
            for rules in RULES
            for sentence in run(shop, rules, rounds=rounds, explaining=explaining)
        ]
        print("\nTOO MUCH:" if broken else "\nEvery limit is kept.", *broken, sep="\n  ")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
