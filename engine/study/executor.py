"""What computes points: processes of this machine (``local``) or a cluster (``cluster``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.study.points import Outcome, Point


class ExecutorError(Exception):
    """What computes cannot be had or is lost. The message is one line: what, where, remedy."""


class Executor(Protocol):
    """Computes points, many at a time, in any order."""

    def submit(self, points: Sequence[Point]) -> None:
        """Take points to compute. It does not wait. Raises ``ExecutorError``."""

    def poll(self) -> list[Outcome]:
        """What was finished since. It does not wait. Raises ``ExecutorError``."""

    def wait(self, seconds: float) -> None:
        """Wait until there is something to poll, at most so many wall seconds."""

    def close(self) -> None:
        """Stop at once and give everything back; safe to call twice."""
