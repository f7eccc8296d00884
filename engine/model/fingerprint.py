"""A fingerprint of what a design runs: the same however it is drawn, named and commented on."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from engine.model.layout import whole

if TYPE_CHECKING:
    from engine.model.design import Design, Frame, Link, Node

    Item = Node | Link | Frame

LENGTH: Final = 16
"""Hexadecimal digits of a fingerprint."""
_DRAWN: Final = frozenset({"x", "y", "width", "height", "name", "collapsed"})
"""Fields of items that no run reads."""
_ITEMS: Final = ("nodes", "links", "frames")
_RUN: Final = {"classes", "scenario", "prices", *_ITEMS}


def fingerprint(design: Design) -> str:
    """What two designs have in common that run the same: items, their settings, classes, scenario and prices.

    Places, names, notes, comments and objectives do not count: they change no measured number.
    """
    raw = design.model_dump(mode="json", by_alias=True, include=_RUN)
    for items in _ITEMS:
        raw[items] = [_bare(each) for each in raw.get(items, [])]
    text = json.dumps(whole(raw), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def runs_alike(one: Design, other: Design) -> bool:
    """Whether two designs have the same fingerprint.

    It is not written out: what one of them took over from the other is not looked at, however long it is.
    """
    for name in _RUN:
        before, after = getattr(one, name), getattr(other, name)
        if before is after:
            continue
        if name not in _ITEMS:
            if before != after:
                return False
        elif len(before) != len(after) or not all(map(_are_alike, before, after)):
            return False
    return True


def _are_alike(one: Item, other: Item) -> bool:
    """Whether two items have the same part in a run."""
    return one is other or _bare(dict(one)) == _bare(dict(other))


def _bare(item: dict[str, Any]) -> dict[str, Any]:
    """An item without how it is drawn, and without what is empty."""
    kept = {name: value for name, value in item.items() if name not in _DRAWN}
    return {name: value for name, value in kept.items() if value not in ({}, None)}
