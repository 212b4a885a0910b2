"""Calls to other systems, by Saleor's own HTTP client and some guards of ours.

Saleor's client looks up the name itself, refuses addresses inside the house, calls the very address
that it looked at, and follows no redirect. Ours: two ranges of addresses that it lets through, no
proxy and no password file of the environment, an end in all (its timeouts are for each read, so
that a byte a second would last for ever), and of a long answer only the beginning.
"""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from functools import partial
from http.client import HTTPResponse
from ipaddress import IPv6Network, ip_address
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from saleor.core.http_client import HTTPClient
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from ..sentences import Sentence
from ..webhooks.answers import Answer

DEADLINE: Final = 20.0  # seconds, all in all; a name's lookup has the resolver's own limit
CONNECTING: Final = 5.0  # for each of connecting, the TLS handshake and sending
ANSWER_BYTES: Final = 64 * 1024

# IPv4 in IPv6 of old, which some systems route to the IPv4 address; and the site-local range.
REFUSED: Final = (IPv6Network("::/96"), IPv6Network("fec0::/10"))


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST the body; what came back. Never raises, and ends within 20 seconds."""
    began = time.monotonic()
    try:
        answer = _post(url, body, headers, began + DEADLINE)
    except InvalidIPAddress:
        answer = Answer(error=Sentence("The address leads into a network that is not called."))
    except requests.exceptions.SSLError:
        answer = Answer(
            error=Sentence("The TLS connection failed; its certificate may be invalid.")
        )
    except requests.exceptions.Timeout:
        answer = Answer(
            error=Sentence(
                "There was no whole answer within {seconds:g} seconds.", seconds=DEADLINE
            )
        )
    except requests.exceptions.ConnectionError:
        answer = Answer(error=Sentence("No connection, or it broke."))
    except (requests.exceptions.RequestException, ValueError, OSError) as error:
        answer = Answer(
            error=Sentence("The call could not be made ({error}).", error=type(error).__name__)
        )
    took = int((time.monotonic() - began) * 1000)
    return Answer(answer.status, answer.headers, answer.text, answer.error, took)


def _post(url: str, body: bytes, headers: Mapping[str, str], ends_at: float) -> Answer:
    with HTTPClient.get_session() as session:
        session.trust_env = False  # no proxy, no .netrc
        for scheme in ("http://", "https://"):
            session.mount(scheme, _adapter(session.get_adapter(scheme), scheme, ends_at))
        response = session.post(
            url,
            data=body,
            # As it is sent it is read: what unpacks to a gigabyte is not unpacked.
            headers={**headers, "Accept-Encoding": "identity"},
            timeout=(CONNECTING, DEADLINE),
            allow_redirects=False,
            stream=True,
        )
        with response:
            text = _beginning(response).decode("utf-8", "replace")
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, found, text)


def _beginning(response: requests.Response) -> bytes:
    """What was read of the answer before the limit, the deadline or a broken connection.

    The status has come: it decides, whatever becomes of the rest.
    """
    read = bytearray()
    try:
        while len(read) < ANSWER_BYTES:
            chunk = response.raw.read1(ANSWER_BYTES - len(read), decode_content=False)
            if not chunk:
                break
            read += chunk
    except Exception as error:  # urllib3's, http.client's and the socket's: none matters any more
        read += f" […{type(error).__name__}]".encode()
    return bytes(read[:ANSWER_BYTES])


def _adapter(given: HTTPAdapter, scheme: str, ends_at: float) -> HTTPAdapter:
    """The adapter of Saleor's session with our guards; as lenient about loopback as it was."""
    if not isinstance(given, IPFilterAdapter):  # switched off by Saleor's setting
        return _Bounded(ends_at)
    allow_loopback = given._allow_loopback
    return _Strict(ends_at, is_https_proto=scheme == "https://", allow_loopback=allow_loopback)


class _Bounded(HTTPAdapter):
    """Ends every call of its session at a moment."""

    def __init__(self, ends_at: float, **options: Any) -> None:
        self._ends_at = ends_at
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_pool, HTTPConnectionPool, HTTPConnection, self._ends_at),
            "https": partial(_pool, HTTPSConnectionPool, HTTPSConnection, self._ends_at),
        }


class _Strict(_Bounded, IPFilterAdapter):
    """The same, and refuses what Saleor's filter lets through."""

    def build_connection_pool_key_attributes(self, *args: Any, **options: Any) -> Any:
        host, pool = super().build_connection_pool_key_attributes(*args, **options)
        address = ip_address(host["host"].strip("[]"))
        loopback = self._allow_loopback and address.is_loopback
        if not loopback and any(address in network for network in REFUSED):
            raise InvalidIPAddress(address)
        return host, pool


def _pool(
    pool_class: Any, connection_class: Any, ends_at: float, *args: Any, **options: Any
) -> Any:
    pool = pool_class(*args, **options)
    pool.ConnectionCls = partial(_connection, connection_class, ends_at)
    return pool


def _connection(connection_class: Any, ends_at: float, *args: Any, **options: Any) -> Any:
    connection = connection_class(*args, **options)
    connection.response_class = partial(_BoundedResponse, ends_at=ends_at)
    return connection


class _BoundedResponse(HTTPResponse):
    """A response whose reads, of the head too, end at a moment in all and not one by one."""

    def __init__(self, sock: Any, *args: Any, ends_at: float, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp: Any = io.BufferedReader(_BoundedReads(self.fp.detach(), sock, ends_at))


class _BoundedReads(io.RawIOBase):
    def __init__(self, raw: Any, sock: Any, ends_at: float) -> None:
        self._raw, self._sock, self._ends_at = raw, sock, ends_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("The time for this call is over.")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
