"""A child process that does one thing and says what came of it: for work that takes seconds of arithmetic."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from engine.records import dataclass
from engine.run.pickling import dumped

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

NICENESS = 5


class ErrandError(Exception):
    """Something went wrong that nobody foresaw. The message is one line."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an errand: a value, or why there is none."""

    value: object = None
    error: Exception | None = None


def outcome_of(work: Callable[[], object]) -> Outcome:
    """Do something, and say what came of it."""
    try:
        return Outcome(work())
    except Exception as error:  # noqa: BLE001 - whoever sent it decides what that means
        return Outcome(error=error)


def serve(connection: Connection) -> None:
    """Do what is said first, and answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is the app's to handle
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        outcome = outcome_of(connection.recv())
    except (EOFError, OSError):
        return
    try:
        answer = dumped(outcome)
    except Exception as error:  # noqa: BLE001 - an error of a kind that does not travel
        answer = dumped(Outcome(error=ErrandError(f"{type(error).__name__}: {error}")))
    try:
        connection.send_bytes(answer)
        connection.recv()  # the end: this process must not be gone before its answer is read
    except (EOFError, OSError):
        return
