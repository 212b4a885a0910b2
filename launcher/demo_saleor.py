"""`make demo-saleor`: the real Saleor with the plugin, on a database made by its own commands.

Nothing is written into Saleor's folders. Its migrations and its sample data go, once for each
version of Saleor, into a database that is only ever copied: the shop starts from a copy.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from launcher import environment, saleor_story
from launcher.environment import say
from launcher.errors import LauncherError
from launcher.ports import LOCALHOST
from launcher.postgres import Made, Server
from launcher.runs import Run, begun, given
from launcher.saleor import Saleor, find_saleor, places, python_path
from launcher.state import PROJECT, remembered_secret, state_folder, write_private
from launcher.supervision import Shop, refuse_second, serve, watch

PURPOSE = "demo-saleor"
DJANGO = ("-m", "django")
APPLIED = re.compile(r"^\s+Applying .*\bOK$")
SAY_EVERY = 100


@dataclass(frozen=True, slots=True)
class Database:
    """The shop's database. One that is not sample data is somebody's shop: nothing is added."""

    url: str
    is_sample: bool
    identity: str  # the same as long as what is in it may be the same


def demo_saleor() -> int:
    """Serve Saleor with the plugin until a signal comes."""
    saleor = find_saleor()
    if saleor is None:
        looked = " or ".join(str(place) for place in places())
        raise LauncherError(f"No Saleor with a .venv at {looked}. Name one: SALEOR_ROOT=/path/to.")
    folder = state_folder() / PURPOSE
    with begun(PURPOSE, busy=lambda: refuse_second(PURPOSE, folder)) as run:
        say(f"Saleor {saleor.version} at {saleor.root}")
        environment.python_with("sandbox.txt")  # brings the pip that installs beside Saleor's
        database = _database(run, saleor)
        broker = given("CELERY_BROKER_URL") or run.valkey().url(0)
        plugin = (
            PROJECT,
            environment.plugin_beside(saleor.python),
            environment.packages_beside(saleor.python, "saleor-plugin.txt"),
        )
        shop = _shop(run, saleor, database.url, broker=broker, plugin=plugin)
        _prepare(run, shop, database, saleor)
        address = serve(run, shop)
        say(f"\nSaleor's GraphQL is at {address}/graphql/ (a browser gets its playground)\n")
        if database.is_sample:
            say(saleor_story.story(address, shop, run.folder))
        say(f"\nLogs: {run.children.logs}. Ctrl-C ends everything.")
        return watch(run.children)


def _database(run: Run, saleor: Saleor) -> Database:
    """A database with Saleor's tables and, unless it is somebody's shop, its sample data."""
    url = given("DATABASE_URL")
    if url is not None:
        return Database(url, is_sample=_fill_if_empty(run, saleor, url), identity=url)
    server = run.postgres(careful=True)
    shop, sample = (re.sub(r"\W", "_", f"{kind}_{saleor.version}") for kind in ("shop", "sample"))
    if server.create_database(shop, template=sample) is Made.NO_TEMPLATE:
        _make_sample(run, saleor, server, sample)
        server.create_database(shop, template=sample)
    return Database(server.url(shop), is_sample=True, identity=f"{server.password} {shop}")


def _prepare(run: Run, shop: Shop, database: Database, saleor: Saleor) -> None:
    """Bring the database to the plugin's state. Each step loads Saleor, so none is done twice."""
    ours = [*PROJECT.glob("*/migrations/[0-9]*.py"), *PROJECT.glob("launcher/*saleor*.py")]
    theirs = saleor.root.glob("saleor/*/migrations/[0-9]*.py")
    facts = [path.read_text() for path in sorted(ours)] + sorted(path.name for path in theirs)
    wanted = hashlib.sha256("\n".join([database.identity, *facts]).encode()).hexdigest()
    done = run.folder / "prepared"
    if done.exists() and done.read_text() == wanted:
        return
    say("making the plugin's tables")
    run.children.run(shop.command("migrate", *DJANGO, "migrate", cwd=run.folder))
    if database.is_sample:
        saleor_story.make_people_and_prices(run, shop)
    done.write_text(wanted)


def _make_sample(run: Run, saleor: Saleor, server: Server, name: str) -> None:
    """Make the database that is copied; one that is half made keeps another name."""
    draft = f"{name}_draft"
    server.create_database(draft)
    _fill(run, saleor, server.url(draft))
    server.create_database(name, template=draft)
    server.drop_database(draft)


def _fill_if_empty(run: Run, saleor: Saleor, url: str) -> bool:
    """Fill a database that the caller gave while it has no tables; whether it was filled by us."""
    mark = run.folder / f"sample-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
    if not mark.exists() and not _has_no_tables(saleor, url):
        return False
    if not mark.exists() or mark.read_text() != "done":
        mark.write_text("begun")
        _fill(run, saleor, url)
        mark.write_text("done")
    return True


def _has_no_tables(saleor: Saleor, url: str) -> bool:
    program = (
        "import psycopg, sys\n"
        'tables = psycopg.connect(sys.argv[1]).execute("select 1 from pg_tables '
        "where schemaname = 'public'\").fetchall()\n"
        "print(len(tables))"
    )
    return saleor.output_of("-c", program, url).strip() == "0"


def _fill(run: Run, saleor: Saleor, url: str) -> None:
    """Run Saleor's own migrations and sample data, without the plugin."""
    total = sum(1 for _ in saleor.root.glob("saleor/*/migrations/[0-9]*.py"))
    say(f"Saleor makes its database, this once: about {total} migrations take 5 to 10 minutes")
    # No broker: Saleor then runs its tasks at once, so that all they make is in the database.
    shop = _shop(run, saleor, url, broker="", plugin=())
    progress = Progress(total=total)
    populate = ("populatedb", "--createsuperuser", "--withoutimages")
    for name, arguments in (("migrate", ("migrate",)), ("populatedb", populate)):
        command = shop.command(name, *DJANGO, *arguments, cwd=run.folder)
        child = run.children.follow(command, progress.see)
        if child.process.returncode != 0:
            raise child.failure()


@dataclass(slots=True)
class Progress:
    """Says now and then how far Saleor's migrations are."""

    total: int
    applied: int = 0

    def see(self, line: str) -> None:
        """Count a line of `migrate`; every 100th migration is worth a line."""
        if APPLIED.match(line):
            self.applied += 1
            if self.applied % SAY_EVERY == 0:
                say(f"  {self.applied} of about {self.total} migrations")


def _shop(run: Run, saleor: Saleor, database: str, *, broker: str, plugin: Sequence[Path]) -> Shop:
    return Shop(
        python=saleor.python,
        names={
            "DATABASE_URL": database,
            "CELERY_BROKER_URL": broker,
            "SECRET_KEY": remembered_secret(run.folder / "secret-key"),
            "RSA_PRIVATE_KEY": _signing_key(run, saleor),
            "DJANGO_SETTINGS_MODULE": "saleor.settings",
            "DEBUG": "True",
            "EMAIL_URL": "consolemail://",
            "HTTP_IP_FILTER_ALLOW_LOOPBACK_IPS": "True",
            "SEND_USAGE_TELEMETRY": "False",  # it would report this shop to Saleor's makers
            "PYTHONPATH": python_path(*plugin, saleor.root),
        },
        env_file=run.folder / "env.sh",
        beat_options=("--scheduler", "saleor.schedulers.schedulers.DatabaseScheduler"),
        web=("-m", "uvicorn", "saleor.asgi:application", "--host", LOCALHOST, "--port", "{port}"),
        first_page="/health/",
    )


def _signing_key(run: Run, saleor: Saleor) -> str:
    """The key that signs tokens. Left to itself, Saleor would write one into its own folder."""
    file = run.folder / "signing-key"
    if not file.exists():
        program = (
            "from cryptography.hazmat.primitives import serialization as s\n"
            "from cryptography.hazmat.primitives.asymmetric import rsa\n"
            "key = rsa.generate_private_key(public_exponent=65537, key_size=2048)\n"
            "print(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())"
            ".decode())"
        )
        write_private(file, saleor.output_of("-c", program))
    return file.read_text()
