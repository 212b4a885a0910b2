"""`make demo`: the small shop of sandbox/, with a database, a broker, a worker and a clock."""

from __future__ import annotations

from launcher import environment
from launcher.environment import say
from launcher.runs import Run, begun, given
from launcher.saleor import python_path
from launcher.state import PROJECT, remembered_secret, state_folder
from launcher.supervision import Shop, refuse_second, serve, watch

PURPOSE = "demo"
DATABASE = "shop"
STAFF = "staff@example.com"
DJANGO = ("-m", "django")


def demo() -> int:
    """Serve the shop until a signal comes."""
    folder = state_folder() / PURPOSE
    with begun(PURPOSE, busy=lambda: refuse_second(PURPOSE, folder)) as run:
        shop = _shop(run)
        say("making the tables and what is in the shop")
        run.children.run(shop.command("migrate", *DJANGO, "migrate", cwd=run.folder))
        story: list[str] = []
        seed = shop.command("seed", *DJANGO, "seed", cwd=run.folder)
        seeding = run.children.follow(seed, story.append)
        if seeding.process.returncode != 0:
            raise seeding.failure()
        address = serve(run, shop)
        say(f"\nThe shop is at {address}")
        say(f"Its Dashboard (a stand-in) is at {_dashboard(address)}: {STAFF}, group-prices\n")
        for line in story:
            say(line)
        say(f"\nCommands by hand: . {shop.env_file}; {shop.python} -m django customer_group list")
        say(f"Logs: {run.children.logs}. Ctrl-C ends everything.")
        return watch(run.children)


def _dashboard(address: str) -> str:
    """Under another name than the shop: in life these are two origins, too."""
    return address.replace("127.0.0.1", "localhost") + "/dashboard/"


def _shop(run: Run) -> Shop:
    python = environment.python_with("sandbox.txt")
    database = given("DATABASE_URL")
    if database is None:
        server = run.postgres(careful=True)
        server.create_database(DATABASE)
        database = server.url(DATABASE)
    return Shop(
        python=python,
        names={
            "DATABASE_URL": database,
            "CELERY_BROKER_URL": given("CELERY_BROKER_URL") or run.valkey().url(0),
            "SECRET_KEY": remembered_secret(run.folder / "secret-key"),
            "DJANGO_SETTINGS_MODULE": "sandbox_settings",
            "PYTHONPATH": python_path(PROJECT / "sandbox", PROJECT),
        },
        env_file=run.folder / "env.sh",
        beat_options=("--schedule", str(run.folder / "beat-schedule")),
        web=(*DJANGO, "runserver", "--noreload", "127.0.0.1:{port}"),
        first_page="/",
    )
