"""Rules from the shell."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from saleor_customer_groups.models import CustomerGroup, Segment
from tests.segments.people import domain, members


@pytest.fixture
def segment(capsys):
    def call(*args):
        call_command("customer_segment", *args)
        return capsys.readouterr().out

    return call


@pytest.fixture
def file(tmp_path):
    def write(rule):
        path = tmp_path / "rule.json"
        path.write_text(rule if isinstance(rule, str) else json.dumps(rule))
        return str(path)

    return write


def test_a_group_is_made_run_explained_and_listed(customer, segment, file):
    ada = customer("ada@friends.example")
    assert "its slug is friends" in segment("create", "Friends", file(domain("friends.example")))
    assert "friends  Friends  0  not run" in segment("list")
    assert "1 joined, 0 left" in segment("run", "friends")
    assert members(CustomerGroup.objects.get(slug="friends")) == [ada.pk]
    assert segment("explain", "friends", "ada@friends.example").startswith("yes email_domain is")
    assert "friends  Friends  1  right at 20" in segment("list")


def test_a_preview_counts_and_saves_nothing(customer, segment, file):
    customer("ada@friends.example")
    customer("bea@example.com")
    said = segment("preview", file(domain("friends.example")))
    assert said.splitlines()[0].startswith("1 of 2 customers (50")
    assert "  ada@friends.example" in said
    assert not Segment.objects.exists()


def test_a_rule_is_given_to_a_group(db, segment, file):
    CustomerGroup.objects.create(name="VIP", slug="vip")
    segment("set", "vip", file(domain("friends.example")))
    assert Segment.objects.get().rule == domain("friends.example")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("run", "nobody"), "There is no group nobody."),
        (("run", "standard"), "Standard has no rule."),
        (("set", "standard", "/nowhere"), "The rule cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(db, segment, args, sentence):
    with pytest.raises(CommandError, match=sentence):
        segment(*args)


def test_everything_that_is_wrong_with_a_rule_is_said(db, segment, file):
    rule = {"all": [{"shoe_size": {"eq": 4}}, {"email": {"almost": "x"}}]}
    with pytest.raises(CommandError) as refusal:
        segment("create", "Odd", file(rule))
    lines = str(refusal.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("all[0].shoe_size: There is no field 'shoe_size'")
    assert lines[1].startswith("all[1].email")


def test_a_file_that_is_no_json_is_refused(db, segment, file):
    with pytest.raises(CommandError, match="The rule cannot be read"):
        segment("preview", file("{"))
