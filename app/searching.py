"""What Ctrl+K looks through: a large design has a hundred thousand entries, so some are looked at a turn."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.matching import score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

AT_ONCE: Final = 3_000
"""Entries that are looked at in a turn of the event loop."""
MAX_SHOWN: Final = 60
"""The best that are kept."""
_Ranked = tuple[float, int, "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to find."""

    title: str
    detail: str
    """Shown at the right: the shortcut, the kind, the value."""
    icon: str
    act: Callable[[], object]
    extra: str = ""
    """More words to find it by."""


class Search:
    """Finds the best of many entries, which are made only when it is their turn."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Nothing was looked at yet."""
        self._source = iter(entries)
        self._known: list[Entry] = []
        self._seen = 0
        self._query = ""
        self._ranked: list[_Ranked] = []
        self.is_done = False
        """Whether all were looked at that can matter."""

    @property
    def ranked(self) -> list[_Ranked]:
        """The best so far with their ranks, the best first; in their own order for no query."""
        return self._ranked

    def begin(self, query: str) -> None:
        """Look for something else."""
        self._query = query.strip()
        self._ranked, self._seen, self.is_done = [], 0, False

    def advance(self) -> bool:
        """Look at the next ones; tells whether that was all."""
        found: list[_Ranked] = []
        for _ in range(AT_ONCE):
            entry = self._next()
            if entry is None or (not self._query and len(found) == MAX_SHOWN):
                self.is_done = True
                break
            rank = score(self._query, entry.title, f"{entry.extra} {entry.detail}")
            if rank is not None:
                found.append((rank if self._query else 0.0, -self._seen, entry))
        self._ranked = heapq.nlargest(MAX_SHOWN, [*self._ranked, *found])
        return self.is_done

    def _next(self) -> Entry | None:
        """The next entry, made if it never was."""
        if self._seen == len(self._known):
            made = next(self._source, None)
            if made is None:
                return None
            self._known.append(made)
        self._seen += 1
        return self._known[self._seen - 1]
