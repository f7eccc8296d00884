"""A whole design that is pasted: what it brings along beside its items."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine.model.class_names import PLAIN, equal_mix, sends_plain, without_mix
from engine.model.design import SETTINGS, Design, Node
from engine.model.edits import COLLECTIONS, CompoundEdit, SetDesign, SetField
from engine.model.files import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import JsonValue

    from engine.model.edits import Edit, Insert
    from widgets.canvas.clipboard import Clip


def completed(design: Design, clip: Clip, insert: Insert) -> Edit:
    """The paste together with what a whole design brings along, as one step.

    An empty design takes over everything; any other one gets the request classes that it has not. Clients on
    either side that say nothing of classes go on with those that they knew.
    """
    found = clip.items
    if not clip.is_design:
        return insert
    raw = json.loads(dumps(found))
    if not any(getattr(design, name) for name in COLLECTIONS):
        names = tuple(name for name in SETTINGS if name in found.model_fields_set)
        more: list[Edit] = [SetDesign((name,), raw[name]) for name in names]
        return CompoundEdit.of((insert, *more), insert.label) if more else insert
    kept, brought = (_named_classes(each) for each in (design, found))
    known, added = ({each.get("name", PLAIN) for each in part} for part in (kept, brought))
    if known == added or not added:
        return insert
    more = []
    if not added <= known:
        both = [*kept, *(each for each in brought if each.get("name", PLAIN) not in known)]
        more.append(SetDesign(("classes",), both))
        more += _mixes(without_mix(design.nodes), equal_mix(design))
    pasted_nodes = (each.item for each in insert.placed if isinstance(each.item, Node))
    more += _mixes(without_mix(pasted_nodes), equal_mix(found))
    return CompoundEdit.of((insert, *more), insert.label)


def _named_classes(design: Design) -> list[Any]:
    """The classes of a design as JSON; the one that goes without saying too, where it is used."""
    plain = [{"name": PLAIN}] if sends_plain(design) else []
    return json.loads(dumps(design)).get("classes") or plain


def _mixes(nodes: Iterable[Node], mix: dict[str, JsonValue]) -> list[Edit]:
    """What has clients send these classes."""
    return [SetField(node.id, ("config", "mix"), mix) for node in nodes]
