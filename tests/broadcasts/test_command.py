"""The command: a broadcast from its draft to the report."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups.broadcasts import queries, sending
from saleor_customer_groups.models import Broadcast

from .conftest import addresses, gid

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> list[str]:
    """The lines that the command prints."""
    out = StringIO()
    call_command("broadcast", *map(str, arguments), stdout=out, no_color=True)
    return out.getvalue().splitlines()


@pytest.fixture
def text(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("Dear {{ customer.first_name }},\ncome!", encoding="utf-8")
    return file


@pytest.fixture
def number(members, text):
    """The number of a draft to VIPs."""
    [line] = run("create", "Sale", text, "--channel", "email", "--group", "vip")
    broadcast = Broadcast.objects.get()
    assert line == f"{broadcast.pk}: a draft, “Sale”"
    assert (broadcast.actor, broadcast.marketing_only) == ("command", True)
    return broadcast.pk


def test_from_the_draft_to_the_report(number, members, customer, vip, tmp_path):
    assert run("list") == [f"{number}  draft  Sale"]
    assert run("preview", number) == [
        "3 of 3 customers are reached",
        "",
        "Sale",
        "",
        "Dear Alice,",
        "come!",
    ]
    assert run("start", number) == [f"{number}: “Sale” is sending"]
    assert run("pause", number) == [f"{number}: “Sale” is paused"]
    assert run("resume", number) == [f"{number}: “Sale” is sending"]
    sending.run(number)
    results = [
        {"customer": gid(members[0]), "outcome": "sent"},
        {"customer": gid(members[1]), "outcome": "failed", "reason": "full"},
        {"customer": "nobody", "outcome": "sent"},
    ]
    file = tmp_path / "report.json"
    file.write_text(json.dumps(results))

    assert run("report", number, 1, file) == [
        "2 changed, 0 were so already",
        "  nobody: is not in this batch",
    ]
    assert run("status", number) == [
        f"{number}: “Sale” is finished",
        "3 customers: 3 requested in 1 batches, 0 pending, 0 skipped",
        "of the requested 1 sent, 1 failed, 0 unknown, 1 not reported",
    ]
    assert len(addresses()) == 3


def test_whom_it_does_not_reach_and_why(number, members):
    type(members[0]).objects.filter(pk=members[0].pk).update(metadata={})
    assert run("preview", number)[:2] == [
        "2 of 3 customers are reached",
        "  1: does not accept marketing",
    ]


def test_to_picked_customers_whether_they_accept_marketing_or_not(members, text):
    run(
        "create", "News", text, "--channel", "email", "--not-marketing", "--html",
        "--customers", "Alice@example.com", "bob@example.com",
    )  # fmt: skip
    broadcast = Broadcast.objects.get()
    assert broadcast.customer_ids == sorted([members[0].pk, members[1].pk])
    assert (broadcast.format, broadcast.marketing_only) == ("html", False)


def test_to_whom_a_rule_finds(members, text, tmp_path):
    rule = tmp_path / "rule.json"
    rule.write_text('{"first_name": {"eq": "Bob"}}')
    run("create", "News", text, "--channel", "email", "--rule", rule)
    assert Broadcast.objects.get().rule == {"first_name": {"eq": "Bob"}}


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2050-03-01T09:00", "2050-03-01T08:00:00+00:00"),
        ("2050-07-01T09:00", "2050-07-01T07:00:00+00:00"),
        ("2050-07-01T09:00+00:00", "2050-07-01T09:00:00+00:00"),
    ],
)
def test_b3_it_begins_at_the_shops_time(number, settings, at, moment):
    settings.TIME_ZONE = "Europe/Warsaw"
    run("schedule", number, at)

    broadcast = queries.find(number)
    assert (broadcast.status, broadcast.scheduled_for.isoformat()) == ("scheduled", moment)
    assert run("unschedule", number) == [f"{number}: “Sale” is draft"]


def test_b3_a_time_that_the_clocks_skip_is_refused(number, settings):
    settings.TIME_ZONE = "Europe/Warsaw"
    with pytest.raises(CommandError, match="clocks are put forward"):
        run("schedule", number, "2049-03-28T02:30")
    assert queries.find(number).status == "draft"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["schedule", "{number}", "tomorrow"], "no moment"),
        (["schedule", "{number}", "2020-01-01T09:00"], "is past"),
        (["pause", "{number}"], "is draft; it cannot be paused"),
        (["status", "0"], "There is no broadcast 0"),
        (["report", "{number}", "1", "{text}"], "The report cannot be read"),
        (["report", "{number}", "1", "{wrong}"], "A report is a list such as"),
        (["create", "x", "{text}", "--channel", "sms", "--group", "nope"], "no group nope"),
        (["create", "x", "{text}", "--channel", "sms", "--customers", "a@b.c"], "unknown customer"),
        (["create", "x", "/nowhere", "--channel", "sms", "--group", "vip"], "cannot be read"),
        (["create", "x", "{text}", "--channel", "sms", "--rule", "{wrong}"], "rule: "),
        (["create", "{{ x }}", "{text}", "--channel", "sms", "--group", "vip"], "placeholder"),
    ],
)
def test_it_refuses_with_a_sentence(number, text, tmp_path, arguments, said):
    wrong = tmp_path / "wrong.json"
    wrong.write_text('[{"outcome": "sent"}]')
    values = {"{number}": number, "{text}": text, "{wrong}": wrong}
    with pytest.raises(CommandError, match=said):
        run(*(values.get(one, one) for one in arguments))
    assert Broadcast.objects.count() == 1


def test_cancelled(number):
    assert run("cancel", number) == [f"{number}: “Sale” is cancelled"]
