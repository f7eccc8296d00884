"""What is due at a time: entries of the agenda, and the timers among them."""

from __future__ import annotations

from abc import abstractmethod
from typing import final

from mypy_extensions import i32, i64, mypyc_attr


class Entry:
    """Something that is due at a time. Entries at equal times fire in the order of scheduling.

    Few classes derive from it, calls and timers: mypyc checks types of list items, and does that fast only where
    at most three are no abstract ones. That is why what is due has to be said by each. It is no ABC, since mypyc
    would have to check at every access that an attribute is there.
    """

    time: float = 0.0
    seq: i64 = 0
    after: Entry | None = None
    """The next on the same belt; of a call in a waiting line, and so on no belt, the next there."""
    slot: i32 = 0
    """Place among the `Jobs` that it is one of."""

    @abstractmethod
    def fire(self, now: float) -> None:
        """Do what is due."""
        raise NotImplementedError


@mypyc_attr(allow_interpreted_subclasses=True)
class Task:
    """Somebody who has timers."""

    def due(self, timer: Timer, now: float) -> None:
        """A timer that was set has run out."""
        raise NotImplementedError


@final
class Timer(Entry):
    """Calls a task at a time."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def fire(self, now: float) -> None:
        """Tell the task."""
        self._task.due(self, now)


class Sieve:
    """Chooses entries."""

    def holds(self, entry: Entry) -> bool:
        """Whether an entry is one of those."""
        raise NotImplementedError
