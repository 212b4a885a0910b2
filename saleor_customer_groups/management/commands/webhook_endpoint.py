"""Look after the endpoints of other systems from the shell."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...errors import CustomerGroupsError
from ...models import WebhookEndpoint
from ...webhooks import endpoints, queries, replaying, watching

ACTOR: Final = "command"
SHOWN_ONCE: Final = "It is shown this once; keep it where the receiver finds it."


class Command(BaseCommand):
    """One act a call; each is one call inwards."""

    help = "Looks after endpoints: who hears what happens, how they fare, and what is sent again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The acts, each with its own arguments."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        acts.add_parser("list", help="all endpoints and how they fare")
        acts.add_parser("status", help="the same; fails when something is overdue")
        create = acts.add_parser("create", help="make an endpoint; prints its secret once")
        create.add_argument("name")
        create.add_argument("url")
        create.add_argument(
            "--event", action="append", metavar="NAME", help="one that it hears; without: all"
        )
        replay = acts.add_parser("replay", help="send events again, or for the first time")
        replay.add_argument("--message", metavar="ID", help="the one of this webhook-id")
        replay.add_argument("--failed", action="store_true", help="those that were given up")
        replay.add_argument("--since", type=_moment, help="2026-03-01, or with a time")
        replay.add_argument("--until", type=_moment, help="before then")
        enable = acts.add_parser("enable", help="switch it on; what it missed is sent")
        enable.add_argument("--from-now", action="store_true", help="without what it missed")
        words = {
            "rotate": "a new secret; the old one signs for 24 hours too",
            "disable": "send it nothing until it is enabled",
            "delete": "forget it and all that is on its way",
            "test": "send it a ping",
        }
        of_one = [acts.add_parser(act, help=what) for act, what in words.items()]
        for parser_of_act in (replay, enable, *of_one):
            parser_of_act.add_argument("endpoint", type=int, help="its id, as list shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the act; what is refused ends with its sentence and changes nothing."""
        acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "status": self._status,
            "create": self._create,
            "replay": self._replay,
            "enable": self._enable,
            "rotate": self._rotate,
            "disable": self._disable,
            "delete": self._delete,
            "test": self._test,
        }
        try:
            acts[options["act"]](options)
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        for standing in queries.standings():
            endpoint = standing.endpoint
            names = "all events" if endpoint.everything else ", ".join(endpoint.names)
            self.stdout.write(f"{endpoint.pk}  {endpoint.name}  {endpoint.url}  ({names})")
            self.stdout.write(f"    {standing.sentence(now)}")

    def _status(self, options: dict[str, Any]) -> None:
        self._list(options)
        overdue = watching.overdue(timezone.now())
        if overdue:
            raise CommandError(
                f"{overdue:,} deliveries are overdue: is there a Celery worker, and a beat?"
            )
        self.stdout.write("Nothing is overdue.")

    def _create(self, options: dict[str, Any]) -> None:
        issued = endpoints.create(options["name"], options["url"], names=options["event"])
        self.stdout.write(f"{issued.endpoint.name} is endpoint {issued.endpoint.pk}.")
        self._show(issued.secret)

    def _rotate(self, options: dict[str, Any]) -> None:
        self._show(endpoints.rotate(_endpoint(options)).secret)

    def _show(self, secret: str) -> None:
        self.stdout.write(f"Secret: {secret}\n{SHOWN_ONCE}")

    def _enable(self, options: dict[str, Any]) -> None:
        endpoint = endpoints.enable(_endpoint(options), missed=not options["from_now"])
        self.stdout.write(f"{endpoint.name} is on.")

    def _disable(self, options: dict[str, Any]) -> None:
        endpoint = endpoints.disable(_endpoint(options))
        self.stdout.write(f"{endpoint.name} is off.")

    def _delete(self, options: dict[str, Any]) -> None:
        endpoint = _endpoint(options)
        endpoints.delete(endpoint)
        self.stdout.write(f"{endpoint.name} is deleted.")

    def _test(self, options: dict[str, Any]) -> None:
        endpoint = _endpoint(options)
        delivery = endpoints.ping(endpoint, actor=ACTOR)
        self.stdout.write(f"A ping is on its way to {endpoint.name}: delivery {delivery.pk}.")

    def _replay(self, options: dict[str, Any]) -> None:
        endpoint, since = _endpoint(options), options["since"]
        if options["message"] is not None:
            replaying.replay(replaying.delivery_of(endpoint, options["message"]))
            count = 1
        elif since is None:
            raise CommandError("Say which: --message, or --since (with --failed: what failed).")
        elif options["failed"]:
            count = replaying.replay_failed(endpoint, since=since)
        else:
            count = replaying.replay_range(endpoint, since=since, until=options["until"])
        self.stdout.write(f"{count:,} events go to {endpoint.name} again.")


def _endpoint(options: dict[str, Any]) -> WebhookEndpoint:
    return queries.endpoint_by_id(options["endpoint"])


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a moment such as 2026-03-01 12:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_default_timezone())
