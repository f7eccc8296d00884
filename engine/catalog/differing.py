"""What sets two designs apart, for people: fields by their titles, values with their units, old → new."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from engine.catalog.measures import title_of
from engine.catalog.registry import component
from engine.catalog.typed import DesignError, typed_config, typed_frame, typed_link
from engine.catalog.unknown import names_in
from engine.model.design import Event, Frame, Link, Node
from engine.model.differences import each_difference
from engine.model.edits import UNSET, Unset
from engine.model.fields import field_help
from engine.model.names import name_of
from engine.model.units import format_figure, format_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design
    from engine.model.differences import Difference, FieldChange

SIGNS: Final = {"added": "+", "removed": "−", "changed": "•", "moved": "↔"}
"""What marks each verb beside its word, in the terminal and on the canvas."""
_LONGEST: Final = 60
"""Characters of a value that are shown."""
_NOTHING: Final = "none"
_ON: Final = "on"
"""What is shown of a policy as a whole."""
_OWN: Final = {"frame": "Frame", "source": "From", "target": "To", "with": "With"}
"""Fields that name other items."""
_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class ToldField:
    """A field that differs, for reading."""

    path: str
    """As in the file, with dots."""
    title: str
    """What forms call it: ``Service time · Mean``."""
    unit: str
    """SI unit of the values; empty where they have none."""
    old: str
    new: str

    @property
    def text(self) -> str:
        """All of it: ``Workers: 4 → 8``."""
        return f"{self.title}: {self.old} → {self.new}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a typed part has at a path."""

    facts: tuple[str, str]
    """Title and unit."""
    value: Any
    known: int
    """How many steps of the path this version knows."""


@dataclass(frozen=True, slots=True)
class Told:
    """A difference, for reading."""

    difference: Difference
    name: str
    """What people call the part."""
    fields: tuple[ToldField, ...]

    @property
    def text(self) -> str:
        """What it is about and what was done to it: ``Node Cache added``."""
        sort = self.difference.sort
        what = self.name if self.name == sort else f"{sort} {self.name}"
        return f"{what[0].upper()}{what[1:]} {self.difference.verb}"


def told(before: Design, after: Design) -> tuple[Told, ...]:
    """What was done to a design to make another of it, for reading."""
    return tuple(telling(before, after))


def telling(before: Design, after: Design) -> Iterator[Told]:
    """The same, one after the other: thousands may take a while."""
    return (_told(each, before, after) for each in each_difference(before, after))


def told_lines(before: Design, after: Design) -> tuple[str, ...]:
    """The same as lines: each difference, its fields behind it, what only moved in one line at the end."""
    all_told = told(before, after)
    lines = [
        each.text + (f": {'; '.join(f.text for f in each.fields)}" if each.fields else "")
        for each in all_told
        if each.difference.verb != "moved"
    ]
    moved = moved_line(all_told)
    return (*lines, moved) if moved else tuple(lines)


def moved_line(all_told: tuple[Told, ...]) -> str:
    """What only has another place or size, in one line; empty where nothing has."""
    names = [each.name for each in all_told if each.difference.verb == "moved"]
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3} others"]
    if len(names) > 1:
        names = [", ".join(names[:-1]) + f" and {names[-1]}"]
    return f"Moved: {names[0]}" if names else ""


def counts_line(all_told: tuple[Told, ...]) -> str:
    """How many of each: ``2 added, 1 changed``."""
    verbs = [each.difference.verb for each in all_told]
    counts = [f"{verbs.count(verb)} {verb}" for verb in SIGNS if verb in verbs]
    return ", ".join(counts) or "no difference"


def _told(each: Difference, before: Design, after: Design) -> Told:
    """One difference."""
    name = title_of(after, each.name) if each.sort == "objective" else each.name
    if each.sort == "note":
        name = (each.new or each.old).text or each.name
    if each.verb != "changed":
        return Told(each, _short(name), ())
    configs = [_typed(part) for part in (each.old, each.new)]
    paths = {change.path for change in each.fields}
    fields = (
        _field(change, (each.old, each.new), configs, (before, after))
        for change in each.fields
        if not any(change.path[:end] in paths for end in range(1, len(change.path)))
    )
    return Told(each, _short(name), tuple(fields))


def _typed(part: Any) -> Any:
    """The typed config of an item; None where there is none, or where it is wrong."""
    try:
        if isinstance(part, Node):
            return typed_config(part)
        if isinstance(part, Link):
            return typed_link(part)
        return typed_frame(part) if isinstance(part, Frame) else None
    except DesignError:
        return None


def _field(
    change: FieldChange, parts: tuple[Any, Any], configs: list[Any], designs: tuple[Design, Design]
) -> ToldField:
    """One field of a part, before and after."""
    if change.path[0] == "order":
        return ToldField(
            "order." + change.path[1], f"Order of the {change.path[1]}", "", "one", "another"
        )
    in_config = change.path[0] == "config"
    seen = [
        _seen(config if in_config else part, change.path[1:] if in_config else change.path)
        for part, config in zip(parts, configs, strict=True)
    ]
    title, unit = max(seen[::-1], key=lambda each: each.known).facts
    if isinstance(parts[1], Event):
        title, unit = _of_event(parts[1], change.path[0], title, unit)
    raws = (change.old, change.new)
    values = [
        raw if each.value is _MISSING else each.value for raw, each in zip(raws, seen, strict=True)
    ]
    texts: list[str] = []
    for raw, value, design in zip(raws, _cut(*values), designs, strict=True):
        text = _named(change.path, value, design) or _text(value, unit)
        implied = in_config and raw is UNSET and text not in {_NOTHING, _ON}
        texts.append(f"{text} (default)" if implied else text)
    if texts[0] == texts[1]:
        texts = [_exactly(raw) for raw in raws]
    return ToldField(".".join(change.path), _OWN.get(change.path[0], title), unit, *texts)


def _of_event(event: Event, name: str, title: str, unit: str) -> tuple[str, str]:
    """Title and unit of a field of an event, as its kind knows it."""
    field = next((each for each in event.kind.fields if each.name == name), None)
    return (title, unit) if field is None else (field.title, field.unit)


def setting_told(part: Node | Link, path: tuple[str, ...], value: Any) -> dict[str, str]:
    """What people call a field of an item (``path``), and a value of it (``value``), a group by its parts.

    Args:
        part: the item, with that value where it fits.
        path: of the field in its config.
        value: as the file has it.
    """
    config = _typed(part)
    return {
        "path": _within(_seen(config, path).facts[0]),
        "value": _parts_told(config, path, value),
    }


def _parts_told(config: Any, path: tuple[str, ...], value: Any) -> str:
    """A value that is set, in words."""
    if value == {} and isinstance(_seen(config, path).value, BaseModel):
        return _ON
    if isinstance(value, dict) and value:
        if any(isinstance(each, list | dict) for each in value.values()):
            return "…"
        parts = ((_seen(config, (*path, name)).facts, each) for name, each in value.items())
        return ", ".join(
            f"{_within(title.rpartition(' · ')[2])} {_value_told(each, unit)}"
            for (title, unit), each in parts
        )
    return _value_told(value, _seen(config, path).facts[1])


def _value_told(value: Any, unit: str) -> str:
    """A single value that is set, in words."""
    if isinstance(value, list):
        return "…" if value else "none"
    return "none" if value is None or value == {} else _text(value, unit)


def _within(title: str) -> str:
    """A title within a sentence: abbreviations and names keep their capitals."""
    words = title.split(" · ")
    return " · ".join(
        each[:1].lower() + each[1:] if each[1:2].islower() or len(each) == 1 else each
        for each in words
    )


def _seen(value: Any, path: tuple[str, ...]) -> _Seen:
    """What there is at a path; the value is missing where this version does not know the field."""
    titles: list[str] = []
    unit, known = "", 0
    for part in path:
        names = names_in(value) if isinstance(value, BaseModel) else {}
        if part in names:
            facts = field_help(type(value).model_fields[names[part]])
            titles.append(facts.title or _worded(part))
            unit, value, known = facts.unit, getattr(value, names[part]), known + 1
        elif isinstance(value, dict):
            titles.append(part)
            value, known = value.get(part, UNSET), known + 1
        else:
            titles.append(_worded(part))
            value = UNSET if value is None or value is UNSET else _MISSING
    return _Seen((" · ".join(titles), unit), value, known)


def _worded(field: str) -> str:
    """A field's name as words."""
    words = field.strip("_").replace("_", " ")
    return words[:1].upper() + words[1:]


def _named(path: tuple[str, ...], value: Any, design: Design) -> str:
    """A value that names another item or a kind, as people call it; empty for any other."""
    if not isinstance(value, str):
        return ""
    if path == ("kind",):
        found = component(value)
        return found.title if found is not None else value
    return _short(name_of(design, value)) if path[0] in _OWN and design.item(value) else ""


def _text(value: Any, unit: str) -> str:
    """A value for reading."""
    if isinstance(value, bool):
        return ("no", "yes")[value]
    if value is None or isinstance(value, Unset):
        return _NOTHING
    if isinstance(value, int | float):
        return format_quantity(value, unit) if unit else format_figure(float(value), 6)
    if isinstance(value, str):
        return _short(value) or "empty"
    return _ON if isinstance(value, BaseModel) else _exactly(value)


def _exactly(value: Any) -> str:
    """A value as its file has it; a long one by how much there is of it."""
    if value is UNSET:
        return "default"
    if isinstance(value, list | tuple | dict) and len(value) > _LONGEST:
        return f"{len(value)} entries"
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > _LONGEST and isinstance(value, list | tuple):
        return f"{len(value)} entries"
    return _short(text)


def _cut(old: Any, new: Any) -> tuple[Any, Any]:
    """Long texts from shortly before where they differ; other values as they are."""
    if not isinstance(old, str) or not isinstance(new, str) or max(len(old), len(new)) <= _LONGEST:
        return old, new
    pairs = enumerate(zip(old, new, strict=False))
    apart = next((place for place, (a, b) in pairs if a != b), min(len(old), len(new)))
    start = max(apart - _LONGEST // 3, 0)
    return (old, new) if start == 0 else (f"…{old[start:]}", f"…{new[start:]}")


def _short(text: str) -> str:
    """A text in one line, its end left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
