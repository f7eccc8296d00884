"""Edits: every user action as data. Undoable, replayable, sendable to a running simulation.

An edit names things by id, never by object. ``edit.apply(design)`` returns the new design, what
changed, and the edit that takes it back; it raises ``EditError`` and changes nothing where it does
not fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from pydantic import JsonValue, ValidationError

from engine.model.changes import Changes
from engine.model.copies import copied
from engine.model.design import SETTINGS, Design, Frame, Link, Node, Note
from engine.model.field_paths import UNSET, PathError, Unset, at_path, with_path, without_same
from engine.model.findings import message_of
from engine.model.limits import LimitError, least_of, short, weigh
from engine.model.names import called
from engine.model.reading import ReadError, check_counts
from engine.model.references import item_problem
from engine.model.remaking import (
    COLLECTION_OF,
    COLLECTIONS,
    Collection,
    EditError,
    Item,
    elsewhere,
    heavier_by,
    raw_of,
    rebuilt,
    validated,
    weight_in,
    with_item,
)
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

_REFERENCES: Final = frozenset({"source", "target", "frame"})


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
            item = validated(design, placed.item, raw_of(placed.item))
            if item.id in ids:
                msg = f"{item.id!r} exists already; choose another id"
                raise EditError(msg)
            ids.add(item.id)
            new.append(item)
            items = lists[COLLECTION_OF[type(item)]]
            items.insert(len(items) if placed.index is None else placed.index, item)
        touched = {COLLECTION_OF[type(item)] for item in new}
        _check_counts({name: lists[name] for name in touched})
        heavier = sum(weight_in(design, item) for item in new)
        made = rebuilt(design, heavier, **{name: tuple(lists[name]) for name in touched})
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
        heavier = None if is_most else -sum(weight_in(design, each.item) for each in placed)
        made = rebuilt(loosened.design, heavier, **kept)
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
            items: list[Node | Frame | Note] = [*getattr(design, name)]
            count = len(back)
            for place, item in enumerate(items):
                to = wanted.get(item.id)
                if to is not None:
                    back.append(_left(item, to))
                    items[place], more = _moved(design, item, to)
                    heavier += more
            if len(back) > count:
                kept[name] = tuple(items)
        for missing in sorted(wanted.keys() - {position.id for position in back}):
            msg = f"{missing!r} is no node, frame or note of the design"
            raise EditError(msg)
        made = rebuilt(design, heavier, **kept)
        return Applied(made, Changes(moved=frozenset(wanted)), Move(tuple(back), self.label))


def _left(item: Node | Frame | Note, to: Position) -> Position:
    """Where an item is that goes elsewhere, with its size where that changes too."""
    if isinstance(item, Node) or (to.width is None and to.height is None):
        return Position(item.id, item.x, item.y)
    return Position(item.id, item.x, item.y, item.width, item.height)


def _moved(design: Design, item: Node | Frame | Note, to: Position) -> tuple[Any, int]:
    """The item at its new place, and how many bytes more it takes."""
    update = {"x": to.x, "y": to.y}
    if not isinstance(item, Node):
        update |= {"width": to.width} if to.width is not None else {}
        update |= {"height": to.height} if to.height is not None else {}
    found = elsewhere(item, update)
    if found is not None:
        return found
    made = validated(design, item, raw_of(item) | update)
    return made, heavier_by(item, made)


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
        before, top = raw_of(item), self.path[:1]
        made = validated(design, item, _changed(before, self.path, self.value))
        inverse = SetField(self.id, top, at_path(before, top), self.label)
        new = with_item(design, made, heavier_by(item, made))
        if top[0] in _REFERENCES:
            _sound(new, (made,))
        return Applied(new, Changes(changed=frozenset({self.id})), inverse)

    def _set_in_config(self, design: Design, item: Node | Link | Frame) -> Applied:
        """Set a field of a config: the only part of it that is looked at, weighed and copied."""
        field = self.path[1]
        wanted = _changed(item.config, self.path[1:], self.value)
        try:
            old, new = without_same(_part(item.config, field), _part(wanted, field))
            weight = weigh(new, 2)
            # What a recording weighed takes a turn to say, and does not matter where little takes its place.
            heavier = None if weight <= least_of(old) else weight - weigh(old, 2)
        except LimitError as error:
            raise EditError(f"{called(design, item)}: {error}") from None
        if field in wanted:
            wanted[field] = copied(wanted[field], item.config.get(field))
        made = item.model_copy(update={"config": wanted})
        inverse = SetField(self.id, self.path[:2], at_path(item.config, (field,)), self.label)
        changes = Changes(changed=frozenset({self.id}))
        return Applied(with_item(design, made, heavier), changes, inverse)


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
        new = rebuilt(design, heavier, **{top: getattr(made, top)})
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
