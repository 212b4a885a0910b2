"""Finding a Saleor on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher import saleor

PYPROJECT = '[project]\nname = "{name}"\nversion = "3.23.28"\n'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place that SALEOR_ROOT names."""
    monkeypatch.setenv("SALEOR_ROOT", str(tmp_path))
    return tmp_path


def test_a_named_place_is_the_only_one(place: Path) -> None:
    assert saleor.places() == [place]


def test_it_is_found_with_its_version(place: Path) -> None:
    (place / "pyproject.toml").write_text(PYPROJECT.format(name="saleor"))
    (place / ".venv" / "bin").mkdir(parents=True)
    (place / ".venv" / "bin" / "python").touch()

    assert saleor.find_saleor() == saleor.Saleor(root=place, version="3.23.28")


def test_without_its_environment_it_is_not_found(place: Path) -> None:
    (place / "pyproject.toml").write_text(PYPROJECT.format(name="saleor"))

    assert saleor.find_saleor() is None


def test_another_project_is_no_saleor(place: Path) -> None:
    (place / "pyproject.toml").write_text(PYPROJECT.format(name="saleor-dashboard"))

    assert saleor.version_in(place / "pyproject.toml") == ""
