"""Addresses that other systems call: made, listed, and switched off from the shell."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import conf
from ...errors import CustomerGroupsError
from ...models import Trigger
from ...triggers import purposes
from ...webhooks import triggers
from ...webhooks.triggers import IssuedTrigger


class Command(BaseCommand):
    """Each subcommand is one call of the core."""

    help = "Makes and manages signed trigger addresses (docs/endpoints.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The subcommands."""
        commands = parser.add_subparsers(dest="act", required=True)
        create = commands.add_parser("create", help="prints the address and its secret, once")
        create.add_argument("name")
        create.add_argument("purpose", choices=purposes.PURPOSES)
        create.add_argument("--config", default="{}", help='JSON, such as {"group": "vip"}')
        create.add_argument("--calls-a-minute", type=int, default=60)
        commands.add_parser("list")
        for act in ("rotate", "enable", "disable", "delete", "calls"):
            commands.add_parser(act).add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the subcommand."""
        acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "create": self._create,
            "list": self._list,
            "rotate": lambda given: self._issued(triggers.rotate(_trigger(given))),
            "enable": lambda given: self._say(triggers.set_enabled(_trigger(given), True)),
            "disable": lambda given: self._say(triggers.set_enabled(_trigger(given), False)),
            "delete": lambda given: triggers.delete(_trigger(given)),
            "calls": self._calls,
        }
        try:
            acts[options["act"]](options)
        except CustomerGroupsError as error:
            raise CommandError(str(error)) from error

    def _create(self, options: dict[str, Any]) -> None:
        try:
            config = json.loads(options["config"])
        except json.JSONDecodeError as error:
            raise CommandError(f"The config is no JSON: {error}.") from error
        if not isinstance(config, dict):
            raise CommandError('The config must be a JSON object, such as {"group": "vip"}.')
        issued = purposes.create(
            options["name"],
            options["purpose"],
            config=config,
            calls_a_minute=options["calls_a_minute"],
        )
        self._issued(issued)

    def _issued(self, issued: IssuedTrigger) -> None:
        self._say(issued.trigger)
        self.stdout.write(f"  POST /plugins/{conf.PLUGIN_ID}/trigger/{issued.trigger.uid}")
        self.stdout.write(f"  secret, shown only now: {issued.secret}")

    def _list(self, options: dict[str, Any]) -> None:
        for trigger in Trigger.objects.order_by("pk"):
            self._say(trigger)

    def _say(self, trigger: Trigger) -> None:
        state = "on" if trigger.enabled else "off"
        self.stdout.write(f"{trigger.pk}  {trigger.name}  {trigger.purpose}  {state}")

    def _calls(self, options: dict[str, Any]) -> None:
        for call in _trigger(options).calls.order_by("-at")[:50]:
            self.stdout.write(
                f"{call.at:%Y-%m-%d %H:%M:%S}  {call.outcome}  {call.status}  {call.code}"
                f"  x{call.count}"
            )


def _trigger(options: dict[str, Any]) -> Trigger:
    trigger = Trigger.objects.filter(pk=options["id"]).first()
    if trigger is None:
        raise CommandError(f"There is no trigger {options['id']}.")
    return trigger
