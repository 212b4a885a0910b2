"""Calls to other systems: what is never called, and what ends although the other side does not."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
import requests_hardened

from saleor_customer_groups.host import http
from saleor_customer_groups.webhooks.answers import Answer
from tests.http_server import HEAD, Server

FORBIDDEN = "The address leads into a network that is not called."


def client(monkeypatch: pytest.MonkeyPatch, *, loopback: bool) -> None:
    """Saleor's client as it is on a server, or with this machine allowed."""
    config = requests_hardened.Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=loopback,
        never_redirect=True,
        default_timeout=(2, 18),
        user_agent_override="Saleor/test",
    )
    monkeypatch.setattr(http, "HTTPClient", requests_hardened.Manager(config))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    client(monkeypatch, loopback=True)
    server = Server()
    yield server
    server.close()


def test_it_sends_the_very_bytes_and_headers(server):
    server.says(HEAD + b"X-Who: till\r\nContent-Length: 6\r\n\r\nthanks")
    body = '{"name":"Zażółć"}'.encode()

    answer = http.post(
        server.url, body, {"webhook-id": "msg_1", "content-type": "application/json"}
    )

    head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook HTTP/1.1\r\n")
    lines = {line.lower() for line in head.split(b"\r\n")}
    assert {b"webhook-id: msg_1", b"accept-encoding: identity", b"user-agent: saleor/test"} <= lines
    assert sent == body
    assert (answer.status, answer.text, answer.error) == (200, "thanks", "")
    assert answer.headers["x-who"] == "till"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_w8_a_redirect_is_not_followed(status, server):
    location = f"Location: {server.url}\r\n".encode()
    server.says(b"HTTP/1.1 %d Moved\r\n" % status + location + b"Content-Length: 0\r\n\r\n")

    assert http.post(server.url, b"{}", {}).status == status
    assert len(server.requests) == 1


def test_w8_an_endless_answer_is_cut(server):
    def pour(client: socket.socket) -> None:
        client.sendall(HEAD + b"Content-Length: 1000000000\r\n\r\n")
        while True:
            client.sendall(b"y" * 65_536)

    server.answer = pour

    answer = http.post(server.url, b"{}", {})

    assert (answer.status, len(answer.text)) == (200, http.ANSWER_BYTES)


def test_w8_what_unpacks_to_a_gigabyte_is_not_unpacked(server):
    server.says(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot a zip")

    assert http.post(server.url, b"{}", {}).text == "not a zip"


@pytest.mark.parametrize(
    ("dripping", "status"),
    [
        (b"", None),
        (b"HTTP/1.1 2", None),
        (HEAD + b"X-Long: ", None),
        (HEAD + b"Content-Length: 1000000\r\n\r\n", 200),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n", 200),
    ],
)
def test_w8_a_slow_drip_ends_at_the_deadline(dripping, status, server, monkeypatch):
    monkeypatch.setattr(http, "DEADLINE", 0.5)
    server.drips(dripping)

    began = time.monotonic()
    answer = http.post(server.url, b"{}", {})

    assert answer.status == status
    assert answer.error == ("" if status else "There was no whole answer within 0.5 seconds.")
    assert time.monotonic() - began < 5  # without the deadline it would never end


def test_w8_silence_ends_at_the_deadline(server, monkeypatch):
    monkeypatch.setattr(http, "DEADLINE", 0.3)
    server.answer = lambda client: server.closing.wait()

    assert http.post(server.url, b"{}", {}).error == "There was no whole answer within 0.3 seconds."


def test_w8_endless_provisional_answers_end_at_the_deadline(server, monkeypatch):
    monkeypatch.setattr(http, "DEADLINE", 0.3)

    def again_and_again(client: socket.socket) -> None:
        while not server.closing.is_set():
            client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    server.answer = again_and_again

    assert http.post(server.url, b"{}", {}).status is None


@pytest.mark.parametrize("text", [b"", b"nonsense\r\n\r\n", HEAD + b"a" * 100_000, b"\xff" * 100])
def test_w8_what_is_no_answer_is_an_error_and_not_an_exception(text, server):
    server.says(text)

    answer = http.post(server.url, b"{}", {})

    assert (answer.status, answer.error) == (None, "No connection, or it broke.")


def test_w8_an_answer_that_breaks_off_has_its_status(server):
    server.says(HEAD + b"Content-Length: 100\r\n\r\nhalf")

    answer = http.post(server.url, b"{}", {})

    assert answer.status == 200
    assert answer.text.startswith("half")


def test_w8_no_tls_where_tls_is_expected(server):
    def answer_in_plain_text() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 400 Plain\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=answer_in_plain_text)
        thread.start()
        answer = http.post(f"https://127.0.0.1:{listener.getsockname()[1]}/", b"{}", {})
        thread.join(10)

    assert answer == Answer(
        error="The TLS connection failed; its certificate may be invalid.", took_ms=answer.took_ms
    )


def test_nobody_listens(server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert http.post(f"http://127.0.0.1:{port}/", b"{}", {}).error == "No connection, or it broke."


# Each leads, or may lead, into the house. Names are answered by the table below, no name server.
NAMES = {
    "localhost": "127.0.0.1",
    "localtest.me": "127.0.0.1",
    "metadata.google.internal": "169.254.169.254",
    "db.internal": "10.0.0.5",
    "127.0.0.1.nip.io": "127.0.0.1",
    "six.example.com": "::1",
    "old.example.com": "::10.0.0.1",
    "site.example.com": "fec0::1",
    "mapped.example.com": "::ffff:192.168.0.1",
}
HOUSE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::127.0.0.1]/",
    "http://[::10.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    *[f"http://{name}/" for name in NAMES],
    "http://example.com@127.0.0.1/",
    "http://127.0.0.1#@example.com/",
    "http://127.0.0.1\\@example.com/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://LOCALHOST/",
    "http://localhost./",
    "https://127.0.0.1:8443/",
    "https://[fec0::1]:8443/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "ftp://127.0.0.1/",
    "//127.0.0.1/",
    "http:///",
    "http://",
    "http://[::1",
    "",
]


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """To which addresses somebody tried to connect; nobody gets through."""
    tried: list[Any] = []
    real = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        address = NAMES.get(name.rstrip(".").lower(), name)
        options["flags"] = socket.AI_NUMERICHOST
        return real(address, *args, **options)

    def connect(self: socket.socket, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr("urllib3.util.connection.HAS_IPV6", True)
    return tried


def test_w9_the_table_has_forty_forms():
    assert len(HOUSE) == len(set(HOUSE)) >= 40


@pytest.mark.parametrize("url", HOUSE)
def test_w9_nothing_in_the_house_is_called(url, connects, monkeypatch):
    client(monkeypatch, loopback=False)

    answer = http.post(url, b"{}", {})

    assert connects == []
    assert answer.status is None
    assert answer.error != ""


@pytest.mark.parametrize("url", ["http://93.184.216.34/", "http://[2606:2800:220:1::]/"])
def test_w9_what_is_outside_is_called(url, connects, monkeypatch):
    client(monkeypatch, loopback=False)

    assert http.post(url, b"{}", {}).error == "No connection, or it broke."
    assert len(connects) == 1


@pytest.mark.parametrize("url", ["http://[::10.0.0.1]/", "http://[fec0::1]/"])
def test_w9_the_ranges_that_saleor_lets_through_are_refused_by_us(url, connects, monkeypatch):
    client(monkeypatch, loopback=True)

    assert http.post(url, b"{}", {}).error == FORBIDDEN
    assert connects == []


def test_w9_a_name_that_leads_elsewhere_the_second_time(connects, monkeypatch):
    client(monkeypatch, loopback=False)
    answers = iter(["93.184.216.34", *["127.0.0.1"] * 10])
    look_up = socket.getaddrinfo

    def rebind(host: Any, *args: Any, **options: Any) -> Any:
        return look_up(next(answers) if host == "rebind.example" else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebind)

    http.post("http://rebind.example/", b"{}", {})

    assert connects == [("93.184.216.34", 80)]


def test_w9_the_proxy_of_the_environment_is_not_used(server, monkeypatch):
    proxy = Server()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server.says(HEAD + b"Content-Length: 0\r\n\r\n")

    assert http.post(server.url, b"{}", {}).status == 200
    assert proxy.requests == []
    proxy.close()


def test_the_filter_that_saleor_switched_off_is_off(server, monkeypatch):
    config = requests_hardened.Config(
        ip_filter_enable=False,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=(2, 18),
    )
    monkeypatch.setattr(http, "HTTPClient", requests_hardened.Manager(config))
    monkeypatch.setattr(http, "DEADLINE", 0.5)
    server.drips(b"HTTP/1.1 2")

    assert http.post(server.url, b"{}", {}).error == "There was no whole answer within 0.5 seconds."


def test_tls_is_bounded_too(server, monkeypatch, tmp_path):
    """The deadline also holds where the socket is wrapped: a drip inside TLS."""
    certificate, key = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setattr(http, "DEADLINE", 0.5)
    plain = http._adapter

    def trusting(*args: Any) -> Any:
        adapter = plain(*args)
        send = adapter.send
        adapter.send = lambda request, **options: send(
            request, **{**options, "verify": str(certificate)}
        )
        return adapter

    monkeypatch.setattr(http, "_adapter", trusting)
    done = Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(65_536)
            secure.sendall(b"HTTP/1.1 2")
            try:
                while not done.wait(0.02):
                    secure.sendall(b"0")
            except OSError:
                pass  # they hung up

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=drip)
        thread.start()
        answer = http.post(f"https://127.0.0.1:{listener.getsockname()[1]}/", b"{}", {})
        done.set()
        thread.join(10)

    assert answer.error == "There was no whole answer within 0.5 seconds."


def _self_signed(folder: Any) -> tuple[Any, Any]:
    import datetime
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "till")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    encoding = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(encoding, private, serialization.NoEncryption()))
    assert os.path.getsize(paths[1]) > 0
    return paths
