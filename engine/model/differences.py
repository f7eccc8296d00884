"""What sets two designs apart: what came, went, moved and changed, field by field.

For ``windtunnel diff``, for the comparison in the window, and for the question whose version of a file is kept.
What fields are called, and in which unit they are shown, is the catalog's (``engine.catalog.differing``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from engine.model.design import SETTINGS, plain
from engine.model.edits import COLLECTIONS, UNSET
from engine.model.names import name_of
from engine.model.units import format_instant
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from engine.model.design import Design

Verb = Literal["added", "removed", "changed", "moved"]
"""What was done to a part of a design; ``moved`` is a new place or size alone."""
VERBS: Final[tuple[Verb, ...]] = ("added", "removed", "changed", "moved")

_PLACE: Final = frozenset({"x", "y", "width", "height"})
_SHOWN: Final = 3
"""Names that a short line lists."""
_COUNTED: Final = frozenset({"link", "note"})
"""Sorts whose items a short line counts: their names are long, or ids."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose raw value differs; UNSET where the file does not have it, so that its default counts."""

    path: tuple[str, ...]
    """From the part down: ``("config", "service_time", "mean")``."""
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """What was done to one part of a design to make another design of it."""

    verb: Verb
    sort: str
    """``node``, ``link``, ``frame``, ``note``, ``class``, ``event``, ``objective``, ``comment``, ``step``, ``scenario`` or ``design``."""
    id: str
    """Of the item itself, or of what an event or a comment is about; empty where it is no item's."""
    name: str
    """What people call it."""
    fields: tuple[FieldChange, ...] = ()
    """What differs in it, where it changed."""
    old: Any = None
    """The part before; None where it was added."""
    new: Any = None
    """The part after; None where it was removed."""


def differences(before: Design, after: Design) -> tuple[Difference, ...]:
    """What was done to a design to make another of it; nothing where they are equal."""
    return tuple(each_difference(before, after))


def each_difference(before: Design, after: Design) -> Iterator[Difference]:
    """The same, one after the other: thousands may take a while."""
    if before == after:
        return
    for name in COLLECTIONS:
        yield from _of_items(before, after, name)
    yield from _of_records(before, after, "class", lambda design: design.classes, _class_name)
    yield from _of_scenario(before, after)
    yield from _of_records(
        before, after, "event", lambda design: design.scenario.events, _event_name
    )
    yield from _of_records(before, after, "objective", lambda design: design.objectives, _metric)
    yield from _of_records(before, after, "comment", lambda design: design.comments, _comment_name)
    yield from _of_records(before, after, "step", lambda design: design.presentation, _step_name)
    yield from _of_design(before, after)


def in_short(before: Design, after: Design) -> str:
    """The same in one sentence: ``added node Cache, 3 links; changed node Web``."""
    parts: dict[str, list[str]] = {verb: [] for verb in VERBS}
    found = differences(before, after)
    for name in COLLECTIONS:
        sort = name.removesuffix("s")
        for verb in VERBS:
            names = [each.name for each in found if (each.sort, each.verb) == (sort, verb)]
            if names and (len(names) > _SHOWN or sort in _COUNTED):
                parts[verb].append(f"{len(names)} {sort if len(names) == 1 else name}")
            elif names:
                parts[verb].append(f"{sort} {', '.join(names)}")
    parts["changed"] += [
        f"the {name}" for name in SETTINGS if getattr(before, name) != getattr(after, name)
    ]
    said = [f"{verb} {', '.join(what)}" for verb, what in parts.items() if what]
    return "; ".join(said) or ("nothing that shows changed" if found else "no difference")


def _of_items(before: Design, after: Design, collection: str) -> Iterator[Difference]:
    """What became of the nodes, links, frames or notes."""
    sort = collection.removesuffix("s")
    old = {item.id: item for item in getattr(before, collection)}
    new = {item.id: item for item in getattr(after, collection)}
    for each, item in new.items():
        if each not in old:
            yield Difference("added", sort, each, name_of(after, each), new=item)
        elif item != old[each]:
            name, was = name_of(after, each), old[each]
            places = [{key: value for key, value in one if key in _PLACE} for one in (was, item)]
            fields = _changes(_without_place(was), _without_place(item))
            if fields:
                yield Difference("changed", sort, each, name, fields, was, item)
            if places[0] != places[1]:
                yield Difference("moved", sort, each, name, _changes(*places), was, item)
    for each, item in old.items():
        if each not in new:
            yield Difference("removed", sort, each, name_of(before, each), old=item)


def _without_place(item: Any) -> dict[str, Any]:
    """An item's fields without its place, as its file has them."""
    return plain({name: value for name, value in item if name not in _PLACE})


def _of_records(
    before: Design,
    after: Design,
    sort: str,
    parts: Callable[[Design], Sequence[Any]],
    name: Callable[[Design, Any], tuple[str, str, object]],
) -> Iterator[Difference]:
    """What became of parts without ids: equal ones are the same, then those that are about the same."""
    old, new = list(parts(before)), []
    for each in parts(after):
        if each in old:
            old.remove(each)
        else:
            new.append(each)
    for each in new:
        item_id, called, key = name(after, each)
        was = next((one for one in old if name(before, one)[2] == key), None)
        if was is None:
            yield Difference("added", sort, item_id, called, new=each)
        else:
            old.remove(was)
            fields = _changes(_dumped(was), _dumped(each))
            yield Difference("changed", sort, item_id, called, fields, was, each)
    for each in old:
        item_id, called, _ = name(before, each)
        yield Difference("removed", sort, item_id, called, old=each)


def _class_name(_design: Design, each: Any) -> tuple[str, str, object]:
    """Item, name and what makes a request class the same one."""
    return "", each.name, each.name


def _event_name(design: Design, each: Any) -> tuple[str, str, object]:
    """Item, name and what makes an event the same one: what happens to whom."""
    target = name_of(design, each.target) if each.target else "everything"
    called = f"{each.change} {target} at {format_instant(each.at)}"
    return each.target or "", called, (each.change, each.target)


def _metric(_design: Design, each: Any) -> tuple[str, str, object]:
    """Item, name and what makes an objective the same one."""
    item = each.metric.partition(".")[0]
    return item, each.metric, each.metric


def _comment_name(_design: Design, each: Any) -> tuple[str, str, object]:
    """Item, name and what makes a comment the same one: what it says."""
    return each.about or "", each.text, each.text


def _step_name(design: Design, each: Any) -> tuple[str, str, object]:
    """Item, name and what makes a step of the presentation the same one: what it is called and says."""
    place = next(i for i, step in enumerate(design.presentation) if step is each)
    return "", each.title or f"{place + 1}", (each.title, each.text)


def _of_scenario(before: Design, after: Design) -> Iterator[Difference]:
    """What is run otherwise, events apart."""
    old, new = before.scenario, after.scenario
    raw = [{k: v for k, v in _dumped(each).items() if k != "events"} for each in (old, new)]
    fields = _changes(*raw)
    if fields:
        yield Difference("changed", "scenario", "", "scenario", fields, old, new)


def _of_design(before: Design, after: Design) -> Iterator[Difference]:
    """Title, description, what this version does not know, and in which order things are kept."""
    apart = {*COLLECTIONS, "classes", "scenario", "objectives", "comments", "presentation"}
    old, new = (
        {name: getattr(each, name) for name in type(each).model_fields if name not in apart}
        | {"prices": each.prices and each.prices.model_dump(mode="json", exclude_unset=True)}
        | (each.model_extra or {})
        for each in (before, after)
    )
    fields = list(_changes(old, new))
    orders = [_orders(design) for design in (before, after)]
    for name in orders[0]:
        both = set(orders[0][name]) & set(orders[1][name])
        kept = [[each for each in order[name] if each in both] for order in orders]
        if kept[0] != kept[1]:
            fields.append(FieldChange(("order", name), *kept))
    if fields:
        yield Difference("changed", "design", "", "design", tuple(fields), before, after)


def _orders(design: Design) -> dict[str, list[Any]]:
    """In which order a design keeps its parts."""
    items = {name: [each.id for each in getattr(design, name)] for name in COLLECTIONS}
    return items | {
        "classes": [each.name for each in design.classes],
        "events": [_key(each) for each in design.scenario.events],
        "objectives": [_key(each) for each in design.objectives],
        "comments": [_key(each) for each in design.comments],
        "presentation": [_key(each) for each in design.presentation],
    }


def _key(part: Any) -> str:
    """A part as text."""
    return str(part.model_dump_json(by_alias=True))


def _dumped(part: Any) -> dict[str, Any]:
    """A part as its file has it, defaults included."""
    made: dict[str, Any] = part.model_dump(mode="json", by_alias=True)
    return made


def _changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[FieldChange, ...]:
    """The fields that differ, those of objects by themselves."""
    before, after = _flat(old), _flat(new)
    pairs = ((path, before.get(path, UNSET), after.get(path, UNSET)) for path in before | after)
    return tuple(FieldChange(path, was, now) for path, was, now in pairs if was != now)


def _flat(value: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    """Nested objects as paths and what is there; an empty object and a list stay as they are."""
    flat: dict[tuple[str, ...], Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            flat |= {(name, *path): each for path, each in _flat(inner).items()}
        elif name != "config" or inner:
            flat[(name,)] = inner
    return flat
