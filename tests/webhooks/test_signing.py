"""Signatures: ours by the library's check, and the library's by ours."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from saleor_customer_groups.errors import Refused
from saleor_customer_groups.webhooks import signing

SECRET = "whsec_" + b64encode(b"a" * 32).decode()
OTHER = "whsec_" + b64encode(b"b" * 32).decode()
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
BODY = '{"name":"Zażółć"}'


def accepted(keys, headers, body=BODY, now=NOW):
    try:
        return signing.verify(keys, headers, body=body, now=now)
    except Refused as refusal:
        return None if refusal.code == "bad_signature" else refusal.code


def signed(keys=(SECRET,), id="msg_1", at=NOW, body=BODY):
    return signing.headers(list(keys), id=id, at=at, body=body)


def test_it_is_the_vector_of_the_specification():
    """From the test suites of standard-webhooks; its body is signed byte by byte."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = '{"test": 2432232314}'
    at = datetime.fromtimestamp(1614265330, UTC)

    headers = signing.headers([secret], id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, body=body)

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@settings(max_examples=1_000, deadline=None)
@given(
    body=st.recursive(
        st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("äbc"), inner),
    ).map(lambda value: json.dumps(value, ensure_ascii=False)),
    key=st.binary(min_size=24, max_size=64),
)
def test_w7_the_library_accepts_what_we_sign(body, key):
    secret = "whsec_" + b64encode(key).decode()
    headers = signing.headers([secret], id="msg_1", at=datetime.now(UTC), body=body)

    assert Webhook(secret).verify(body.encode(), headers) == json.loads(body)


def test_w7_two_secrets_make_two_signatures_and_either_verifies():
    headers = signing.headers([OTHER, SECRET], id="msg_1", at=datetime.now(UTC), body=BODY)

    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (SECRET, OTHER):
        assert Webhook(secret).verify(BODY, headers) == {"name": "Zażółć"}
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + b64encode(b"c" * 32).decode()).verify(BODY, headers)


def test_the_moment_is_the_same_in_every_time_zone():
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))

    assert signed(at=elsewhere) == signed(at=NOW)


def test_a_new_secret_has_as_many_bytes_as_the_specification_asks():
    secrets = {signing.new_secret() for _ in range(20)}

    assert len(secrets) == 20
    for secret in secrets:
        assert 24 <= len(Webhook(secret)._whsecret) <= 64
        assert secret.startswith("whsec_")


def test_the_id_is_made_of_the_events():
    uid = UUID("12345678123456781234567812345678")

    assert signing.message_id(uid) == "msg_12345678123456781234567812345678"


def test_we_accept_what_the_library_signs():
    signature = Webhook(SECRET).sign("msg_1", NOW, BODY)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "1772366400"}

    assert accepted([SECRET], {**headers, "webhook-signature": signature}) == "msg_1"


def test_each_of_two_keys_is_enough():
    assert accepted([SECRET, OTHER], signed([OTHER])) == "msg_1"
    assert accepted([SECRET, OTHER], signed([SECRET])) == "msg_1"
    assert accepted([SECRET], signed([OTHER, SECRET])) == "msg_1"
    assert accepted([SECRET], signed([OTHER])) is None
    assert accepted([], signed()) is None


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-301, None), (-300, "msg_1"), (300, "msg_1"), (301, None)]
)
def test_i2_five_minutes_either_way(seconds, expected):
    headers = signed(at=NOW + timedelta(seconds=seconds))

    assert accepted([SECRET], headers) == expected


GOOD = signed()
SIGNATURE = GOOD["webhook-signature"]


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("another id", {"webhook-id": "msg_2"}),
        ("another time", {"webhook-timestamp": "1772366401"}),
        ("no id", {"webhook-id": ""}),
        ("a long id", {"webhook-id": "m" * 256}),
        ("an id with a space", {"webhook-id": "msg 1"}),
        ("an id beyond ASCII", {"webhook-id": "msg_ü"}),
        ("no time", {"webhook-timestamp": ""}),
        ("a fraction", {"webhook-timestamp": "1772366400.5"}),
        ("a sign", {"webhook-timestamp": "+1772366400"}),
        ("no number", {"webhook-timestamp": "nan"}),
        ("digits of another script", {"webhook-timestamp": "١٧٧٢٣٦٦٤٠٠"}),
        ("the end of time", {"webhook-timestamp": "99999999999"}),
        ("a huge time", {"webhook-timestamp": "9" * 400}),
        ("no signature", {"webhook-signature": ""}),
        ("only spaces", {"webhook-signature": "   "}),
        ("no comma", {"webhook-signature": SIGNATURE.replace(",", "")}),
        ("two commas", {"webhook-signature": SIGNATURE.replace(",", ",,")}),
        ("v1a", {"webhook-signature": SIGNATURE.replace("v1,", "v1a,")}),
        ("v2", {"webhook-signature": SIGNATURE.replace("v1,", "v2,")}),
        ("no base64", {"webhook-signature": "v1,§§§"}),
        ("a surrogate", {"webhook-signature": "v1,\ud800"}),
        ("cut short", {"webhook-signature": SIGNATURE[:-1]}),
        ("50 wrong ones", {"webhook-signature": " ".join(["v1,AAAA"] * 50)}),
        ("the right one after 50", {"webhook-signature": "v1,AA " * 50 + SIGNATURE}),
        ("the right one before 50", {"webhook-signature": SIGNATURE + " v1,AA" * 50}),
    ],
)
def test_i2_everything_else_is_refused_without_another_error(case, changes):
    assert accepted([SECRET], {**GOOD, **changes}) is None
    assert accepted([SECRET], GOOD) == "msg_1"


@pytest.mark.parametrize("missing", GOOD)
def test_i2_a_missing_header_is_refused(missing):
    assert accepted([SECRET], {k: v for k, v in GOOD.items() if k != missing}) is None


def test_i2_a_tampered_body_is_refused():
    assert accepted([SECRET], GOOD, body=BODY + " ") is None
