"""What sets two designs apart, in plain words: for the question whose version of a file is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.model.design import SETTINGS
from engine.model.edits import COLLECTIONS
from engine.model.names import name_of

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.model.edits import Collection

_PLACE: Final = frozenset({"x", "y", "width", "height"})
_SHOWN: Final = 3
"""Names that a short line lists."""


def differences(before: Design, after: Design) -> tuple[str, ...]:
    """What was done to a design to make another of it, a line for each thing; nothing where nothing was."""
    lines: list[str] = []
    for name in COLLECTIONS:
        lines += _of_items(before, after, name)
    lines += [
        f"{name} changed" for name in SETTINGS if getattr(before, name) != getattr(after, name)
    ]
    if before != after and not lines:
        lines.append("unknown fields or the order of the items changed")
    return tuple(lines)


def in_short(before: Design, after: Design) -> str:
    """The same in one sentence: ``added node Cache, 3 links; changed node Web``."""
    parts: dict[str, list[str]] = {"added": [], "removed": [], "changed": [], "moved": []}
    for name in COLLECTIONS:
        for verb, ids, design in _sorted_out(before, after, name):
            sort = name if len(ids) > 1 else name.removesuffix("s")
            if ids and (len(ids) > _SHOWN or name in {"links", "notes"}):
                parts[verb].append(f"{len(ids)} {sort}")
            elif ids:
                parts[verb].append(f"{sort} {', '.join(name_of(design, each) for each in ids)}")
    parts["changed"] += [
        f"the {name}" for name in SETTINGS if getattr(before, name) != getattr(after, name)
    ]
    said = [f"{verb} {', '.join(what)}" for verb, what in parts.items() if what]
    return "; ".join(said) or ("nothing that shows changed" if before != after else "no difference")


def _sorted_out(
    before: Design, after: Design, name: Collection
) -> list[tuple[str, list[str], Design]]:
    """Ids of the items of a sort by what happened to them, with the design in which they are named."""
    old = {item.id: item for item in getattr(before, name)}
    new = {item.id: item for item in getattr(after, name)}
    kept = [each for each in new if each in old and new[each] != old[each]]
    moved = [each for each in kept if _unplaced(new[each]) == _unplaced(old[each])]
    return [
        ("added", [each for each in new if each not in old], after),
        ("removed", [each for each in old if each not in new], before),
        ("changed", [each for each in kept if each not in set(moved)], after),
        ("moved", moved, after),
    ]


def _of_items(before: Design, after: Design, name: Collection) -> list[str]:
    """A line for each item of a sort that came, went, moved or was changed."""
    lines: list[str] = []
    sort = name.removesuffix("s")
    for verb, ids, design in _sorted_out(before, after, name):
        for each in ids:
            fields = _fields(before, after, each) if verb == "changed" else ""
            lines.append(f"{sort} {name_of(design, each)} {verb}{fields}")
    return lines


def _fields(before: Design, after: Design, item_id: str) -> str:
    """The fields of an item that differ: ``: name, config.workers``."""
    old, new = (_flat(design.item(item_id)) for design in (before, after))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return f": {', '.join(names)}" if names else ""


def _flat(item: Any) -> dict[str, Any]:
    """An item's fields, those of its config by themselves."""
    fields = dict(item)
    config = fields.pop("config", None) or {}
    return fields | {f"config.{name}": value for name, value in config.items()}


def _unplaced(item: Any) -> dict[str, Any]:
    """An item without its place."""
    return {name: value for name, value in item if name not in _PLACE}
