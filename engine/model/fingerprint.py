"""A fingerprint of what a design runs: the same however it is drawn, named and commented on."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from engine.model.layout import whole

if TYPE_CHECKING:
    from engine.model.design import Design

LENGTH: Final = 16
"""Hexadecimal digits of a fingerprint."""
_DRAWN: Final = frozenset({"x", "y", "width", "height", "name", "collapsed"})
"""Fields of items that no run reads."""
_RUN: Final = {"classes", "nodes", "links", "frames", "scenario", "prices"}


def fingerprint(design: Design) -> str:
    """What two designs have in common that run the same: items, their settings, classes, scenario and prices.

    Places, names, notes, comments and objectives do not count: they change no measured number.
    """
    raw = design.model_dump(mode="json", by_alias=True, include=_RUN)
    for items in ("nodes", "links", "frames"):
        raw[items] = [_bare(each) for each in raw.get(items, [])]
    text = json.dumps(whole(raw), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def _bare(item: dict[str, Any]) -> dict[str, Any]:
    """An item without how it is drawn, and without what is empty."""
    kept = {name: value for name, value in item.items() if name not in _DRAWN}
    return {name: value for name, value in kept.items() if value not in ({}, None)}
