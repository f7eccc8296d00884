"""What an event of each kind needs, and how typed text becomes one. No widgets here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from pydantic import JsonValue, ValidationError

from engine.model.design import Change, Event
from engine.model.findings import message_of
from engine.model.units import format_quantity, parse_quantity
from widgets.instruments.sources import sources
from widgets.timeline.wording import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design

CHANGES: Final[tuple[str, ...]] = get_args(Change)
TITLES: Final = {
    "kill": "Kill instances",
    "slow": "Slow down",
    "error": "Answer with errors",
    "delay": "Add delay",
    "loss": "Lose packets",
    "partition": "Cut off",
    "flush": "Flush the cache",
    "traffic": "Change the load",
    "set": "Change a setting",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the form."""

    name: str
    """Name in the design file."""
    label: str
    unit: str = ""
    """``s``, ``%``, empty for a number; ``item`` for a node, ``text`` and ``json`` as typed."""
    default: str = ""
    hint: str = ""
    """Shown while it is empty, where it may be."""


_FACTOR = Field("factor", "Factor", default="10")
_INSTANCES = Field("instances", "Instances", "count", hint="all")
_SHARE = Field("probability", "Share of requests", "%", default="20 %")
FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "kill": (_INSTANCES,),
    "slow": (_FACTOR, _INSTANCES),
    "error": (_SHARE,),
    "delay": (Field("seconds", "Added delay", "s", default="200 ms"),),
    "loss": (Field("probability", "Share lost", "%", default="5 %"),),
    "partition": (Field("with", "From", "item"),),
    "flush": (),
    "traffic": (Field("factor", "Times the load", default="2"),),
    "set": (
        Field("path", "Setting", "text", hint="such as workers"),
        Field("value", "Value", "json", hint="number, text or JSON"),
    ),
}
AT = Field("at", "At", "s", default="0 s")
DURATION = Field("duration", "For", "s", hint="to the end")
TIMELESS: Final = frozenset({"flush"})
"""Kinds that are over at once."""


def targets(design: Design, change: str) -> list[tuple[str, str | None]]:
    """Names and ids that a change can hit, the likeliest first."""
    if change == "traffic":
        found: list[str | None] = [None, *sources(design)]
    else:
        callers = set(sources(design))
        nodes = [node.id for node in design.nodes if node.id not in callers]
        links = [link.id for link in design.links]
        frames = [frame.id for frame in design.frames]
        by_kind = {
            "delay": [*links, *nodes, *frames],
            "loss": [*links, *nodes, *frames],
            "flush": nodes,
            "set": [*(node.id for node in design.nodes), *links],
            "partition": [*nodes, *callers, *frames],
        }
        found = [*by_kind.get(change, [*nodes, *frames])]
    return [(name_of(design, item), item) for item in found]


def shown(field: Field, event: Event | None) -> str:
    """What stands in a field for an event; the default for a new one."""
    if event is None:
        return field.default
    raw = event.model_dump(mode="json", by_alias=True, exclude_unset=True)
    value = raw.get(field.name)
    if value is None:
        return ""
    if field.unit == "json":
        return json.dumps(value)
    if field.unit in {"s", "%"} and isinstance(value, int | float):
        return _exact(float(value), field.unit)
    return f"{value:g}" if isinstance(value, float) else str(value)


def read(field: Field, text: str) -> JsonValue:
    """The value that was typed; None for an empty optional field. Raises ``ValueError``."""
    text = text.strip()
    if not text:
        if field.hint and field.name not in {"path", "value"}:
            return None
        msg = f"{field.label}: type a value"
        raise ValueError(msg)
    if field.unit in {"text", "item"}:
        return text
    if field.unit == "json":
        return _json(text)
    if field.unit == "count":
        return _count(text, field.label)
    try:
        return parse_quantity(text, field.unit)
    except ValueError as error:
        msg = f"{field.label}: {error}"
        raise ValueError(msg) from error


def build(raw: Mapping[str, JsonValue]) -> Event:
    """The event of these fields. Raises ``ValueError`` with one clear line."""
    if raw.get("with") is not None and raw.get("with") == raw.get("target"):
        raise ValueError("From: choose another item than the one that is cut off")
    try:
        return Event.model_validate_json(
            json.dumps({k: v for k, v in raw.items() if v is not None})
        )
    except ValidationError as error:
        raise ValueError(message_of(error)) from error


def _count(text: str, label: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        msg = f"{label}: {text!r} is no whole number; leave it empty for all"
        raise ValueError(msg) from None


def _exact(value: float, unit: str) -> str:
    """A quantity that reads back as exactly the same value: a form must not change what it shows."""
    text = format_quantity(value, unit)
    if parse_quantity(text, unit) == value:
        return text
    return f"{value!r} {unit}" if unit == "s" else repr(value)


def _json(text: str) -> JsonValue:
    """JSON where it reads as such, else the text itself."""
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value
