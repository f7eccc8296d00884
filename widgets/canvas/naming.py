"""Ids in use and fresh display names for what people add."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.model.design import Design

_LONGEST = 190  # names have at most 200 characters; this leaves room for the number
_NUMBERED = re.compile(r"^(.*?)[ -](\d+)$")


def all_ids(design: Design) -> set[str]:
    """Ids of all items; they are unique over the whole design."""
    return {*design.node_by_id, *design.link_by_id, *design.frame_by_id, *design.note_by_id}


def fresh_name(wanted: str, taken: Iterable[str]) -> str:
    """``Service``, or ``Service 2`` where that is taken."""
    names = set(taken)
    if wanted not in names:
        return wanted
    match = _NUMBERED.match(wanted)
    stem = (match.group(1) if match else wanted)[:_LONGEST]
    number = 2
    while f"{stem} {number}" in names:
        number += 1
    return f"{stem} {number}"
