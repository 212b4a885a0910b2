"""Batches: no body is too large, no recipient is lost or twice, the order stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from saleor_customer_groups.broadcasts.packing import BODY_BYTES, pack
from saleor_customer_groups.events import BroadcastBatchRequested, Recipient, body

NOW = datetime(2026, 11, 23, 12, 0, 0, 1, tzinfo=UTC)
REQUEST = BroadcastBatchRequested(
    broadcast="Qjox", batch=0, channel="email", format="plain", title="Sale", text="Come!",
    recipients=(),
)  # fmt: skip


def size(request: BroadcastBatchRequested, batch: list[Recipient]) -> int:
    return len(body(replace(request, batch=77, recipients=tuple(batch)), at=NOW).encode())


def recipient(number: int, text: str | None = None) -> Recipient:
    return Recipient(f"VXNlcjo{number}", f"person{number}@example.com", None, text)


def test_a_hundred_in_a_batch():
    batches = pack(map(recipient, range(250)), REQUEST)
    assert list(map(len, batches)) == [100, 100, 50]
    assert [one for batch in batches for one in batch] == list(map(recipient, range(250)))


def test_fewer_where_each_has_a_text_of_its_own():
    batches = pack([recipient(number, "x" * 6_000) for number in range(7)], REQUEST)
    assert list(map(len, batches)) == [3, 3, 1]


def test_who_is_too_large_alone_is_in_none():
    people = [recipient(1), recipient(2, "ł" * 10_000), recipient(3)]
    assert pack(people, REQUEST) == [[people[0], people[2]]]


def test_of_nobody_there_is_no_batch():
    assert pack([], REQUEST) == []


def test_a_body_may_be_exactly_full():
    room = BODY_BYTES - size(REQUEST, []) - 30  # the longest number and so on
    longest = max(
        length
        for length in range(room - 300, room + 300)
        if pack([recipient(1, "x" * length)], REQUEST)
    )
    assert BODY_BYTES - 40 <= size(REQUEST, [recipient(1, "x" * longest)]) <= BODY_BYTES


texts = st.none() | st.text(max_size=80) | st.integers(1, 9_000).map(lambda length: '"ł' * length)


@given(st.lists(texts, max_size=40), st.text(max_size=500))
def test_every_body_is_small_enough_and_everybody_who_fits_is_in_one(given_texts, shared):
    request = replace(REQUEST, text=shared)
    people = [recipient(number, text) for number, text in enumerate(given_texts)]

    batches = pack(people, request)

    placed = [one for batch in batches for one in batch]
    assert all(size(request, batch) <= BODY_BYTES for batch in batches)
    assert all(1 <= len(batch) <= 100 for batch in batches)
    assert placed == [one for one in people if one in placed]
    for one in people:
        if one not in placed:
            assert size(request, [one]) > BODY_BYTES - 40
    # A batch ends only where the next one does not fit.
    for batch, following in pairwise(batches):
        assert len(batch) == 100 or size(request, [*batch, following[0]]) > BODY_BYTES - 40
