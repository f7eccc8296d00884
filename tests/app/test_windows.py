"""Further windows: what starts them, and that they begin empty."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import windows
from app.__main__ import wants_window
from app.windows import _environment, window_command


def test_another_window_is_the_same_application() -> None:
    program, arguments = window_command()
    assert program == sys.executable
    assert arguments[:2] == ["-m", "app"]
    assert wants_window(arguments[2:])


def test_a_frozen_application_starts_itself(monkeypatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert window_command() == (sys.executable, ["--new"])


@pytest.mark.parametrize(
    ("program", "starts"), [(sys.executable, True), ("/no/such/program", False)]
)
def test_it_is_told_whether_a_window_could_be_started(
    monkeypatch: pytest.MonkeyPatch, program: str, starts: bool
) -> None:
    monkeypatch.setattr(windows, "window_command", lambda: (program, ["-c", "pass"]))
    assert windows.open_another() is starts


def test_the_package_is_found_wherever_the_window_was_started_from(tmp_path: Path) -> None:
    environment = _environment()
    found = {key: environment.value(key) for key in environment.keys()}  # noqa: SIM118 - no dict
    code = "import app.windows, os; print(os.path.dirname(app.__file__))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | found,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == Path(__file__).resolve().parents[2] / "app"
