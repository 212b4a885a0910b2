"""How long a million lines take to import, beside hand-written COPY + join + sorted insert.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. python benchmarks/importing.py

Makes a database of its own beside that of the settings, and drops it. A million customers, and a
file that names each of them by e-mail, in no order. The import goes through all that it does:
the upload, the dry run, the application. Its process's memory is read at the end.

The floor is one COPY of the file into a temporary table, one join with the customers, and one
insert in the order of the customers' ids of the memberships, with the same lines of history as
ours; then once more without the history. Tables and indexes are the same, and empty before each.
"""

from __future__ import annotations

import gc
import itertools
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

LINES = 1_000_000
LIMIT = 1.5  # times the floor with history
LIMIT_MEMORY = 200  # MB
READ = 1_000_000  # bytes
TABLES = (
    "membership",
    "membershipevent",
    "importrow",
    "importpart",
    "import",
    "repricingrequest",
    "outboxevent",
)
RUNS = 2

FLOOR = """
CREATE TEMPORARY TABLE floor_given (email text);
"""
INSERT = """
WITH joined AS (
    INSERT INTO saleor_customer_groups_membership
           (customer_id, group_id, source, reason, actor, started_at, created_at, updated_at)
    SELECT customer.id, {group}, 'import', 'Import', 'User:1', now(), now(), now()
      FROM floor_given AS given JOIN account_user AS customer ON customer.email = given.email
     ORDER BY customer.id
        ON CONFLICT (customer_id, group_id) DO NOTHING
    RETURNING customer_id
) {rest}
"""
HISTORY = """
INSERT INTO saleor_customer_groups_membershipevent
       (group_id, group_name, customer_id, action, source, reason, actor, at, import_id)
SELECT {group}, 'Bench', customer_id, 'joined', 'import', 'Import', 'User:1', now(), 1 FROM joined
"""


def seed(file: Path) -> int:
    """A group, a million customers, and the file; the group's id."""
    from django.db import connection

    from saleor_customer_groups.models import CustomerGroup

    group = CustomerGroup.objects.create(name="Bench", slug="bench")
    columns = (
        "id, email, first_name, last_name, password, is_superuser, is_staff, is_active, "
        "is_confirmed, date_joined, updated_at, jwt_token_key, language_code, uuid, metadata, "
        "private_metadata"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO account_user ({columns}) "
            "SELECT n, 'person' || n || '@example.com', 'Person', 'Number ' || n, '!', false, "
            "false, true, true, now(), now(), 'x', 'en', gen_random_uuid(), '{}', '{}' "
            f"FROM generate_series(1, {LINES}) AS n"
        )
        cursor.execute("VACUUM ANALYZE account_user")
    numbers = list(range(1, LINES + 1))
    random.Random(1).shuffle(numbers)
    with file.open("w") as out:
        out.write("email\n")
        out.writelines(f"person{number}@example.com\n" for number in numbers)
    return group.pk


def empty() -> None:
    """Every table as it was, and the write-ahead log on disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        names = ", ".join(f"saleor_customer_groups_{table}" for table in TABLES)
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        cursor.execute("CHECKPOINT")
    gc.collect()


def floor(file: Path, group_id: int, *, history: bool) -> float:
    """The seconds of the hand-written statements."""
    from django.db import connection, transaction

    empty()
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FLOOR)
        with cursor.copy("COPY floor_given FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
            for piece in pieces(file):
                copy.write(piece)
        cursor.execute("ANALYZE floor_given")
        rest = HISTORY.format(group=group_id) if history else "SELECT count(*) FROM joined"
        cursor.execute(INSERT.format(group=group_id, rest=rest))
        cursor.execute("DROP TABLE floor_given")
    took = time.perf_counter() - began
    refuse_wrong_result(history=history)
    return took


def ours(file: Path, group_id: int) -> tuple[float, str]:
    """The seconds of the import, in a process of its own; and what that process says."""
    empty()
    answer = subprocess.run(
        [sys.executable, __file__, "--import", str(file), str(group_id)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    refuse_wrong_result(history=True)
    return float(answer.split()[0]), answer


def import_file(file: Path, group_id: int) -> None:
    """What the process of `ours` does; prints seconds, their parts, and its memory in MB."""
    from saleor_customer_groups import repricing
    from saleor_customer_groups.importing import applying, files, staging
    from saleor_customer_groups.models import CustomerGroup
    from saleor_customer_groups.webhooks import outbox

    # that is the work of other tasks
    repricing.start = outbox.start = lambda: None  # type: ignore[assignment]
    group = CustomerGroup.objects.get(pk=group_id)
    times = [time.perf_counter()]
    job = files.create_import(group, mode="append", name="bench.csv", data=pieces(file))
    times.append(time.perf_counter())
    checked = staging.check(job.pk)
    times.append(time.perf_counter())
    applied = applying.apply(job.pk)
    times.append(time.perf_counter())
    assert checked.counts == applied.counts == {"join": LINES}, (checked.counts, checked.error)
    steps = [later - earlier for earlier, later in itertools.pairwise(times)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{sum(steps):.2f}", *(f"{step:.2f}" for step in steps), f"{memory:.0f}")


def pieces(file: Path) -> Iterator[bytes]:
    """The file, piece by piece."""
    with file.open("rb") as opened:
        while piece := opened.read(READ):
            yield piece


def refuse_wrong_result(*, history: bool) -> None:
    """Whoever wrote too little was not faster."""
    from saleor_customer_groups.models import Membership, MembershipEvent

    found = Membership.objects.count(), MembershipEvent.objects.count()
    assert found == (LINES, LINES if history else 0), f"{found} rows were written"


def measure(file: Path) -> bool:
    """Print the table; whether the limits are kept."""
    group_id = seed(file)
    print(f"{LINES:,} lines, {file.stat().st_size / 1e6:.0f} MB; seconds, the least of {RUNS}")
    floors, bare, imports = [], [], []
    for _ in range(RUNS):
        floors.append(floor(file, group_id, history=True))
        bare.append(floor(file, group_id, history=False))
        imports.append(ours(file, group_id))
    best, said = min(imports)
    _, upload, check, application, memory = said.split()
    print(f"floor: COPY + join + sorted insert          {min(floors):7.2f}")
    print(f"floor without history                       {min(bare):7.2f}")
    print(f"import: upload {upload}, check {check}, apply {application:10} {best:7.2f}")
    ratio, most = best / min(floors), max(int(answer.split()[-1]) for _, answer in imports)
    good = ratio <= LIMIT and most < LIMIT_MEMORY
    print(f"ratio {ratio:.2f} (limit {LIMIT}); without history {best / min(bare):.2f}")
    print(f"memory {most} MB (limit {LIMIT_MEMORY}): limits {'kept' if good else 'BROKEN'}")
    return good


def main() -> None:
    """Measure in a database of its own, which is gone afterwards."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox_settings")
    if "--import" in sys.argv:
        django.setup()
        import_file(Path(sys.argv[2]), int(sys.argv[3]))
        return
    django.setup()
    from django.conf import settings
    from django.db import connection

    print(sys.version.split()[0], f"Django {django.__version__}")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    made: Any = settings.DATABASES["default"]
    try:
        url = os.environ.get("DATABASE_URL", settings.DATABASE_URL)
        os.environ["DATABASE_URL"] = url.rpartition("/")[0] + "/" + made["NAME"]
        with tempfile.TemporaryDirectory() as folder:
            good = measure(Path(folder) / "people.csv")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
