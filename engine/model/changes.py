"""What an edit changed, by id. Views decide from it what to refresh; the run, what to rebuild."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Self

from engine.records import dataclass

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Ids of what came, went, moved or was otherwise changed, over all sorts of items."""

    added: frozenset[str] = _NONE
    removed: frozenset[str] = _NONE
    moved: frozenset[str] = _NONE
    """Items whose place or size changed and nothing else."""
    changed: frozenset[str] = _NONE
    """Items with a changed name, text, frame or config."""
    settings: frozenset[str] = _NONE
    """Fields of the design itself that changed: ``title``, ``classes``, ``scenario``, …"""

    @property
    def is_structural(self) -> bool:
        """Whether items came or went."""
        return bool(self.added or self.removed)

    @property
    def affects_run(self) -> bool:
        """Whether a running simulation has to know."""
        return bool(
            self.is_structural
            or self.changed
            or self.settings & {"classes", "scenario", "objectives", "prices"}
        )

    @property
    def reversed(self) -> Changes:
        """What taking the edit back changes."""
        return replace(self, added=self.removed, removed=self.added)

    def __or__(self, other: Self) -> Changes:
        """Both changes, one after the other."""
        return Changes(
            **{f.name: getattr(self, f.name) | getattr(other, f.name) for f in fields(self)}
        )
