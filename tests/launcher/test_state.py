"""What is kept between runs: private, whole, and used by one run at a time."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from launcher import state
from launcher.errors import LauncherError


def test_a_secret_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    file = tmp_path / "password"

    first = state.remembered_secret(file)

    assert state.remembered_secret(file) == first
    assert len(first) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "address"
    state.write_private(file, "a long first address")

    state.write_private(file, "short")

    assert file.read_text() == "short"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_somebody_prepared_for_us_is_refused(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.symlink_to(tmp_path)

    with pytest.raises(LauncherError, match="belongs to somebody else"):
        state.own_folder(trap, mode=0o711)


def test_a_second_run_hears_that_it_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "state_folder", lambda: tmp_path)

    def refuse() -> None:
        raise LauncherError("busy")

    with (
        state.only_one("demo", busy=refuse),
        pytest.raises(LauncherError, match="busy"),
        state.only_one("demo", busy=refuse),
    ):
        pass  # pragma: no cover


def test_other_purposes_are_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "state_folder", lambda: tmp_path)

    def refuse() -> None:
        raise LauncherError("busy")

    with state.only_one("demo", busy=refuse), state.only_one("test", busy=refuse):
        assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.lock", "test.lock"]
