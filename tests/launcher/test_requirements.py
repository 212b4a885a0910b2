"""The lists of packages agree with each other and with what the package says it needs."""

from __future__ import annotations

import configparser
import re

from launcher.environment import REQUIREMENTS
from launcher.state import PROJECT


def pinned(name: str) -> dict[str, str]:
    """The packages of a requirements file with their versions, without files that it takes in."""
    lines = (REQUIREMENTS / name).read_text().splitlines()
    return dict(re.findall(r"^([\w.-]+)==(\S+)", "\n".join(lines), re.MULTILINE))


def test_saleor_gets_what_the_plugin_needs_and_nothing_else() -> None:
    setup = configparser.ConfigParser()
    setup.read(PROJECT / "setup.cfg")
    needed = re.findall(r"^([\w-]+)", setup["options"]["install_requires"], re.MULTILINE)

    assert sorted(pinned("saleor-plugin.txt")) == sorted(needed)


def test_it_is_the_version_that_the_sandbox_has() -> None:
    assert pinned("saleor-plugin.txt").items() <= pinned("sandbox.txt").items()


def test_the_suite_on_saleor_has_them_too() -> None:
    assert "-r saleor-plugin.txt" in (REQUIREMENTS / "saleor-tests.txt").read_text().splitlines()
