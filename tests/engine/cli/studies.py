"""``windtunnel study`` as tests ask for it."""

from __future__ import annotations

import pytest

from engine.cli.main import run


def study(*arguments: object) -> int:
    return run(["study", *map(str, arguments), "--processes", "1"])


def complaint(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert run(["study", *map(str, arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("windtunnel: ")
    assert captured.err.count("\n") == 1
    return captured.err
