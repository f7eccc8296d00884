"""Processes that begin where their modules are loaded already.

A window of the application has two or three processes, and each loads the engine: a third of what a test of a whole
window took. How they begin by themselves is looked at where that is the claim: `tests/engine/run/test_transport.py`,
`tests/engine/study/test_running.py`, `tests/app/test_analysis.py`, and by whole commands in `tests/engine/cli`.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

LOADED = [
    "app.served",
    "app.studies.driving",
    "app.studies.planned",
    "app.studies.served",
    "engine.run.analyst",
    "engine.run.errand",
    "engine.run.serving",
    "engine.run.transport",
    "engine.study.local",
    "engine.study.points",
]
"""What they serve with."""


@contextmanager
def warm_processes() -> Iterator[None]:
    """Fork processes from one that has nothing but these modules: no window, no thread, no display."""
    if sys.platform != "linux":
        yield
        return
    warm = multiprocessing.get_context("forkserver")
    warm.set_forkserver_preload(LOADED)
    plain = multiprocessing.get_context

    def get_context(method: str | None = None) -> Any:
        return warm if method == "spawn" else plain(method)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multiprocessing, "get_context", get_context)
        yield
