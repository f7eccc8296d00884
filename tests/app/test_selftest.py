"""The window's part of the self-test runs, and says when something is wrong."""

import pytest

from app import selftest


def test_the_window_runs_a_design(qapp) -> None:
    seen = selftest.check_window()
    assert "running" in seen
    assert "requests" in seen


def test_a_simulation_that_does_not_start_is_an_error(qapp, monkeypatch) -> None:
    monkeypatch.setattr(selftest, "_PATIENCE_MS", 1)
    with pytest.raises(RuntimeError, match="reported nothing"):
        selftest.check_window()
