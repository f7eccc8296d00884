"""``windtunnel diff``: what was done to a design to make another of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.catalog.differing import SIGNS, counts_line, moved_line, told
from engine.cli.errors import MISSED, OK, InputError
from engine.cli.json_out import write_json
from engine.cli.terminal import shown
from engine.model.edits import UNSET
from engine.model.files import FileError, load

if TYPE_CHECKING:
    from pathlib import Path

    from engine.catalog.differing import Told
    from engine.model.design import Design

_NAMELESS: Final = ("class", "event", "objective", "comment", "step")
"""Sorts of parts that have no id: several may be about the same."""
VERSION: Final = 1
"""Version of the object that ``--json`` writes."""


def diff(before: Path, after: Path, json_out: str | None = None) -> int:
    """Print what sets two designs apart; 0 where nothing does, 1 where something does. Raises ``InputError``.

    Args:
        before: A design file.
        after: What became of it, or another design.
        json_out: Where the differences are written as JSON; ``-`` is standard output, which then has nothing else.
    """
    designs = (_loaded(before), _loaded(after))
    found = told(*designs)
    if json_out is not None:
        write_json(_raw(designs, found), json_out)
    if json_out != "-":
        for line in _lines(found):
            print(shown(line))
        print(shown(f"{before.name} → {after.name}: {counts_line(found)}"))
    return MISSED if found else OK


def _loaded(file: Path) -> Design:
    """A design. Raises ``InputError``."""
    try:
        return load(file)
    except FileError as error:
        raise InputError(str(error)) from error


def _lines(found: tuple[Told, ...]) -> list[str]:
    """What is printed: a line for each difference, one for each field of it."""
    lines: list[str] = []
    for each in found:
        verb = each.difference.verb
        if verb != "moved":
            lines.append(f"{SIGNS[verb]} {each.text}")
            lines += [f"    {field.text}" for field in each.fields]
    moved = moved_line(found)
    return [*lines, f"{SIGNS['moved']} {moved}"] if moved else lines


def _raw(designs: tuple[Design, Design], found: tuple[Told, ...]) -> dict[str, Any]:
    """The differences as one object; a field that a file leaves out is null, and said to be left out.

    It is all that makes the second design of the first: what came and went, and what has no id to be found by, is there
    as files have it.
    """
    return {
        "windtunnel_diff": VERSION,
        "titles": [design.title for design in designs],
        "same": not found,
        "differences": [_difference(each) for each in found],
    }


def _difference(told_one: Told) -> dict[str, Any]:
    """One difference."""
    each = told_one.difference
    texts = {field.path: field for field in told_one.fields}
    fields = []
    for change in each.fields:
        path = ".".join(change.path)
        text = texts.get(path)
        made: dict[str, Any] = {
            "field": path,
            "title": text.title if text else path,
            "unit": text.unit if text else "",
            "old": None if change.old is UNSET else change.old,
            "new": None if change.new is UNSET else change.new,
        }
        if any("." in name for name in change.path):
            made["path"] = list(change.path)  # such as the name of a class
        left_out = [key for key in ("old", "new") if getattr(change, key) is UNSET]
        fields.append(made | ({"left_out": left_out} if left_out else {}))
    name = told_one.name
    raw = {"verb": each.verb, "sort": each.sort, "id": each.id, "name": name, "fields": fields}
    if each.verb in ("added", "removed") or each.sort in _NAMELESS:
        raw["old"], raw["new"] = _part(each.old), _part(each.new)
    return raw


def _part(part: Any) -> Any:
    """A part as its file has it; null where there is none."""
    if part is None:
        return None
    return part.model_dump(mode="json", by_alias=True, exclude_unset=True)
