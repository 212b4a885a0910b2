"""Reports of senders: once or twice, in any order, about whoever they name."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_customer_groups.broadcasts import control, queries, reporting, sending
from saleor_customer_groups.broadcasts.reporting import Reported, Result
from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.events import customer_id
from saleor_customer_groups.models import BroadcastRecipient

from .conftest import gid, outcomes, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(members, draft):
    """A broadcast of which three recipients are in batch 1."""
    return send(draft())


def test_what_became_of_each(sent, members):
    alice, bob, charlie = members

    answer = reporting.report(
        sent.pk, 1, [Result(gid(alice), "sent"), Result(gid(bob), "failed", "no such mailbox")]
    )

    assert answer == Reported(changed=2, unchanged=0, unknown=())
    assert outcomes(sent) == {
        alice.pk: ("sent", ""),
        bob.pk: ("failed", "no such mailbox"),
        charlie.pk: ("requested", ""),
    }
    counts = queries.counts(sent.pk)
    assert (counts.requested, counts.sent, counts.failed, counts.unreported) == (3, 1, 1, 1)
    assert counts.recipients == counts.requested + counts.skipped
    times = BroadcastRecipient.objects.order_by("id").values_list("settled_at", flat=True)
    assert [moment is not None for moment in times] == [True, True, False]


def test_the_same_report_again_changes_nothing(sent, members):
    report = [Result(gid(members[0]), "sent"), Result(gid(members[1]), "failed", "full")]
    reporting.report(sent.pk, 1, report)
    before = list(BroadcastRecipient.objects.order_by("id").values())

    assert reporting.report(sent.pk, 1, report) == Reported(changed=0, unchanged=2, unknown=())
    assert list(BroadcastRecipient.objects.order_by("id").values()) == before


@pytest.mark.parametrize(
    ("reports", "status", "reason"),
    [
        (["failed", "sent"], "sent", ""),
        (["sent", "failed"], "sent", ""),
        (["failed", "sent", "failed"], "sent", ""),
        (["failed", "failed"], "failed", "reason 0"),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_sent_is_the_last_word(sent, members, reports, status, reason, together):
    results = [
        Result(gid(members[0]), outcome, f"reason {number}" if outcome == "failed" else "")
        for number, outcome in enumerate(reports)
    ]
    for some in [results] if together else [[result] for result in results]:
        reporting.report(sent.pk, 1, some)

    found = outcomes(sent)[members[0].pk]
    assert found[0] == status
    if not together:
        assert found == (status, reason)


def test_who_is_not_in_the_batch_is_named(sent, members, customer, draft, chunk_of):
    chunk_of(2)
    other = send(draft(title="Other"))  # two batches
    in_second = members[2]
    dora = customer("Dora")
    too_large = b64encode(b"User:9999999999999").decode()
    unknown = [gid(in_second), gid(dora), too_large, "nonsense", "", "ł", gid(dora)]
    user_name = b64encode(b"Product:1").decode()

    answer = reporting.report(
        other.pk,
        1,
        [Result(gid(members[0]), "sent"), *(Result(one, "sent") for one in [*unknown, user_name])],
    )

    assert answer.changed == 1
    assert answer.unknown == (*unknown[:-1], user_name)
    assert outcomes(other)[in_second.pk] == ("requested", "")
    assert outcomes(sent)[members[0].pk] == ("requested", "")


@pytest.mark.parametrize(
    ("batch", "results", "field", "code"),
    [
        (2, [], "batch", "not_found"),
        (0, [], "batch", "not_found"),
        (1, [Result("VXNlcjox", "lost")], "results", "invalid_choice"),
        (1, [Result("VXNlcjox", "skipped")], "results", "invalid_choice"),
        (1, [Result("VXNlcjox", "sent")] * 101, "results", "too_many"),
    ],
)
def test_it_refuses(sent, members, batch, results, field, code):
    good = Result(gid(members[0]), "sent")
    with pytest.raises(InvalidInput) as refusal:
        reporting.report(sent.pk, batch, [good, *results][:101])

    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert queries.counts(sent.pk).sent == 0


def test_there_is_no_such_broadcast(db):
    with pytest.raises(InvalidInput, match="no broadcast 7"):
        reporting.report(7, 1, [])


def test_a_batch_of_another_broadcast_is_none_of_this(sent, members, draft):
    other = draft()
    with pytest.raises(InvalidInput, match="no batch 1"):
        reporting.report(other.pk, 1, [Result(gid(members[0]), "sent")])


def test_reports_come_whatever_state_it_is_in(members, draft):
    broadcast = send(draft())
    assert broadcast.status == "finished"
    assert reporting.report(broadcast.pk, 1, [Result(gid(members[0]), "sent")]).changed == 1

    other = draft()
    control.start(other.pk)
    sending._freeze(other.pk)
    sending._request_some(other.pk)
    control.cancel(other.pk)
    assert reporting.report(other.pk, 1, [Result(gid(members[0]), "failed")]).changed == 1


def test_a_long_reason_is_cut(sent, members):
    reporting.report(sent.pk, 1, [Result(gid(members[0]), "failed", "x\x00" * 300)])
    assert outcomes(sent)[members[0].pk] == ("failed", "x" * 100)


def test_a_report_takes_the_same_statements_for_one_and_for_three(sent, members, counted):
    numbers = []
    for some in (members[:1], members[1:]):
        with counted() as statements:
            reporting.report(sent.pk, 1, [Result(gid(one), "sent") for one in some])
        numbers.append(len(statements))
    assert numbers == [4, 4]


@given(st.text())
def test_any_text_is_a_customer_or_none(text):
    assert reporting._number(text) is None or gid_of(reporting._number(text)) == text


def gid_of(number: int) -> str:
    return customer_id(number)
