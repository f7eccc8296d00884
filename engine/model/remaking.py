"""Designs and items made anew from others: judged by what changed, and what stays is taken over as it is."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import ValidationError

from engine.model.design import FAR, Design, Frame, Link, Node, Note, plain, weight_of
from engine.model.field_paths import UNSET
from engine.model.files import dumps
from engine.model.findings import message_of
from engine.model.limits import MAX_BYTES, LimitError, printable, too_large, weigh
from engine.model.names import called

Collection = Literal["nodes", "links", "frames", "notes"]
COLLECTIONS: Final[tuple[Collection, ...]] = ("nodes", "links", "frames", "notes")
Item = Node | Link | Frame | Note
COLLECTION_OF: Final[dict[type, Collection]] = {
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


_LONGEST: Final = 390
"""Characters of a message; one about a name of odd characters could have thousands."""


class EditError(ValueError):
    """An edit that does not fit the design. The message says what, where and what to do, and can be printed."""

    def __init__(self, message: str) -> None:
        text = printable(message)
        super().__init__(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def rebuilt(design: Design, heavier: int | None, **fields: Any) -> Design:
    """The design with some fields replaced, and so many bytes more; what is found by id among them is found anew.

    Without a number it is lighter, and is weighed when somebody asks: not much may be left of it.

    Raises ``EditError`` for what could be saved but not opened.
    """
    new = design.model_copy(update=fields)
    for name in ("weight", *(by_id for sort, by_id in _BY_ID.items() if sort in fields)):
        vars(new).pop(name, None)
    if heavier is None:
        return new
    vars(new)["weight"] = design.weight + heavier
    if new.weight > MAX_BYTES and len(dumps(new).encode()) > MAX_BYTES:
        raise EditError(too_large())  # the weight is a bound: only a heavy design is written out
    return new


def with_item(design: Design, made: Item, heavier: int | None) -> Design:
    """The design with another item in the place of the one with its id; without a number it is lighter.

    A field may be dragged in a design of a thousand nodes, so what is known by id is not found out anew.
    """
    name = COLLECTION_OF[type(made)]
    items, by_id = getattr(design, name), getattr(design, _BY_ID[name])
    if len(by_id) < len(items):  # ids that are used twice, which only a broken design has
        changed = tuple(made if each.id == made.id else each for each in items)
        return rebuilt(design, heavier, **{name: changed})
    place = list(by_id).index(made.id)
    new = rebuilt(design, heavier, **{name: (*items[:place], made, *items[place + 1 :])})
    vars(new)[_BY_ID[name]] = by_id | {made.id: made}
    return new


def weight_in(design: Design, item: Item) -> int:
    """The bytes of an item in a file at most; ``EditError`` where no file can hold it."""
    try:
        return weight_of(item)
    except LimitError as error:
        raise EditError(f"{called(design, item)}: {error}") from None


def raw_of(item: Item) -> dict[str, Any]:
    """What was set of an item, field by field; nested JSON is shared, not copied."""
    known = type(item).model_fields
    fields = {name: getattr(item, name) for name in item.model_fields_set if name in known}
    return plain(fields) | (item.model_extra or {})


def validated(design: Design, item: Item, raw: dict[str, Any]) -> Item:
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


def heavier_by(item: Item, made: Item) -> int:
    """How many bytes more an item takes, with another in its place; what stays counts for nothing."""
    now, before = (
        weigh(plain({name: each for name, each in one if not _is_kept(other, name, each)}), 2)
        for one, other in ((made, item), (item, made))
    )
    return now - before


def elsewhere(item: Item, place: dict[str, float]) -> tuple[Item, int] | None:
    """A node, a frame or a note elsewhere, and how many bytes more it takes; None for a place that has to be judged.

    Thousands move together. Numbers within the bounds need no judge, and no other field of the item changes.
    """
    if not all(type(each) is float and -FAR <= each <= FAR for each in place.values()):
        return None
    if min(place.get("width", FAR), place.get("height", FAR)) <= 0.0:
        return None
    more = sum(len(repr(each)) - len(repr(vars(item)[name])) for name, each in place.items())
    return item.model_copy(update=place), more
