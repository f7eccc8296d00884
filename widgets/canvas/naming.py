"""Ids in use and fresh display names for what people add."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.model.ids import Numbering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.model.design import Design

_LONGEST = 190  # names have at most 200 characters; this leaves room for the number
_NUMBERED = re.compile(r"^(.*?)[ -](\d+)$")


def all_ids(design: Design) -> set[str]:
    """Ids of all items; they are unique over the whole design."""
    return set(item_ids(design))


def item_ids(design: Design) -> tuple[str, ...]:
    """Ids of all items, each sort in the order that it has in the design."""
    return (*design.node_by_id, *design.link_by_id, *design.frame_by_id, *design.note_by_id)


def in_order(design: Design, ids: set[str]) -> Iterable[str]:
    """Ids in that order, those that are gone at the end."""
    if len(ids) < 2:
        return ids
    there = [each for each in item_ids(design) if each in ids]
    return [*there, *ids.difference(there)]


def fresh_name(wanted: str, taken: Iterable[str]) -> str:
    """``Service``, or ``Service 2`` where that is taken."""
    return FreshNames(taken).take(wanted)


class FreshNames:
    """Names for many nodes that come together: each is taken from then on."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Those in ``taken`` are in use."""
        self._numbering = Numbering(taken)

    def take(self, wanted: str) -> str:
        """The name itself, or the first number from 2 on where that is taken."""
        name, taken = wanted, self._numbering.taken
        if wanted in taken:
            match = _NUMBERED.match(wanted)
            stem = (match.group(1) if match else wanted)[:_LONGEST]
            name = self._numbering.after(f"{stem} ")
        taken.add(name)
        return name
