"""From a config class and raw JSON to the flat list of fields that a form shows.

Nested configs and tagged unions become indented fields of their own. A field says its value, its
default and whether the two differ; it never holds a widget.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticUndefined, to_jsonable_python

from engine.model.edits import UNSET, Unset
from engine.model.fields import field_help
from engine.model.quantities import as_numbers
from widgets.inspector.shapes import Shape, law_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from pydantic import JsonValue
    from pydantic.fields import FieldInfo

    from engine.model.fields import FieldHelp

Path = tuple[str, ...]

_TOLD_BY_LAW = frozenset({"law", "mean", "low", "high"})
"""Parameters that the law's own line shows; the others get lines of their own."""

_TAGS: Final = ("law", "process")
"""What tells the sort of a value that has fields of its own."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value that a person can pick."""

    value: JsonValue
    label: str
    help: str = ""
    blank: str = ""
    """What stands, in pale letters, where it has no value of its own."""


@dataclass(frozen=True, slots=True)
class Column:
    """A number of each row, for a field that is a list of rows."""

    title: str
    unit: str = ""
    sort: Literal["number", "integer"] = "number"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form."""

    path: Path
    """Where the value lives in the item, such as ``("config", "retry", "attempts")``."""
    shape: Shape
    title: str
    unit: str = ""
    help: str = ""
    group: str = "General"
    level: int = 0
    """Indentation: 0 for fields of the config itself."""
    value: JsonValue = None
    default: JsonValue | Unset = UNSET
    """Value when nothing is set; ``UNSET`` where there is none."""
    changed: bool = False
    """Whether a person set it to something else than the default."""
    mixed: bool = False
    """Whether the selected items differ in it."""
    options: tuple[Option, ...] = ()
    """What can be picked, for fields whose choices come from the design."""
    columns: tuple[Column, ...] = ()
    """What the numbers of a row are."""
    blank: str = ""
    """What stands, in pale letters, in the place of no value."""


def config_fields(
    cls: type[BaseModel],
    raw: dict[str, JsonValue],
    prefix: Path = (),
    names: Container[str] | None = None,
) -> list[Field]:
    """Fields of a config of class ``cls`` that is stored as ``raw``.

    Args:
        cls: of the config.
        raw: what is stored.
        prefix: where the config lives in its item.
        names: as files call them, of the only fields of the config itself that are wanted.
    """
    return list(_fields(cls, raw, None, Field(prefix, Shape("nested"), ""), names))


def _fields(
    cls: type[BaseModel],
    raw: dict[str, JsonValue] | None,
    default: BaseModel | None,
    within: Field,
    names: Container[str] | None = None,
) -> Iterator[Field]:
    """Fields of one (nested) config; ``default`` is what holds when ``raw`` is missing."""
    raw, shapes = as_numbers(cls, raw), _shapes(cls)
    for name, info in cls.model_fields.items():
        shape = shapes[name]
        if names is not None and (info.alias or name) not in names:
            continue
        if within.shape.tag == name or (within.shape.sort == "law" and name in _TOLD_BY_LAW):
            continue
        key = info.alias or name
        standard = default_of(info, default, name)
        facts = field_help(info)
        if facts.editor == "recording":
            shape = Shape("recording", shape.nullable)
        elif facts.editor == "by_name":
            shape = Shape("by_name")
        elif facts.editor == "frames":
            shape = Shape("frames")
        present = raw is not None and key in raw
        value = raw[key] if raw is not None and present else _json(standard)
        if shape.sort == "optional" and value is True:
            value = {}  # switched on, with everything as it is by default
        top_level = within.level == 0 and not within.title
        yield from _expanded(
            Field(
                path=(*within.path, key),
                shape=shape,
                title=facts.title or name.replace("_", " ").capitalize(),
                unit=facts.unit,
                help=facts.help,
                group=facts.group if top_level else within.group,
                level=0 if top_level else within.level + 1,
                value=value,
                default=UNSET if standard is PydanticUndefined else _json(standard),
                changed=present and not _same(info, value, standard),
                columns=_columns(shape, facts),
            ),
            standard,
            present=present,
        )


def _columns(shape: Shape, facts: FieldHelp) -> tuple[Column, ...]:
    """The columns of a list of rows; numbered where nobody named them."""
    named = facts.columns or tuple((f"{n + 1}.", "") for n in range(len(shape.columns)))
    if len(named) != len(shape.columns):
        return ()
    return tuple(Column(*name, sort) for name, sort in zip(named, shape.columns, strict=True))


def _expanded(field: Field, standard: Any, *, present: bool) -> Iterator[Field]:
    """The field's own line, then those of what is nested in it."""
    shape = field.shape
    yield field if shape.sort != "nested" else replace(field, changed=False)
    if shape.sort not in ("nested", "optional", "variant", "law"):
        return
    if shape.sort == "optional" and not isinstance(field.value, dict):
        return
    inner = field.value if isinstance(field.value, dict) else {}
    model = model_of(shape, inner, standard)
    if model is None:
        return
    fallback = standard if type(standard) is model else None
    yield from _fields(model, inner if present else None, fallback, field)


def law_fields(field: Field, names: Iterable[str]) -> list[Field]:
    """The lines of laws by name: one a name, and one for every name that has a law though nobody knows it.

    Nothing where there are less than two names: a lone class needs no law beside the usual one.
    """
    known = tuple(names)
    laws = field.value if isinstance(field.value, dict) else {}
    if len(known) < 2 and not laws:
        return []
    lines = [replace(field, changed=False)]
    for name in (*known, *(name for name in laws if name not in known)):
        line = replace(
            field,
            path=(*field.path, name),
            shape=law_of(field.shape),
            title=name,
            level=field.level + 1,
            value=laws.get(name),
            default=None,
            changed=name in laws,
        )
        lines += _expanded(line, None, present=True)
    return lines


def model_of(shape: Shape, raw: dict[str, JsonValue], standard: Any) -> type[BaseModel] | None:
    """Class of a nested value: by its tag, or the default's class where there is no tag."""
    if shape.sort in ("nested", "optional"):
        return shape.models[""]
    tag = raw.get(shape.tag)
    if isinstance(tag, str):
        return shape.models.get(tag)
    return type(standard) if isinstance(standard, BaseModel) and not raw else None


def default_of(info: FieldInfo, default: BaseModel | None, name: str) -> Any:
    """Default of a field: from the instance that stands for the whole config, else the class's."""
    if default is not None:
        return getattr(default, name)
    return info.get_default(call_default_factory=True, validated_data={})


def _json(value: Any) -> JsonValue:
    """A default as JSON."""
    if value is PydanticUndefined:
        return None
    plain: JsonValue = to_jsonable_python(value)
    return plain


@cache
def _shapes(cls: type[BaseModel]) -> dict[str, Shape]:
    """The shape of each field of a class: the same for all the nodes that are selected together."""
    return {name: shape_of(info.annotation) for name, info in cls.model_fields.items()}


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    """What reads values of a type. Making one takes longer than anything else that a form does."""
    return TypeAdapter(annotation)


def _is_number(value: object) -> bool:
    """Whether something is a number; yes and no are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_plainly(value: JsonValue, standard: Any) -> bool | None:
    """Whether a value is the default, where that is seen without reading it; None where it is not.

    To read one for the first time takes longer than to show the whole form, and a recording has many arrivals.
    """
    if _is_number(value) and _is_number(standard):
        return bool(value == standard)
    return False if _differs_plainly(value, standard) else None


def _differs_plainly(value: JsonValue, standard: Any) -> bool:
    """Whether a value that is more than a number is another one than the default, as is seen without reading it."""
    if isinstance(value, list) and (standard is None or isinstance(standard, list | tuple)):
        return len(value) != len(standard or ())
    if isinstance(value, dict) and isinstance(standard, dict):
        return len(value) != len(standard)
    if isinstance(value, dict) and isinstance(standard, BaseModel):
        told = ((value.get(tag), getattr(standard, tag, None)) for tag in _TAGS)
        if any(sort is not None and sort != usual for sort, usual in told):
            return True
        parts = ((part, getattr(standard, name, None)) for name, part in value.items())
        return any(_is_other_number(*pair) for pair in parts)
    return _is_other_number(value, standard)


def _is_other_number(value: JsonValue, standard: Any) -> bool:
    """Whether something else than a certain number is written in its place."""
    if not _is_number(standard):
        return False
    return isinstance(value, list) or (_is_number(value) and value != standard)


def _same(info: FieldInfo, value: JsonValue, standard: Any) -> bool:
    """Whether a stored value means the same as the default."""
    if standard is PydanticUndefined:
        return False
    plainly = _same_plainly(value, standard)
    if plainly is not None:
        return plainly
    try:
        annotation: Any = info.annotation or object
        typed = _adapter(annotation).validate_python(value, strict=False)
    except ValidationError:
        return value == _json(standard)
    return bool(typed == standard)
