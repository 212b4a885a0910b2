"""An HTTP server of a test, which answers byte by byte as the test says."""

from __future__ import annotations

import socket
from collections.abc import Callable
from threading import Event, Thread

HEAD = b"HTTP/1.1 200 OK\r\n"


class Server:
    """Answers each connection by `answer`, which is given the socket after the request was read."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.answer: Callable[[socket.socket], None] = lambda client: None
        self.closing = Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self.thread = Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                try:
                    self._read(client)
                    self.answer(client)
                except OSError:
                    pass  # they hung up

    def _read(self, client: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += client.recv(65_536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        while len(body) < length:
            body += client.recv(65_536)
        self.requests.append(head + b"\r\n\r\n" + body)

    def says(self, text: bytes) -> None:
        self.answer = lambda client: client.sendall(text)

    def drips(self, first: bytes) -> None:
        """A byte now and then, for ever."""

        def drip(client: socket.socket) -> None:
            client.sendall(first)
            while not self.closing.wait(0.02):
                client.sendall(b"x")

        self.answer = drip

    def close(self) -> None:
        self.closing.set()
        self.listener.shutdown(socket.SHUT_RDWR)  # or accept() would wait on
        self.listener.close()
        self.thread.join(10)
