"""`make services`: only PostgreSQL and Valkey, for running tests or a shell by hand."""

from __future__ import annotations

from launcher.environment import say
from launcher.runs import begun
from launcher.state import state_folder
from launcher.supervision import refuse_second, watch

PURPOSE = "services"


def services() -> int:
    """Start the servers, say how to use them, and stay until a signal comes."""
    folder = state_folder() / PURPOSE
    with begun(PURPOSE, busy=lambda: refuse_second(PURPOSE, folder)) as run:
        server = run.postgres(careful=True)
        server.create_database("shop")
        say("export PYTHONPATH=sandbox:. DJANGO_SETTINGS_MODULE=sandbox_settings")
        say(f"export DATABASE_URL={server.url('shop')}")
        say(f"export CELERY_BROKER_URL={run.valkey().url(0)}")
        say("# for another terminal, then for example: .venv/bin/pytest --pdb tests/pricing")
        return watch(run.children)
