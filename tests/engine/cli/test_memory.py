"""The limit of memory in every command that runs a design: a line that says why, what was measured so far, exit code 4."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from engine.cli.main import run
from engine.model.files import save
from engine.run import journal_file
from engine.run.session import Session
from tests.engine.study.helpers import shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def flood(tmp_path: Path) -> Path:
    """Far more than what a process may have free from what it did before."""
    path = tmp_path / "flood.windtunnel"
    save(shop(rate=150_000.0, duration=2.0, warmup=0.0), path)
    return path


@pytest.mark.parametrize("command", ["simulate", "why", "spans", "theory"])
def test_at_the_limit_what_was_measured_is_told_and_the_exit_code_says_so(
    command: str, flood: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extra = ["--measure"] if command == "theory" else []
    assert run([command, str(flood), *extra, "--memory", "10MB", "--json", "-"]) == 4
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("windtunnel: flood.windtunnel: stopped at ")
    assert "Web" in captured.err
    written = json.loads(captured.out)
    result = written.get("measured", written)
    if command in ("simulate", "theory"):
        assert result["stopped"]["reason"] == "memory"
        assert result["clients"]["users"]["offered"] > 0
    if command == "spans":
        assert written["traces"]
    if command == "why":
        assert written["windtunnel_why"] == 1


def test_a_recorded_run_stops_at_the_limit_as_any_other(
    flood: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(shop(rate=150_000.0, duration=2.0, warmup=0.0))
    session.advance(0.01)
    recording = tmp_path / "flood.windtunnel-run"
    recording.write_text(journal_file.dumps(session.journal()))
    assert run(["simulate", str(recording), "--memory", "10MB", "--quiet"]) == 4
    assert "stopped at" in capsys.readouterr().err


def test_a_size_that_is_none_is_refused(flood: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("simulate", "why", "spans", "theory"):
        assert run([command, str(flood), "--memory", "much"]) == 2
        assert "--memory" in capsys.readouterr().err
