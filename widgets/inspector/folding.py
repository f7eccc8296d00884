"""Which groups of a form are open: its first lines, what differs from the default, what a person opened."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from widgets.inspector.fields import Field

ROOM: Final = 15
"""Lines of untouched groups that a form shows unasked: what was measured stands below them and is to be seen."""


class Folding:
    """Remembers what is open. What a person chose holds for all subjects of a form, the rest for one."""

    def __init__(self) -> None:
        """Nothing has been shown yet."""
        self._chosen: dict[str, bool] = {}
        self._open: set[str] = set()
        self._fresh = True

    def start_over(self) -> None:
        """Another subject comes."""
        self._open.clear()
        self._fresh = True

    def see(self, sizes: Mapping[str, int], wanted: Iterable[str]) -> None:
        """Groups with their numbers of lines, from above, and those of them that have something to tell.

        Nothing that is open closes by itself while the same subject is shown, whatever is set in it.
        """
        if self._fresh and sizes:
            self._fresh = False
            ends = zip(sizes, accumulate(sizes.values()), strict=True)
            self._open.update(group for group, end in ends if end <= ROOM)
            self._open.add(next(iter(sizes)))
        self._open.update(wanted)

    def is_open(self, group: str) -> bool:
        """Whether the lines of a group are to be seen."""
        return self._chosen.get(group, group in self._open)

    def choose(self, group: str, *, opened: bool) -> None:
        """A person opens or folds a group."""
        self._chosen[group] = opened

    def reveal(self, group: str) -> None:
        """Something in a group has to be seen now."""
        self._chosen.pop(group, None)
        self._open.add(group)


def contents(group: str, fields: Sequence[Field]) -> str:
    """What stands beside the heading of a folded group: the titles in it, or that the only thing in it is off."""
    own = [field for field in fields if field.level == 0]
    titles = [field.title for field in own if field.title != group]
    off = len(own) == 1 and not titles and own[0].value is None
    return "off" if off else ", ".join(titles)
