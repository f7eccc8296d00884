"""What is written and drawn for an event: a few words, an icon and a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from widgets.instruments.sources import item_name
from widgets.instruments.text import instant_text, seconds_text, short, value_text
from widgets.theme import Ink

if TYPE_CHECKING:
    from engine.model.design import Design, Event
    from widgets.theme import Theme

_EVERYTHING: Final = "all traffic"
_STATE_OF: Final = {
    "kill": "failing",
    "error": "failing",
    "flush": "failing",
    "partition": "failing",
    "loss": "saturated",
    "slow": "saturated",
    "delay": "saturated",
}
"""Node state whose colour an event borrows, by how hard it hits."""


def name_of(design: Design, item_id: str | None) -> str:
    """What people call what an event hits."""
    if item_id is None:
        return _EVERYTHING
    return item_name(design, item_id)


def event_text(design: Design, event: Event) -> str:
    """A label such as ``load × 2.4``, ``flush Catalog cache`` or ``slow Orders DB × 10``."""
    who = name_of(design, event.target)
    some = f"{event.instances} of " if event.instances is not None else ""
    factor = short(event.factor or 0.0)
    if event.change == "traffic":
        return f"load × {factor}" if event.target is None else f"{who} × {factor}"
    texts = {
        "kill": f"kill {some}{who}",
        "slow": f"slow {some}{who} × {factor}",
        "error": f"{value_text(event.probability or 0.0, '%')} errors at {who}",
        "delay": f"{who} + {seconds_text(event.seconds or 0.0)}",
        "loss": f"{value_text(event.probability or 0.0, '%')} loss at {who}",
        "partition": f"cut {who} from {name_of(design, event.with_)}",
        "flush": f"flush {who}",
        "set": f"{who} {_path(event.path)} = {event.value}",
    }
    return texts[event.change]


def event_ink(theme: Theme, event: Event) -> Ink:
    """Amber for load, red and orange for faults, blue for changed settings."""
    if event.change == "traffic":
        return theme.load
    state = _STATE_OF.get(event.change)
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


def _path(path: str | None) -> str:
    """The last part of a config path, as words."""
    return (path or "").rsplit(".", maxsplit=1)[-1].replace("_", " ")
