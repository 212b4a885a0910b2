"""Ports: the first one that is free."""

from __future__ import annotations

import socket

from launcher.ports import LOCALHOST, free_port, free_port_from


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind((LOCALHOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert free_port_from(port) > port


def test_a_free_port_is_taken_as_it_is() -> None:
    port = free_port()

    assert free_port_from(port) == port
