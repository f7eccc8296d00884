"""Edits: every user action as data. Undoable, replayable, sendable to a running simulation.

An edit names things by id, never by object. ``edit.apply(design)`` returns the new design, what
changed, and the edit that takes it back; it raises ``EditError`` and changes nothing where it does
not fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from pydantic import JsonValue, ValidationError

from engine.model.changes import Changes
from engine.model.design import Design, Frame, Link, Node, Note
from engine.model.findings import message_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Collection = Literal["nodes", "links", "frames", "notes"]
COLLECTIONS: Final[tuple[Collection, ...]] = ("nodes", "links", "frames", "notes")
Item = Node | Link | Frame | Note
_COLLECTION_OF: Final[dict[type, Collection]] = {
    Node: "nodes",
    Link: "links",
    Frame: "frames",
    Note: "notes",
}

_BY_ID: Final[dict[Collection, str]] = {
    "nodes": "node_by_id",
    "links": "link_by_id",
    "frames": "frame_by_id",
    "notes": "note_by_id",
}
"""What a design finds its items by."""


class EditError(ValueError):
    """An edit that does not fit the design. The message says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The outcome of an edit."""

    design: Design
    changes: Changes
    inverse: Edit


class Edit(Protocol):
    """Something a person does to a design."""

    @property
    def label(self) -> str:
        """What the undo menu calls it."""

    def apply(self, design: Design) -> Applied:
        """Make the new design. Raises ``EditError``."""


@dataclass(frozen=True, slots=True)
class Unset:
    """The value that takes a config field back to its default."""


UNSET: Final = Unset()


@dataclass(frozen=True, slots=True)
class Placed:
    """An item and its place in its collection (None: at the end)."""

    item: Item
    index: int | None = None


def _rebuilt(design: Design, **collections: Any) -> Design:
    """The design with some fields replaced, its caches forgotten."""
    state = {name: getattr(design, name) for name in design.model_fields_set}
    state |= collections
    return type(design).model_construct(_fields_set=set(state), **state)


def _with_item(design: Design, made: Item) -> Design:
    """The design with another item in the place of the one with its id.

    A field may be dragged in a design of a thousand nodes, so what is known by id is not found out anew.
    """
    name = _COLLECTION_OF[type(made)]
    items, by_id = getattr(design, name), getattr(design, _BY_ID[name])
    if len(by_id) < len(items):  # ids that are used twice, which only a broken design has
        changed = tuple(made if each.id == made.id else each for each in items)
        return _rebuilt(design, **{name: changed})
    place = list(by_id).index(made.id)
    new = _rebuilt(design, **{name: (*items[:place], made, *items[place + 1 :])})
    for each in _BY_ID.values():
        if each in vars(design):
            vars(new)[each] = vars(design)[each]
    vars(new)[_BY_ID[name]] = by_id | {made.id: made}
    return new


@dataclass(frozen=True, slots=True)
class Insert:
    """Add items of any sort."""

    placed: tuple[Placed, ...]
    label: str = "Add"

    @classmethod
    def of(cls, *items: Item, label: str = "Add") -> Insert:
        """Add items at the end of their collections."""
        return cls(tuple(Placed(item) for item in items), label)

    def apply(self, design: Design) -> Applied:
        """Add them; ids must be new, and links must have both ends."""
        lists: dict[Collection, list[Item]] = {
            name: list(getattr(design, name)) for name in COLLECTIONS
        }
        ids = {item.id for items in lists.values() for item in items}
        for placed in self.placed:
            if placed.item.id in ids:
                msg = f"{placed.item.id!r} exists already; choose another id"
                raise EditError(msg)
            ids.add(placed.item.id)
            items = lists[_COLLECTION_OF[type(placed.item)]]
            items.insert(len(items) if placed.index is None else placed.index, placed.item)
        node_ids = {node.id for node in lists["nodes"]}
        for placed in self.placed:
            link = placed.item
            if isinstance(link, Link):
                for end in (link.source, link.target):
                    if end not in node_ids:
                        msg = f"link {link.id!r} names {end!r}, which is no node"
                        raise EditError(msg)
        touched = {_COLLECTION_OF[type(placed.item)] for placed in self.placed}
        new = frozenset(placed.item.id for placed in self.placed)
        made = _rebuilt(design, **{name: tuple(lists[name]) for name in touched})
        return Applied(made, Changes(added=new), Remove(new, label=self.label))


@dataclass(frozen=True, slots=True)
class Remove:
    """Take items out. Links of removed nodes go too; items in removed frames stay, frameless."""

    ids: frozenset[str]
    label: str = "Delete"

    @classmethod
    def of(cls, *ids: str) -> Remove:
        """Remove by ids."""
        return cls(frozenset(ids))

    def apply(self, design: Design) -> Applied:
        """Remove what is there; unknown ids are an error."""
        for item_id in sorted(self.ids):
            if design.item(item_id) is None:
                msg = f"{item_id!r} is not in the design"
                raise EditError(msg)
        gone = self.ids | {
            link.id for link in design.links if link.source in self.ids or link.target in self.ids
        }
        freed = [
            SetField(item.id, ("frame",), None)
            for item in _framed(design)
            if item.frame in gone and item.id not in gone
        ]
        loosened = CompoundEdit(tuple(freed)).apply(design)
        placed: list[Placed] = []
        kept: dict[str, tuple[Item, ...]] = {}
        for name in COLLECTIONS:
            items: tuple[Item, ...] = getattr(loosened.design, name)
            out = [Placed(item, i) for i, item in enumerate(items) if item.id in gone]
            if out:
                placed += out
                kept[name] = tuple(item for item in items if item.id not in gone)
        made = _rebuilt(loosened.design, **kept)
        inverse = CompoundEdit((Insert(tuple(placed)), loosened.inverse), self.label)
        return Applied(made, Changes(removed=frozenset(gone)) | loosened.changes, inverse)


def _framed(design: Design) -> list[Node | Frame]:
    """Everything that may lie in a frame."""
    return [*design.nodes, *design.frames]


@dataclass(frozen=True, slots=True)
class Position:
    """A new place, and for frames and notes perhaps a new size."""

    id: str
    x: float
    y: float
    width: float | None = None
    height: float | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Place items anew; frames and notes may change their size as well."""

    positions: tuple[Position, ...]
    label: str = "Move"

    def apply(self, design: Design) -> Applied:
        """Move them."""
        wanted = {position.id: position for position in self.positions}
        back: list[Position] = []
        kept: dict[str, tuple[Item, ...]] = {}
        for name in ("nodes", "frames", "notes"):
            items: tuple[Node | Frame | Note, ...] = getattr(design, name)
            if any(item.id in wanted for item in items):
                kept[name] = tuple(_moved(item, wanted.get(item.id), back) for item in items)
        for missing in sorted(wanted.keys() - {position.id for position in back}):
            msg = f"{missing!r} is no node, frame or note of the design"
            raise EditError(msg)
        made = _rebuilt(design, **kept)
        return Applied(made, Changes(moved=frozenset(wanted)), Move(tuple(back), self.label))


def _moved(item: Node | Frame | Note, to: Position | None, back: list[Position]) -> Item:
    """The item at its new place; where it was goes to ``back``."""
    if to is None:
        return item
    update: dict[str, float] = {"x": float(to.x), "y": float(to.y)}
    if isinstance(item, Node):
        back.append(Position(item.id, item.x, item.y))
    else:
        sized = to.width is not None or to.height is not None
        size = (item.width, item.height) if sized else (None, None)
        back.append(Position(item.id, item.x, item.y, *size))
        update |= {"width": float(to.width)} if to.width is not None else {}
        update |= {"height": float(to.height)} if to.height is not None else {}
    return _checked(item, update)


def _checked(item: Item, update: dict[str, Any]) -> Item:
    """The item with some fields replaced, validated."""
    return _validated(
        item, item.model_dump(mode="json", by_alias=True, exclude_unset=True) | update
    )


def _validated(item: Item, raw: dict[str, Any]) -> Item:
    """An item of the same sort from raw fields; ``EditError`` where they are wrong."""
    try:
        return type(item).model_validate(raw)
    except ValidationError as error:
        msg = f"{item.id}: {message_of(error)}"
        raise EditError(msg) from error


def _with_path(value: Any, path: tuple[str, ...], new: JsonValue | Unset) -> Any:
    """A copy of nested dicts and lists in which ``path`` holds ``new`` (or nothing)."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, list):
        if not head.isdigit() or int(head) >= len(value):
            msg = f"{head!r} is no index of a list of {len(value)}"
            raise EditError(msg)
        copy: Any = list(value)
        copy[int(head)] = _with_path(value[int(head)], rest, new)
        return copy
    copy = dict(value) if isinstance(value, dict) else {}
    if rest:
        copy[head] = _with_path(copy.get(head), rest, new)
    elif isinstance(new, Unset):
        copy.pop(head, None)
    else:
        copy[head] = new
    return copy


def _at_path(value: Any, path: tuple[str, ...]) -> JsonValue | Unset:
    """What nested dicts and lists hold at ``path``; UNSET where there is nothing."""
    for part in path:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return UNSET
    return value  # type: ignore[no-any-return]  # JSON by construction


@dataclass(frozen=True, slots=True)
class SetField:
    """Set one field of an item, such as ``("name",)`` or ``("config", "service_time", "mean")``.

    ``UNSET`` takes a config field back to its default. The inverse restores the whole first config
    field, so that a default that was implicit is implicit again.
    """

    id: str
    path: tuple[str, ...]
    value: JsonValue | Unset
    label: str = "Change"

    def apply(self, design: Design) -> Applied:
        """Set it; the item must exist and stay valid."""
        item = design.item(self.id)
        if item is None:
            msg = f"{self.id!r} is not in the design"
            raise EditError(msg)
        if not self.path or self.path[0] == "id":
            msg = f"{self.id}: the id of an item cannot change"
            raise EditError(msg)
        before = item.model_dump(mode="json", by_alias=True, exclude_unset=True)
        made = _validated(item, _with_path(before, self.path, self.value))
        depth = 2 if self.path[0] == "config" else 1
        top = self.path[:depth]
        inverse = SetField(self.id, top, _at_path(before, top), self.label)
        changes = Changes(changed=frozenset({self.id}))
        return Applied(_with_item(design, made), changes, inverse)


@dataclass(frozen=True, slots=True)
class SetDesign:
    """Set a field of the design itself, such as ``("title",)``, ``("scenario", "seed")``, ``("classes",)``.

    ``value`` is JSON as in a design file; ``UNSET`` restores the default.
    """

    path: tuple[str, ...]
    value: JsonValue | Unset
    label: str = "Change"

    def apply(self, design: Design) -> Applied:
        """Set it; collections of items and the version are not for this edit."""
        top = self.path[0] if self.path else ""
        if top not in {"title", "description", "classes", "scenario", "objectives"}:
            msg = f"{top!r} is no setting of a design"
            raise EditError(msg)
        raw = design.model_dump(mode="json", by_alias=True, exclude_unset=True, include={top})
        before = _at_path(raw, (top,))
        raw = _with_path(raw, self.path, self.value)
        try:
            made = Design.model_validate(raw)
        except ValidationError as error:
            raise EditError(message_of(error)) from error
        state = {name: getattr(design, name) for name in design.model_fields_set if name != top}
        if top in raw:
            state[top] = getattr(made, top)
        new = Design.model_construct(_fields_set=set(state), **state)
        inverse = SetDesign((top,), before, self.label)
        return Applied(new, Changes(settings=frozenset({top})), inverse)


@dataclass(frozen=True, slots=True)
class CompoundEdit:
    """Several edits as one step."""

    edits: tuple[Edit, ...]
    label: str = "Change"

    @classmethod
    def of(cls, edits: Iterable[Edit], label: str) -> CompoundEdit:
        """Several edits under one name."""
        return cls(tuple(edits), label)

    def apply(self, design: Design) -> Applied:
        """Apply all, or none."""
        changes = Changes()
        inverses: list[Edit] = []
        for edit in self.edits:
            applied = edit.apply(design)
            design = applied.design
            changes |= applied.changes
            inverses.append(applied.inverse)
        return Applied(design, changes, CompoundEdit(tuple(reversed(inverses)), self.label))
