"""What sort of value a config field holds, read from its type annotation.

The form knows nothing of components: it picks an editor by :class:`Shape` alone, so a new component
gets its form by declaring typed fields. A type that no editor knows is edited as JSON.
"""

from __future__ import annotations

import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from engine.model.flow import CallStep
from engine.model.laws import Exponential

if TYPE_CHECKING:
    from collections.abc import Mapping

Sort = Literal[
    "number",
    "integer",
    "choice",
    "switch",
    "text",
    "lines",
    "steps",
    "law",
    "laws",
    "rate",
    "shares",
    "by_name",
    "frames",
    "names",
    "numbers",
    "rows",
    "recording",
    "variant",
    "nested",
    "optional",
    "item",
    "add",
    "json",
]
"""Which editor shows a field. ``laws`` are those of some request classes; ``optional`` is a nested config that is
there or not; ``item`` and ``add`` are the head and the foot of a list of things."""

_PLAIN: Mapping[Any, Sort] = types.MappingProxyType(
    {bool: "switch", int: "integer", float: "number", str: "text"}
)
_TAGS = ("process", "law", "kind", "type")


@dataclass(frozen=True, slots=True)
class Shape:
    """Sort of value, with what its editor has to know of the type."""

    sort: Sort
    nullable: bool = False
    """Whether ``null`` is a value (written ``none``)."""
    choices: tuple[str | int, ...] = ()
    """Values of a choice."""
    models: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    """Classes of a union by tag; the one class of a nested config under the empty tag."""
    tag: str = ""
    """Field that tells the classes of a union apart."""
    columns: tuple[Literal["number", "integer"], ...] = ()
    """What the numbers of a row are, for a list of rows."""
    plain_number: bool = False
    """Whether a law may also be a bare number."""


def shape_of(annotation: Any) -> Shape:
    """Sort of value that ``annotation`` admits."""
    bare = _unwrapped(annotation)
    members = [_unwrapped(member) for member in _members(bare)]
    nullable = type(None) in members
    values = [member for member in members if member is not type(None)]
    if len(values) == 1:
        return _single(values[0], nullable=nullable)
    models = [value for value in values if isinstance(value, type) and issubclass(value, BaseModel)]
    rest = [value for value in values if value not in models]
    if models and set(rest) <= {int, float}:
        return _union(models, nullable=nullable, plain_number=bool(rest))
    if set(values) <= {int, float}:
        return Shape("number", nullable)
    words = [word for value in values if get_origin(value) is Literal for word in get_args(value)]
    if words and all(value is float or get_origin(value) is Literal for value in values):
        return Shape("number", nullable, choices=tuple(words))
    if float in values and any(get_origin(value) is tuple for value in values):
        return Shape("rate", nullable)
    return Shape("json", nullable)


def _unwrapped(annotation: Any) -> Any:
    """The type inside ``Annotated``."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _members(annotation: Any) -> tuple[Any, ...]:
    """Members of a union, flattened; a type that is no union is its own member."""
    bare = _unwrapped(annotation)
    if get_origin(bare) in (Union, types.UnionType):
        return tuple(inner for member in get_args(bare) for inner in _members(member))
    return (bare,)


def _single(bare: Any, *, nullable: bool) -> Shape:
    """Shape of a type that is no union (but for null)."""
    if bare in _PLAIN:
        return Shape(_PLAIN[bare], nullable)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return Shape("optional" if nullable else "nested", nullable, models={"": bare})
    if get_origin(bare) is Literal:
        return Shape("choice", nullable, choices=get_args(bare))
    law = _law_by_name(get_origin(bare), get_args(bare))
    if law is not None:
        return Shape("laws", nullable, models=law.models)
    columns = _columns(get_origin(bare), get_args(bare))
    if columns:
        return Shape("rows", nullable, columns=columns)
    return Shape(_container(get_origin(bare), get_args(bare)), nullable)


def _law_by_name(origin: Any, inner: tuple[Any, ...]) -> Shape | None:
    """Shape of the values of a dict of laws."""
    if origin is not dict or inner[0] is not str:
        return None
    shape = shape_of(inner[1])
    return shape if shape.sort == "law" else None


def _columns(origin: Any, inner: tuple[Any, ...]) -> tuple[Literal["number", "integer"], ...]:
    """What the numbers of the rows are in a list of rows that are equally long; nothing for anything else."""
    if origin is not tuple or len(inner) != 2 or inner[1] is not Ellipsis:
        return ()
    row = _unwrapped(inner[0])
    numbers = [_unwrapped(each) for each in get_args(row)] if get_origin(row) is tuple else []
    if not numbers or not set(numbers) <= {int, float}:
        return ()
    return tuple("integer" if each is int else "number" for each in numbers)


def _container(origin: Any, inner: tuple[Any, ...]) -> Sort:
    """Sort of a tuple or dict of plain values."""
    items = [_unwrapped(item) for item in inner]
    if origin is tuple and len(items) == 2 and items[1] is Ellipsis:
        if CallStep in map(_unwrapped, _members(items[0])):
            return "steps"
        if get_origin(items[0]) is Literal:
            return "names"
        by_item: dict[Any, Sort] = {str: "names", int: "numbers", float: "numbers"}
        return by_item.get(items[0], "json")
    if origin is dict and items[0] is str and items[1] in (int, float):
        return "shares"
    return "json"


def law_of(shape: Shape) -> Shape:
    """Shape of one of several laws, each of which may be left out."""
    return Shape("law", nullable=True, models=shape.models, tag="law")


def _union(models: list[type[BaseModel]], *, nullable: bool, plain_number: bool) -> Shape:
    """Shape of a union of config classes that a tag field tells apart."""
    tag = next((name for name in _TAGS if all(name in m.model_fields for m in models)), "")
    if not tag:
        return Shape("json", nullable)
    by_tag = {str(model.model_fields[tag].default): model for model in models}
    sort: Sort = "law" if Exponential in models else "variant"
    return Shape(sort, nullable, models=by_tag, tag=tag, plain_number=plain_number)
