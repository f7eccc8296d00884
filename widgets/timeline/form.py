"""What an event of each kind needs, and how typed text becomes one. No widgets here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pydantic import JsonValue, ValidationError

from engine.model.design import Event
from engine.model.event_kinds import event_kind
from engine.model.event_record import EventField
from engine.model.findings import message_of
from engine.model.units import format_quantity, parse_quantity
from widgets.instruments.sources import sources
from widgets.timeline.wording import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.model.design import Design
    from engine.model.event_record import EventKind, Target

AT: Final = EventField(name="at", title="At", help="Simulated time.", unit="s", default=0.0)
DURATION: Final = EventField(
    name="duration", title="For", help="How long.", unit="s", required=False, hint="to the end"
)


def lines(kind: EventKind) -> tuple[EventField, ...]:
    """The fields that are asked for: those of the kind, when, and for how long where it lasts."""
    return (*kind.fields, AT) if kind.instant else (*kind.fields, AT, DURATION)


def targets(
    design: Design, kind: EventKind, field: EventField | None = None
) -> list[tuple[str, str | None]]:
    """Names and ids that an event can hit, the likeliest first; or those that one of its fields may name."""
    sorts = kind.targets if field is None or not field.of else field.of
    found = [(name_of(design, item), item) for item in _targets(design, kind, sorts)]
    if field is not None and not field.required:
        found.insert(0, (field.hint.capitalize(), None))
    return found


def _targets(design: Design, kind: EventKind, sorts: Sequence[Target]) -> Iterator[str | None]:
    """Ids by what may be named; callers stand where load comes from, else after the rest."""
    callers = sources(design)
    others = [node.id for node in design.nodes if node.id not in callers]
    of = {
        "everything": [None],
        "node": callers if kind.hits == "clients" else (*others, *callers),
        "link": [link.id for link in design.links],
        "frame": [frame.id for frame in design.frames],
    }
    for target in sorts:
        yield from of[target]


def shown(field: EventField, event: Event | None) -> str:
    """What stands in a field for an event; the default for a new one."""
    value = field.default if event is None else getattr(event, field.attribute)
    if value is None:
        return ""
    if field.sort == "json":
        return json.dumps(value)
    if field.unit and isinstance(value, int | float):
        return _exact(float(value), field.unit)
    return f"{value:g}" if isinstance(value, float) else str(value)


def read(field: EventField, text: str) -> JsonValue:
    """The value that was typed; None for an empty optional field. Raises ``ValueError``."""
    text = text.strip()
    if not text:
        if not field.required and field.sort != "json":
            return None
        msg = f"{field.title}: type a value"
        raise ValueError(msg)
    if field.sort in {"text", "item"}:
        return text
    if field.sort == "json":
        return _json(text)
    if field.sort == "count":
        return _count(text, field.title)
    try:
        return parse_quantity(text, field.unit)
    except ValueError as error:
        msg = f"{field.title}: {error}"
        raise ValueError(msg) from error


def build(raw: Mapping[str, JsonValue]) -> Event:
    """The event of these fields. Raises ``ValueError`` with one clear line."""
    kind = event_kind(str(raw["change"]))
    for field in kind.fields:
        named = raw.get(field.name)
        if field.sort == "item" and named is not None and named == raw.get("target"):
            msg = f"{field.title}: choose another item than the one that it is about"
            raise ValueError(msg)
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
