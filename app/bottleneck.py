"""The bottleneck in words: at what load it is full, and what theory says if it were twice as fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.naming import name_of
from engine.model.prediction import full_at
from engine.model.units import format_quantity
from engine.why.ideas import FASTER

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.model.prediction import Theory
    from engine.why.what_if import Supposed


def bottleneck_words(design: Design, theory: Theory | None) -> str:
    """Which node ends first, and at what load; why that is not known, where it is not."""
    if theory is None:
        return ""
    if theory.bottleneck is None:
        doubt = theory.bottleneck_doubt
        return f"Theory names no bottleneck: {doubt}." if doubt else ""
    full = full_at(theory)
    named = f"Bottleneck: {name_of(design, theory.bottleneck)}"
    return f"{named}, {full}." if full else f"{named}."


def faster_words(design: Design, supposed: Supposed | None) -> str:
    """What a client would see if the bottleneck were twice as fast; nothing where theory has no number for it."""
    if supposed is None or supposed.client is None:
        return ""
    for idea, said in zip(supposed.ideas, supposed.foretold, strict=True):
        if idea.name == FASTER and said.p99 is not None:
            now = supposed.now.p99
            before = "" if now is None else f"{format_quantity(now, 's')} → "
            after = format_quantity(said.p99, "s")
            doubt = " (in doubt)" if said.doubt else ""
            client = name_of(design, supposed.client)
            return f"Twice as fast: p99 of {client} {before}{after}, by theory{doubt}."
    return ""
