"""What is written and drawn for an event: a few words, an icon and a colour."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from widgets.instruments.sources import item_name
from widgets.instruments.text import instant_text, seconds_text
from widgets.theme import Ink

if TYPE_CHECKING:
    from engine.model.design import Design, Event
    from widgets.theme import Theme

_EVERYTHING: Final = "all traffic"
_STATE_OF: Final = {"fault": "failing", "strain": "saturated"}
"""Node state whose colour an event borrows, by how hard it hits."""


def name_of(design: Design, item_id: str | None) -> str:
    """What people call what an event hits."""
    if item_id is None:
        return _EVERYTHING
    return item_name(design, item_id)


def event_text(design: Design, event: Event) -> str:
    """A label such as ``Load × 2.4``, ``Catalog cache flushed`` or ``Orders DB slow × 10``."""
    return event.kind.sentence_of(event, partial(name_of, design))


def event_ink(theme: Theme, event: Event) -> Ink:
    """Amber for load, red and orange for faults, blue for changed settings."""
    tone = event.kind.tone
    if tone == "load":
        return theme.load
    state = _STATE_OF.get(tone)
    if state is None:
        return theme.accent
    style = theme.state(state)
    return Ink(style.colour, style.text)


def when_text(event: Event) -> str:
    """When it begins and how long it lasts."""
    if event.duration is None:
        return f"from {instant_text(event.at)} on"
    if event.duration == 0.0:
        return f"at {instant_text(event.at)}"
    return f"from {instant_text(event.at)} for {seconds_text(event.duration)}"
