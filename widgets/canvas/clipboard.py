"""Copy and paste as JSON text: works between windows, and in a mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from engine.model.design import FORMAT, Design, Frame, Link, Node, Note
from engine.model.edits import COLLECTIONS, Insert
from engine.model.files import FileError, from_raw
from engine.model.ids import FreshIds
from engine.model.limits import MAX_BYTES
from engine.model.reading import ReadError, read_json
from widgets.canvas.folding import contents
from widgets.canvas.naming import FreshNames, all_ids

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QPointF

    from engine.model.edits import Item

_MARK: Final = "windtunnel_items"
_DESIGN: Final = "windtunnel"
_NAME: Final = "the clipboard"
_CONFIG: Final = {Node: {"config"}, Link: {"config"}, Frame: {"config"}, Note: set[str]()}
"""What of an item is JSON already. A note has no config: a field of that name would be one that is unknown."""
_ANYTHING: Final = TypeAdapter[object](object)


class PasteError(ValueError):
    """The text holds nothing that can be pasted; the message says so."""


@dataclass(frozen=True, slots=True)
class Clip:
    """What a text on the clipboard holds: copied items, or the whole of a design's file."""

    items: Design
    is_design: bool = False
    around: dict[str, str] = field(default_factory=dict)
    """Frames that were not copied, by the items that were in them."""

    @property
    def places(self) -> list[tuple[float, float]]:
        """Where the nodes are."""
        return [(node.x, node.y) for node in self.items.nodes]

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the items, so that they can be pasted under the pointer."""
        xs = [n.x for n in self.items.nodes]
        ys = [n.y for n in self.items.nodes]
        boxes: tuple[Frame | Note, ...] = (*self.items.frames, *self.items.notes)
        for item in boxes:
            xs += [item.x, item.x + item.width]
            ys += [item.y, item.y + item.height]
        if not xs:
            return 0.0, 0.0
        return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


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
    return _written(parts)


def _written(parts: dict[str, list[Any]]) -> str:
    """Items as text, one a line: thousands of them are written as fast as they can be."""
    lists = [
        f" {_json(name)}: [\n" + ",\n".join(f"  {_json(item)}" for item in items) + "\n ]"
        for name, items in parts.items()
    ]
    return ",\n".join([f'{{\n "{_MARK}": 1', *lists]) + "\n}"


def _json(value: object) -> str:
    """A value as JSON: pydantic writes a long recording ten times as fast as Python does."""
    return _ANYTHING.dump_json(value).decode()


def _raw(item: Item) -> dict[str, Any]:
    """An item as JSON, with no more than was set. Its config is JSON already, and may be long."""
    raw = item.model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude=_CONFIG[type(item)]
    )
    if not isinstance(item, Note) and "config" in item.model_fields_set:
        raw["config"] = item.config
    return raw


def pasted(design: Design, clip: Clip, offset: QPointF) -> Insert:
    """The edit that adds copied items under fresh ids, moved by ``offset``."""
    from engine.model.copied_ids import with_copies  # noqa: PLC0415 - most starts never need it

    found = clip.items
    fresh, names = FreshIds(all_ids(design)), FreshNames(node.name for node in design.nodes)
    ids = {item.id: fresh.take(item.id) for part in _collections(found) for item in part}
    around = {own: frame for own, frame in clip.around.items() if frame in design.frame_by_id}
    items: list[Item] = []
    moved: list[Frame | Node | Note] = [*found.frames, *found.nodes, *found.notes]
    for item in moved:
        made = _placed(item, ids, around.get(item.id), offset)
        if isinstance(item, Node):
            name = names.take(item.name) if item.name else ""
            made = made.model_copy(update={"name": name})
        if not isinstance(made, Note):
            made = made.model_copy(update={"config": with_copies(made.config, ids)})
        items.append(made)
    items += [
        link.model_copy(
            update={
                "id": ids[link.id],
                "source": ids[link.source],
                "target": ids[link.target],
                "config": with_copies(link.config, ids),
            }
        )
        for link in found.links
    ]
    return Insert.of(*items, label="Paste")


def _collections(found: Design) -> tuple[tuple[Item, ...], ...]:
    """Items of all sorts, those first that others refer to."""
    return (found.nodes, found.frames, found.notes, found.links)


def _placed(item: Item, ids: dict[str, str], around: str | None, offset: QPointF) -> Any:
    """An item under its new id, elsewhere; in its frame's copy, or in the same frame as before."""
    update: dict[str, object] = {"id": ids[item.id]}
    if isinstance(item, Node | Frame):
        update["frame"] = ids[item.frame] if item.frame is not None else around
    if not isinstance(item, Link):
        update["x"] = item.x + offset.x()
        update["y"] = item.y + offset.y()
    return item.model_copy(update=update)


def read_clip(text: str) -> Clip:
    """The items in a text, judged as those of a design's file would be. Raises ``PasteError``."""
    if not text.lstrip().startswith("{"):
        raise PasteError("The clipboard holds no Windtunnel items, and no flowchart of Mermaid")
    if len(text) > MAX_BYTES:
        raise PasteError(f"The clipboard holds more than {MAX_BYTES // 1_000_000} MB of text")
    try:
        raw = read_json(text, "copied items")
        if _MARK not in raw and _DESIGN not in raw:
            raise PasteError("The clipboard holds JSON, but no Windtunnel items and no design")
        if _MARK not in raw:
            clip = Clip(from_raw(raw, _NAME), is_design=True)
        else:
            parts, around = _alone({name: raw[name] for name in COLLECTIONS if name in raw})
            clip = Clip(from_raw({_DESIGN: FORMAT} | parts, _NAME), around=around)
    except (ReadError, FileError) as error:
        raise PasteError(f"Nothing was pasted: {_named(error)}") from None
    if not any(_collections(clip.items)):
        raise PasteError("The clipboard holds no Windtunnel items")
    return clip


def _named(error: Exception) -> str:
    """A problem, and that it is one of the clipboard."""
    text = str(error)
    return text if text.startswith(_NAME) else f"{_NAME} {text}"


def _alone(parts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Raw items without links to what was not copied, and the frames around them that were not either."""
    nodes, frames = _ids(parts, "nodes"), _ids(parts, "frames")
    around: dict[str, str] = {}
    made = dict(parts)
    for name in ("nodes", "frames"):
        for item in _objects(parts, name):
            frame, own = item.get("frame"), item.get("id")
            if isinstance(frame, str) and frame not in frames and isinstance(own, str):
                around[own] = frame
                item["frame"] = None
    if _objects(parts, "links"):
        made["links"] = [
            link
            for link in _objects(parts, "links")
            if all(str(link.get(end)) in nodes for end in ("source", "target"))
        ]
    return made, around


def _objects(parts: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The raw items of a sort, if they are what they should be."""
    items = parts.get(name)
    sound = isinstance(items, list) and all(isinstance(item, dict) for item in items)
    return items if sound and items is not None else []


def _ids(parts: dict[str, Any], name: str) -> set[str]:
    """Ids of raw items of a sort."""
    ids = (item.get("id") for item in _objects(parts, name))
    return {each for each in ids if isinstance(each, str)}
