"""Copy and paste as JSON text: works between windows, and in a mail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from engine.model.design import Design, Frame, Link, Node, Note
from engine.model.edits import Insert
from engine.model.flow import relinked
from engine.model.ids import fresh_id
from widgets.canvas.folding import contents
from widgets.canvas.naming import all_ids, fresh_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QPointF

    from engine.model.edits import Item

_MARK: Final = "windtunnel_items"
_MOST_CHARACTERS: Final = 5_000_000
_MOST_ITEMS: Final = 5_000


class PasteError(ValueError):
    """The text holds nothing that can be pasted; the message says so."""


def copied(design: Design, ids: Iterable[str]) -> str:
    """The items as JSON text, with the links between them and what lies in copied frames."""
    chosen = set(ids)
    for frame_id in chosen & design.frame_by_id.keys():
        chosen |= contents(design, frame_id)
    nodes = chosen & design.node_by_id.keys()
    parts: dict[str, list[Any]] = {
        "nodes": [_raw(n) for n in design.nodes if n.id in chosen],
        "links": [_raw(e) for e in design.links if e.source in nodes and e.target in nodes],
        "frames": [_raw(f) for f in design.frames if f.id in chosen],
        "notes": [_raw(n) for n in design.notes if n.id in chosen],
    }
    if not any(parts.values()):
        return ""
    return json.dumps({_MARK: 1, **parts}, indent=1, ensure_ascii=False)


def _raw(item: Item) -> dict[str, Any]:
    """An item as JSON, with no more than was set."""
    return item.model_dump(mode="json", by_alias=True, exclude_unset=True)


def pasted(design: Design, text: str, offset: QPointF) -> Insert:
    """The edit that adds copied items under fresh ids, moved by ``offset``; raises ``PasteError``."""
    found = _parsed(text)
    taken = all_ids(design)
    names = {node.name for node in design.nodes}
    ids: dict[str, str] = {}
    for old in (i.id for part in _collections(found) for i in part):
        ids[old] = fresh_id(old, taken)
        taken.add(ids[old])
    items: list[Item] = [_placed(frame, ids, design, offset) for frame in found.frames]
    for node in found.nodes:
        name = fresh_name(node.name, names) if node.name else ""
        names.add(name)
        update = {"name": name, "config": _with_own_links(node.config, ids)}
        items.append(_placed(node, ids, design, offset).model_copy(update=update))
    items += [_placed(note, ids, design, offset) for note in found.notes]
    items += [
        link.model_copy(
            update={"id": ids[link.id], "source": ids[link.source], "target": ids[link.target]}
        )
        for link in found.links
        if link.source in ids and link.target in ids
    ]
    if not items:
        raise PasteError("The clipboard holds no Windtunnel items")
    return Insert.of(*items, label="Paste")


def _with_own_links(config: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """A copy's config, whose flow calls the copies of the links."""
    return config | {"flow": relinked(config["flow"], ids)} if "flow" in config else config


def _collections(found: Design) -> tuple[tuple[Item, ...], ...]:
    """Items of all sorts, those first that others refer to."""
    return (found.nodes, found.frames, found.notes, found.links)


def _placed(item: Item, ids: dict[str, str], design: Design, offset: QPointF) -> Any:
    """An item under its new id, elsewhere; in its frame's copy, or in the same frame as before."""
    update: dict[str, object] = {"id": ids[item.id]}
    if isinstance(item, Node | Frame):
        frame = ids.get(item.frame or "", item.frame)
        known = frame in design.frame_by_id or frame in ids.values()
        update["frame"] = frame if known else None
    if not isinstance(item, Link):
        update["x"] = item.x + offset.x()
        update["y"] = item.y + offset.y()
    return item.model_copy(update=update)


def _parsed(text: str) -> Design:
    """The items in the text, validated as a design file would be."""
    if len(text) > _MOST_CHARACTERS:
        raise PasteError("The clipboard holds too much to paste")
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PasteError("The clipboard holds no Windtunnel items") from error
    if not isinstance(raw, dict) or _MARK not in raw:
        raise PasteError("The clipboard holds no Windtunnel items")
    parts = {name: raw.get(name, []) for name in ("nodes", "links", "frames", "notes")}
    try:
        found = Design.model_validate_json(json.dumps(parts))
    except ValidationError as error:
        raise PasteError("The copied items are damaged and cannot be pasted") from error
    if sum(len(part) for part in _collections(found)) > _MOST_ITEMS:
        raise PasteError("The clipboard holds too much to paste")
    return found


def places_of(text: str) -> list[tuple[float, float]]:
    """Where the copied nodes were."""
    return [(node.x, node.y) for node in _parsed(text).nodes]


def box_centre(text: str) -> tuple[float, float]:
    """Middle of the copied items, so that they can be pasted under the pointer."""
    found = _parsed(text)
    xs = [n.x for n in found.nodes]
    ys = [n.y for n in found.nodes]
    boxes: tuple[Frame | Note, ...] = (*found.frames, *found.notes)
    for item in boxes:
        xs += [item.x, item.x + item.width]
        ys += [item.y, item.y + item.height]
    if not xs:
        return 0.0, 0.0
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
