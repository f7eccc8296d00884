"""What sets two designs apart, as rings on both canvases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from widgets.canvas import Outline

if TYPE_CHECKING:
    from engine.catalog.differing import Told
    from widgets.canvas.health import State

_SORTS: Final = frozenset({"node", "link", "frame"})
"""Notes are listed, but not ringed: they say what differs, and do nothing."""
_LEFT: Final[dict[str, tuple[State, str]]] = {
    "removed": ("failing", "− removed"),
    "changed": ("strained", "•"),
}
_RIGHT: Final[dict[str, tuple[State, str]]] = {
    "added": ("healthy", "+ added"),
    "changed": ("strained", "•"),
}


def outlines_of(found: tuple[Told, ...]) -> tuple[dict[str, Outline], dict[str, Outline]]:
    """Rings for the left canvas and the right one: what the right design added, took away and changed."""
    left: dict[str, Outline] = {}
    right: dict[str, Outline] = {}
    for each in found:
        difference = each.difference
        if difference.sort not in _SORTS:
            continue
        for rings, words in ((left, _LEFT), (right, _RIGHT)):
            if difference.verb in words:
                tone, word = words[difference.verb]
                text = f"{word} {_changes(each)}" if difference.verb == "changed" else word
                rings.setdefault(difference.id, Outline(tone=tone, text=text))
    return left, right


def _changes(told: Told) -> str:
    """The first field that changed, and how many more."""
    if not told.fields:
        return "changed"
    more = len(told.fields) - 1
    field = told.fields[0]
    name = field.title.rpartition(" · ")[2]
    return f"{name}: {field.old} → {field.new}{f' and {more} more' if more else ''}"
