"""Which pages may frame ours and speak with them: the Dashboard's, and nobody else's."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings

from .. import conf

ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:(\d+|\*))?")
SELF: Final = "'self'"
# Where plugin.py puts what the merchant wrote into the plugin's configuration, in request.META.
DASHBOARD: Final = "saleor_customer_groups.dashboard"


def origins(given: str) -> tuple[str, ...]:
    """The Dashboard's origins as sources of a Content-Security-Policy.

    `given` is what the merchant wrote into the plugin's configuration, the setting
    DASHBOARD_ORIGINS adds to it. Where neither says anything, it is the hosts to which Saleor
    itself sends people back (ALLOWED_CLIENT_HOSTS). The shop's own host always is one.
    """
    named = [*given.replace(",", " ").split(), *conf.get("DASHBOARD_ORIGINS")]
    found = [origin for text in named if (origin := origin_of(text))]
    return (SELF, *dict.fromkeys(found or _of_clients()))


def origin_of(text: str) -> str | None:
    """The origin of an address such as https://shop.example.com/dashboard/, None if it has none."""
    match = ORIGIN.match(text.strip())
    return match[0].lower() if match and text.strip()[match.end() :][:1] in ("", "/") else None


def _of_clients() -> list[str]:
    """Saleor names hosts as Django does: ".example.com" is one with all below it, "*" is any."""
    named = [host for host in getattr(settings, "ALLOWED_CLIENT_HOSTS", []) if "*" not in host]
    hosts = [f"*{host}" if host.startswith(".") else host for host in named]
    schemes = ("https", "http") if settings.DEBUG else ("https",)
    return [f"{scheme}://{host}:*" for host in hosts for scheme in schemes]
