"""The pure rules: what an answer means, when to try again, which addresses there may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from saleor_customer_groups.webhooks import addresses, answers, schedule
from saleor_customer_groups.webhooks.answers import Answer, Verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, Verdict.TROUBLE),
        (100, Verdict.TROUBLE),
        (200, Verdict.DELIVERED),
        (204, Verdict.DELIVERED),
        (299, Verdict.DELIVERED),
        (301, Verdict.TROUBLE),
        (304, Verdict.TROUBLE),
        (400, Verdict.REJECTED),
        (401, Verdict.TROUBLE),
        (404, Verdict.TROUBLE),
        (409, Verdict.REJECTED),
        (410, Verdict.GONE),
        (413, Verdict.REJECTED),
        (422, Verdict.REJECTED),
        (429, Verdict.TROUBLE),
        (500, Verdict.TROUBLE),
        (503, Verdict.TROUBLE),
        (999, Verdict.TROUBLE),
    ],
)
def test_w8_what_a_status_means(status, expected):
    assert answers.verdict(Answer(status=status)) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(error="No connection."), "No connection."),
        (Answer(status=302), "It answered 302; redirects are not followed."),
        (Answer(status=500), "It answered 500."),
    ],
)
def test_why_it_failed_is_a_sentence(answer, expected):
    assert answers.sentence(answer) == expected


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("", None),
        ("0", 0),
        (" 30 ", 30),
        ("9" * 5_000, 365 * 86_400),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 12:01:00 -0000", 60),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 365 * 86_400),
        ("Sun, 99 Mar 2026 12:01:00 GMT", None),
        ("later", None),
    ],
)
def test_how_long_it_asks_to_wait(given, seconds):
    answer = Answer(status=503, headers={"retry-after": given})
    expected = None if seconds is None else timedelta(seconds=seconds)

    assert answers.asked_wait(answer, now=NOW) == expected


def test_a_success_asks_for_no_wait():
    assert answers.asked_wait(Answer(status=200, headers={"retry-after": "9"}), now=NOW) is None


def test_of_an_answer_the_beginning_is_kept_without_cookies():
    headers = {"set-cookie": "secret", **{f"x-{n}": "v" * 1000 for n in range(100)}}

    kept, text = answers.kept(Answer(status=200, headers=headers, text="\ud800" + "z" * 9_000))

    assert "set-cookie" not in kept
    assert (len(kept), len(kept["x-0"])) == (30, 300)
    assert (len(text), text[:2]) == (4096, "?z")


def test_w1_the_schedule_lasts_75_hours_whatever_the_dice_say():
    least = sum((schedule.delay_after(n, 0.0) for n in range(1, 10)), timedelta())
    most = sum((schedule.delay_after(n, 1.0) for n in range(1, 10)), timedelta())

    assert least == timedelta(hours=75, minutes=35, seconds=5)
    assert most == least * 1.1
    assert [schedule.is_exhausted(n) for n in (1, 9, 10, 11)] == [False, False, True, True]
    assert schedule.delay_after(30, 0.0) == timedelta(hours=24)


@pytest.mark.parametrize(
    ("trouble", "asked", "expected"),
    [
        (0, None, None),
        (4, None, None),
        (5, None, 30),
        (6, None, 60),
        (11, None, 1800),
        (500, None, 1800),
        (0, 10, 10),
        (1, 0, 0),
        (1, 7200, 3600),
        (5, 10, 30),
        (5, 90, 90),
    ],
)
def test_how_long_an_endpoint_is_left_alone(trouble, asked, expected):
    wait = None if asked is None else timedelta(seconds=asked)
    pause = schedule.pause_after(trouble, wait)

    assert pause == (None if expected is None else timedelta(seconds=expected))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com:8443/a/b?c=d%20e",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1::]:443/",
        "https://xn--bcher-kva.example/",
        "https://under_score.example/",
    ],
)
def test_an_address_that_may_be(url):
    assert addresses.problem(url, http=False) is None


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "must be of ASCII"),
        ("https://exa mple.com/", "must be of ASCII"),
        ("https://example.com/\r\nX: y", "must be of ASCII"),
        ("https://example.com/\n", "must be of ASCII"),
        ("https://bücher.example/", "Punycode"),
        ("https://①②⑦.⓪.⓪.①/", "must be of ASCII"),
        ("https://a\\@b/", "must be of ASCII"),
        ("https://" + "a" * 2_000, "at most 2,000"),
        ("http://example.com/", "must begin with https://."),
        ("ftp://example.com/", "must begin with https://."),
        ("//example.com/", "must begin with https://."),
        ("example.com", "must begin with https://."),
        ("https://user@example.com/", "user or a password"),
        ("https://user:pass@example.com/", "user or a password"),
        ("https:///path", "no host"),
        ("https://:443/", "no host"),
        ("https://exa,mple.com/", "no host"),
        ("https://example.com:99999/", "not a URL"),
        ("https://example.com:x/", "not a URL"),
        ("https://[::1/", "not a URL"),
        ("https://example.com/#part", "fragment"),
    ],
)
def test_an_address_that_may_not_be(url, sentence):
    found = addresses.problem(url, http=False)

    assert found is not None
    assert sentence in found


def test_http_where_the_setting_allows_it():
    assert addresses.problem("http://localhost:8000/", http=True) is None
    assert addresses.problem("ftp://a/", http=True) == (
        "The address must begin with https:// or http://."
    )
