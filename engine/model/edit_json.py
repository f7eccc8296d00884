"""Edits as JSON and back, exactly: how a journal of a run keeps what was done to the design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from engine.model.design import Frame, Link, Node, Note
from engine.model.edits import (
    UNSET,
    CompoundEdit,
    Insert,
    Move,
    Placed,
    Position,
    Remove,
    SetDesign,
    SetField,
    Unset,
)
from engine.model.findings import message_of
from engine.model.reading import ReadError

if TYPE_CHECKING:
    from engine.model.edits import Edit, Item

Sort = Literal["node", "link", "frame", "note"]
_ITEMS: Final[dict[Sort, type[Item]]] = {"node": Node, "link": Link, "frame": Frame, "note": Note}
_SORTS: Final = {kind: sort for sort, kind in _ITEMS.items()}


class _Raw(BaseModel):
    """Base of the forms that edits have in JSON: strict, and nothing else beside."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True
    )


class _Placed(_Raw):
    """An item and its place."""

    sort: Sort
    item: dict[str, JsonValue]
    index: int | None = Field(None, ge=0)

    def made(self) -> Placed:
        """The record."""
        return Placed(_ITEMS[self.sort].model_validate(self.item), self.index)


class _Insert(_Raw):
    edit: Literal["insert"]
    placed: list[_Placed]
    label: str

    def made(self) -> Edit:
        """The edit."""
        return Insert(tuple(each.made() for each in self.placed), self.label)


class _Remove(_Raw):
    edit: Literal["remove"]
    ids: list[str]
    label: str

    def made(self) -> Edit:
        """The edit."""
        return Remove(frozenset(self.ids), self.label)


class _Position(_Raw):
    """A new place, and perhaps a size."""

    id: str
    x: float
    y: float
    width: float | None = None
    height: float | None = None


class _Move(_Raw):
    edit: Literal["move"]
    positions: list[_Position]
    label: str

    def made(self) -> Edit:
        """The edit."""
        places = (Position(p.id, p.x, p.y, p.width, p.height) for p in self.positions)
        return Move(tuple(places), self.label)


class _Setting(_Raw):
    """A path and what stands there from now on; without a value, the default."""

    path: list[str]
    value: JsonValue = None
    label: str

    @property
    def wanted(self) -> Any:
        """The value, or ``UNSET`` where none was written."""
        return self.value if "value" in self.model_fields_set else UNSET


class _SetField(_Setting):
    edit: Literal["set_field"]
    id: str

    def made(self) -> Edit:
        """The edit."""
        return SetField(self.id, tuple(self.path), self.wanted, self.label)


class _SetDesign(_Setting):
    edit: Literal["set_design"]

    def made(self) -> Edit:
        """The edit."""
        return SetDesign(tuple(self.path), self.wanted, self.label)


class _Compound(_Raw):
    edit: Literal["compound"]
    edits: list[_Any]
    label: str

    def made(self) -> Edit:
        """The edit."""
        return CompoundEdit(tuple(each.made() for each in self.edits), self.label)


_Any = Annotated[
    _Insert | _Remove | _Move | _SetField | _SetDesign | _Compound, Field(discriminator="edit")
]
_FORMS: Final[TypeAdapter[_Any]] = TypeAdapter(_Any, config=ConfigDict(defer_build=True))


def edit_from_json(raw: Any) -> Edit:
    """The edit that an object stands for. Raises ``ReadError``; whether it fits a design shows later."""
    try:
        made: Edit = _FORMS.validate_python(raw).made()
    except ValidationError as error:
        message = message_of(error)
        whole = message.removeprefix("the file ")
        raise ReadError(message if whole == message else f"the edit {whole}") from None
    return made


def edit_to_json(edit: Edit) -> dict[str, Any]:
    """An edit as an object. Raises ``TypeError`` for a sort of edit that it does not know."""
    match edit:
        case Insert(placed):
            return _form("insert", edit, placed=[_placed(each) for each in placed])
        case Remove(ids):
            return _form("remove", edit, ids=sorted(ids))
        case Move(positions):
            return _form("move", edit, positions=[_place(each) for each in positions])
        case SetField(item, path, value):
            return _form("set_field", edit, id=item, path=list(path), **_value(value))
        case SetDesign(path, value):
            return _form("set_design", edit, path=list(path), **_value(value))
        case CompoundEdit(edits):
            return _form("compound", edit, edits=[edit_to_json(each) for each in edits])
    msg = f"a {type(edit).__name__} has no form in JSON"
    raise TypeError(msg)


def _form(sort: str, edit: Edit, **fields: Any) -> dict[str, Any]:
    """The object of an edit: its sort first, its label last."""
    return {"edit": sort, **fields, "label": edit.label}


def _placed(placed: Placed) -> dict[str, Any]:
    """An item and its place."""
    item = placed.item.model_dump(mode="json", by_alias=True, exclude_unset=True)
    index = {} if placed.index is None else {"index": placed.index}
    return {"sort": _SORTS[type(placed.item)], **index, "item": item}


def _place(position: Position) -> dict[str, Any]:
    """A place; sizes only where they change."""
    fields = {name: getattr(position, name) for name in ("id", "x", "y", "width", "height")}
    return {name: value for name, value in fields.items() if value is not None}


def _value(value: Any) -> dict[str, Any]:
    """The field of a value, or none for the default."""
    return {} if isinstance(value, Unset) else {"value": value}
