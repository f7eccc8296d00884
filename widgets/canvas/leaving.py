"""What went, let go of some a turn of the event loop: to free thousands of items takes longer than to make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from widgets.turns import Turns

AT_ONCE: Final = 200
"""Items that are let go of in a turn."""


def let_go(items: Iterable[object], turns: Turns) -> None:
    """Let go of items that nobody else knows any more, in several turns where they are many."""
    held = [*items]
    turns.do(_emptied(held), is_long=len(held) > AT_ONCE)


def _emptied(held: list[object]) -> Iterator[None]:
    """Take some a step."""
    while held:
        del held[-AT_ONCE:]
        yield
