"""docs/broadcasts.md is true: its tables are what the code knows."""

from __future__ import annotations

import re
from pathlib import Path

from saleor_customer_groups import conf, events
from saleor_customer_groups.broadcasts import compose, statements
from saleor_customer_groups.models import BroadcastChannel

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "broadcasts.md").read_text(encoding="utf-8")


def row(label: str) -> set[str]:
    """What stands in backquotes in the row of a table."""
    [line] = [line for line in PAGE.splitlines() if line.startswith(f"| {label} |")]
    return set(re.findall(r"`([^`]+)`", line))


def test_placeholders_filters_and_tags():
    names = {f"{{{{ customer.{name} }}}}" for name in compose.CUSTOMER}
    assert row("placeholders") == names | {"{{ group.name }}"}
    assert row("filters") == set(compose.FILTERS)
    blocks = {tag.name for tag in compose.TAGS} - {"literal", "output", "illegal", "content"}
    assert row("tags") - {"raw"} == {name for name in blocks if name.isalpha()} - {"statement"}


def test_every_reason_is_explained():
    chapter = PAGE.split("\n## Whom it is for\n")[1].split("**Consent.**")[0]
    assert re.findall(r"^\| `(\w+)` \|", chapter, re.MULTILINE) == list(statements.REASONS)


def test_every_channel_has_an_address():
    chapter = PAGE.split("**Addresses**")[1].split("\n## ")[0]
    named = re.findall(r"^\| (.*?) \|", chapter, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(named))) == set(BroadcastChannel.values)


def test_every_event_is_named():
    ours = {name for name in events.CATALOGUE if name.startswith("broadcast.")}
    assert set(re.findall(r"`(broadcast\.\w+)`", PAGE)) == ours


def test_every_setting_of_broadcasts_is_documented():
    settings = (DOCS / "settings.md").read_text(encoding="utf-8")
    for name in (*statements.ID_SETTINGS.values(), "MARKETING_CONSENT_KEY", "BROADCAST_CHUNK"):
        assert name in conf.DEFAULTS
        assert f"`{name}`" in settings
