"""Edits: every user action as data. Undoable, replayable, sendable to a running simulation.

An edit names things by id, never by object. ``edit.apply(design)`` returns the new design, what
changed, and the edit that takes it back; it raises ``EditError`` and changes nothing where it does
not fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from pydantic import JsonValue, ValidationError

from engine.model.changes import Changes
from engine.model.copies import copied
from engine.model.design import SETTINGS, Design, Frame, Link, Node, Note, plain, weight_of
from engine.model.field_paths import UNSET, PathError, Unset, at_path, with_path, without_same
from engine.model.files import dumps
from engine.model.findings import message_of
from engine.model.limits import MAX_BYTES, LimitError, short, too_large, weigh
from engine.model.names import called
from engine.model.reading import ReadError, check_counts
from engine.model.references import item_problem
from engine.model.spread import without
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "COLLECTIONS",
    "UNSET",
    "Applied",
    "Collection",
    "CompoundEdit",
    "Edit",
    "EditError",
    "Foreseen",
    "Insert",
    "Item",
    "Move",
    "Placed",
    "Position",
    "Remove",
    "SetDesign",
    "SetField",
    "Unset",
]

Collection = Literal["nodes", "links", "frames", "notes"]
COLLECTIONS: Final[tuple[Collection, ...]] = ("nodes", "links", "frames", "notes")
Item = Node | Link | Frame | Note
_COLLECTION_OF: Final[dict[type, Collection]] = {
    Node: "nodes",
    Link: "links",
    Frame: "frames",
    Note: "notes",
}

_SHORT: Final = frozenset({str, int, bool, type(None)})
"""Values that are quicker compared than weighed. Of floats equal ones may be written differently."""
_BY_ID: Final[dict[Collection, str]] = {
    "nodes": "node_by_id",
    "links": "link_by_id",
    "frames": "frame_by_id",
    "notes": "note_by_id",
}
"""What a design finds its items by."""
_REFERENCES: Final = frozenset({"source", "target", "frame"})


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
class Foreseen:
    """An edit with what it comes to for one design, found out beforehand: by a thread, where that takes long."""

    edit: Edit
    design: Design
    applied: Applied

    @classmethod
    def of(cls, edit: Edit, design: Design) -> Foreseen:
        """Find out what an edit comes to. Raises ``EditError``."""
        return cls(edit, design, edit.apply(design))

    @property
    def label(self) -> str:
        """What the undo menu calls it."""
        return self.edit.label

    def apply(self, design: Design) -> Applied:
        """What was found out; for any other design it is found out anew. Raises ``EditError``."""
        return self.applied if design is self.design else self.edit.apply(design)


@dataclass(frozen=True, slots=True)
class Placed:
    """An item and its place in its collection (None: at the end)."""

    item: Item
    index: int | None = None


def _rebuilt(design: Design, heavier: int | None, **fields: Any) -> Design:
    """The design with some fields replaced, and so many bytes more; what is found by id is found anew.

    Without a number it is lighter, and is weighed when somebody asks: not much may be left of it.

    Raises ``EditError`` for what could be saved but not opened.
    """
    new = design.model_copy(update=fields)
    for name in (*_BY_ID.values(), "weight"):
        vars(new).pop(name, None)
    if heavier is None:
        return new
    vars(new)["weight"] = design.weight + heavier
    if new.weight > MAX_BYTES and len(dumps(new).encode()) > MAX_BYTES:
        raise EditError(too_large())  # the weight is a bound: only a heavy design is written out
    return new


def _with_item(design: Design, made: Item, heavier: int) -> Design:
    """The design with another item in the place of the one with its id.

    A field may be dragged in a design of a thousand nodes, so what is known by id is not found out anew.
    """
    name = _COLLECTION_OF[type(made)]
    items, by_id = getattr(design, name), getattr(design, _BY_ID[name])
    if len(by_id) < len(items):  # ids that are used twice, which only a broken design has
        changed = tuple(made if each.id == made.id else each for each in items)
        return _rebuilt(design, heavier, **{name: changed})
    place = list(by_id).index(made.id)
    new = _rebuilt(design, heavier, **{name: (*items[:place], made, *items[place + 1 :])})
    for each in _BY_ID.values():
        if each in vars(design):
            vars(new)[each] = vars(design)[each]
    vars(new)[_BY_ID[name]] = by_id | {made.id: made}
    return new


def _weight(design: Design, item: Item) -> int:
    """The bytes of an item in a file at most; ``EditError`` where no file can hold it."""
    try:
        return weight_of(item)
    except LimitError as error:
        raise EditError(f"{called(design, item)}: {error}") from None


def _sound(design: Design, items: Iterable[Item]) -> None:
    """Refuse items that refer to what is not there, or frames that lie inside themselves."""
    for item in items:
        problem = item_problem(design, item)
        if problem is not None:
            raise EditError(problem)


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
        """Add them; ids must be new, and what they refer to must be there."""
        lists: dict[Collection, list[Item]] = {
            name: list(getattr(design, name)) for name in COLLECTIONS
        }
        ids = {item.id for items in lists.values() for item in items}
        new: list[Item] = []
        for placed in self.placed:
            item = _validated(design, placed.item, _raw(placed.item))
            if item.id in ids:
                msg = f"{item.id!r} exists already; choose another id"
                raise EditError(msg)
            ids.add(item.id)
            new.append(item)
            items = lists[_COLLECTION_OF[type(item)]]
            items.insert(len(items) if placed.index is None else placed.index, item)
        touched = {_COLLECTION_OF[type(item)] for item in new}
        _check_counts({name: lists[name] for name in touched})
        heavier = sum(_weight(design, item) for item in new)
        made = _rebuilt(design, heavier, **{name: tuple(lists[name]) for name in touched})
        _sound(made, new)
        added = frozenset(item.id for item in new)
        return Applied(made, Changes(added=added), Remove(added, label=self.label))


@dataclass(frozen=True, slots=True)
class Remove:
    """Take items out. Links of removed nodes go too; items in removed frames stay, and lie in the others or in none."""

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
        for node in design.nodes:
            left = None if node.id in gone else without(node.config, gone)
            if left is not None:
                freed.append(SetField(node.id, ("config", "spread"), left or UNSET))
        loosened = CompoundEdit(tuple(freed)).apply(design)
        placed: list[Placed] = []
        kept: dict[str, tuple[Item, ...]] = {}
        for name in COLLECTIONS:
            items: tuple[Item, ...] = getattr(loosened.design, name)
            out = [Placed(item, i) for i, item in enumerate(items) if item.id in gone]
            if out:
                placed += out
                kept[name] = tuple(item for item in items if item.id not in gone)
        there = sum(len(getattr(loosened.design, name)) for name in COLLECTIONS)
        is_most = 2 * len(placed) > there
        heavier = None if is_most else -sum(_weight(design, each.item) for each in placed)
        made = _rebuilt(loosened.design, heavier, **kept)
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
        heavier = 0
        for name in ("nodes", "frames", "notes"):
            items: tuple[Node | Frame | Note, ...] = getattr(design, name)
            if any(item.id in wanted for item in items):
                moved = tuple(_moved(design, item, wanted.get(item.id), back) for item in items)
                pairs = zip(items, moved, strict=True)
                heavier += sum(_heavier(old, new) for old, new in pairs if new is not old)
                kept[name] = moved
        for missing in sorted(wanted.keys() - {position.id for position in back}):
            msg = f"{missing!r} is no node, frame or note of the design"
            raise EditError(msg)
        made = _rebuilt(design, heavier, **kept)
        return Applied(made, Changes(moved=frozenset(wanted)), Move(tuple(back), self.label))


def _moved(
    design: Design, item: Node | Frame | Note, to: Position | None, back: list[Position]
) -> Any:
    """The item at its new place; where it was goes to ``back``."""
    if to is None:
        return item
    update: dict[str, Any] = {"x": to.x, "y": to.y}
    if isinstance(item, Node):
        back.append(Position(item.id, item.x, item.y))
    else:
        sized = to.width is not None or to.height is not None
        size = (item.width, item.height) if sized else (None, None)
        back.append(Position(item.id, item.x, item.y, *size))
        update |= {"width": to.width} if to.width is not None else {}
        update |= {"height": to.height} if to.height is not None else {}
    return _validated(design, item, _raw(item) | update)


def _raw(item: Item) -> dict[str, Any]:
    """What was set of an item, field by field; nested JSON is shared, not copied."""
    known = type(item).model_fields
    fields = {name: getattr(item, name) for name in item.model_fields_set if name in known}
    return plain(fields) | (item.model_extra or {})


def _validated(design: Design, item: Item, raw: dict[str, Any]) -> Item:
    """An item of the same sort from raw fields; ``EditError`` where they are wrong.

    A config that stays the same is not looked at again: it may hold a recording.
    """
    config = raw.get("config") if "config" in type(item).model_fields else None
    same = isinstance(config, dict) and config is getattr(item, "config", None)
    looked_at = {name: value for name, value in raw.items() if not same or name != "config"}
    try:
        weigh(looked_at, 2)
        made = type(item).model_validate(looked_at)
    except ValidationError as error:
        raise EditError(f"{called(design, item)}: {message_of(error)}") from error
    except LimitError as error:
        raise EditError(f"{called(design, item)}: {error}") from None
    if same:  # written into the item that was just made: a copy of thousands takes noticeably long
        vars(made)["config"] = config
        made.model_fields_set.add("config")
    return made


def _is_kept(item: Item, name: str, value: object) -> bool:
    """Whether a field of an item has that value already: it was weighed before."""
    old = vars(item).get(name, UNSET)
    return old is value or (type(old) is type(value) and type(old) in _SHORT and old == value)


def _heavier(item: Item, made: Item) -> int:
    """How many bytes more an item takes, with another in its place; what stays counts for nothing."""
    now, before = (
        weigh(plain({name: each for name, each in one if not _is_kept(other, name, each)}), 2)
        for one, other in ((made, item), (item, made))
    )
    return now - before


def _changed(value: Any, path: tuple[str, ...], new: JsonValue | Unset) -> Any:
    """A copy of nested values in which ``path`` holds ``new``, or nothing; ``EditError`` where it leads nowhere."""
    try:
        return with_path(value, path, new)
    except PathError as error:
        raise EditError(str(error)) from None


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
            msg = f"{called(design, item)}: the id of an item cannot change"
            raise EditError(msg)
        if (
            self.path[0] == "config"
            and len(self.path) > 1
            and isinstance(item, Node | Link | Frame)
        ):
            return self._set_in_config(design, item)
        before, top = _raw(item), self.path[:1]
        made = _validated(design, item, _changed(before, self.path, self.value))
        inverse = SetField(self.id, top, at_path(before, top), self.label)
        new = _with_item(design, made, _heavier(item, made))
        if top[0] in _REFERENCES:
            _sound(new, (made,))
        return Applied(new, Changes(changed=frozenset({self.id})), inverse)

    def _set_in_config(self, design: Design, item: Node | Link | Frame) -> Applied:
        """Set a field of a config: the only part of it that is looked at, weighed and copied."""
        field = self.path[1]
        wanted = _changed(item.config, self.path[1:], self.value)
        try:
            old, new = without_same(_part(item.config, field), _part(wanted, field))
            heavier = weigh(new, 2) - weigh(old, 2)
        except LimitError as error:
            raise EditError(f"{called(design, item)}: {error}") from None
        if field in wanted:
            wanted[field] = copied(wanted[field], item.config.get(field))
        made = item.model_copy(update={"config": wanted})
        inverse = SetField(self.id, self.path[:2], at_path(item.config, (field,)), self.label)
        changes = Changes(changed=frozenset({self.id}))
        return Applied(_with_item(design, made, heavier), changes, inverse)


def _part(config: dict[str, Any], field: str) -> dict[str, Any]:
    """A config with one of its fields alone."""
    return {"config": {field: config[field]} if field in config else {}}


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
        if top not in SETTINGS:
            msg = f"{short(top)} is no setting of a design"
            raise EditError(msg)
        raw = design.model_dump(mode="json", by_alias=True, exclude_unset=True, include={top})
        before = at_path(raw, (top,))
        raw = _changed(raw, self.path, self.value)
        try:
            weigh(raw)
            made = Design.model_validate(raw)
        except LimitError as error:
            raise EditError(str(error)) from None
        except ValidationError as error:
            raise EditError(message_of(error)) from error
        _check_counts(raw)
        heavier = made.setting_weight(top) - design.setting_weight(top)
        new = _rebuilt(design, heavier, **{top: getattr(made, top)})
        if top not in raw:
            new.model_fields_set.discard(top)
        inverse = SetDesign((top,), before, self.label)
        return Applied(new, Changes(settings=frozenset({top})), inverse)


def _check_counts(raw: dict[str, Any]) -> None:
    """Refuse more of anything than is read."""
    try:
        check_counts(raw)
    except ReadError as error:
        raise EditError(f"the design {error}") from None


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
