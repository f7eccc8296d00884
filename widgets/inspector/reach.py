"""How far down long groups of lines somebody looks: nobody works out the others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from widgets.inspector.fields import Path

LINES: Final = 30
"""Lines of a group that are made unasked: of a list of hundreds of things, the first."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The lines that are wanted of a form."""

    first: float = LINES
    """Lines of each group from its beginning on, where nobody wanted others."""
    further: Mapping[str, float] = field(default_factory=dict)
    """The same of groups of which somebody wanted more."""
    sought: frozenset[Path] = frozenset()
    """What somebody went to, wherever it stands: all lines of the entry of a list that has it."""

    def of(self, group: str) -> float:
        """Lines of a group that are wanted, from its beginning on."""
        return self.further.get(group, self.first)

    def more_of(self, group: str) -> Reach:
        """Some lines more of a group."""
        return replace(self, further={**self.further, group: self.of(group) + LINES})

    def to(self, path: Path) -> Reach:
        """The same, and what is at a path."""
        return replace(self, sought=self.sought | {path})

    def wants(self, entry: Path) -> bool:
        """Whether somebody went to something in an entry."""
        return any(path[: len(entry)] == entry for path in self.sought)


WHOLE: Final = Reach(inf)
"""All lines, however long it takes to work them out."""
NOTHING: Final = Reach(0)
"""No lines but the heads of entries."""
