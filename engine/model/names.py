"""How messages call the items of a design."""

from __future__ import annotations

import difflib
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.model.design import Frame, Link, Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.model.design import Design, Node


FRAME_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "region": "Region",
        "zone": "Zone",
        "host": "Host",
        "trust_zone": "Trust zone",
        "cell": "Cell",
        "group": "Group",
    }
)
"""What people call the kinds of frames."""
_LONGEST: Final = 200
"""Characters of a name; one that is refused may have more, or be none at all."""
_DRAWN: Final = re.compile(r"frame(?:-(\d+))?")
"""Ids of frames that were drawn, not written: ``frame``, ``frame-2``, ``frame-3``…"""


def frame_name(frame: Frame) -> str:
    """What people call a frame: its name, ``Region 2`` for one that nobody has named, else its id."""
    drawn = _DRAWN.fullmatch(str(frame.id))  # one that is refused may have none
    if frame.name or drawn is None:
        return frame.name or frame.id
    return f"{FRAME_KINDS[frame.kind]} {drawn.group(1) or 1}"


def name_of(design: Design, item_id: str) -> str:
    """What people call an item of a design: its name, its ends for a link, else its id."""
    item = design.item(item_id)
    return item_id if item is None else called(design, item)


def called(design: Design, item: Node | Link | Frame | Note) -> str:
    """What people call an item that may be on its way into a design."""
    if isinstance(item, Link):
        return f"{name_of(design, item.source)} → {name_of(design, item.target)}"
    if isinstance(item, Note):
        return item.id
    name = str(frame_name(item) if isinstance(item, Frame) else item.name or item.id)
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word that is closest to one that is not known, if any is close."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def one_of(words: Iterable[str]) -> str:
    """Words to choose from: ``a, b or c``."""
    return _listed(list(words), "or")


def all_of(words: Iterable[str]) -> str:
    """Words that all count: ``a, b and c``."""
    return _listed(list(words), "and")


def _listed(words: list[str], last: str) -> str:
    """Words one after the other, the last after another word."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
