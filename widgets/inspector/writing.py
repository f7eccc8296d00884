"""From a new value in a form back to what the design stores, and what is wrong with it.

Values are written a whole top field at a time (``config.retry``, not ``config.retry.attempts``):
what the default implied becomes explicit only where a person changed something inside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from engine.model.edits import UNSET, Unset
from widgets.inspector.fields import default_of, model_of
from widgets.inspector.messages import explain
from widgets.inspector.shapes import Shape, law_of, shape_of

if TYPE_CHECKING:
    from pydantic import JsonValue
    from pydantic.fields import FieldInfo

    from widgets.inspector.fields import Path

Raw = dict[str, "JsonValue"]


class InvalidValueError(ValueError):
    """A value that the field does not take; the message is one line for the person."""


def written(
    cls: type[BaseModel], raw: Raw, path: Path, value: JsonValue | Unset
) -> JsonValue | Unset:
    """New value of the top field ``path[0]`` when ``path`` (inside the config) gets ``value``."""
    info = field_named(cls, path[0])
    if len(path) == 1:
        return _tagged(shape_of(info.annotation), raw.get(path[0]), value)
    standard = default_of(info, None, path[0])
    made = _put(shape_of(info.annotation), raw.get(path[0]), standard, path[1:], value)
    if isinstance(value, Unset) and _means(cls, path[0], made, standard):
        return UNSET
    return made


def check(cls: type[BaseModel], raw: Raw, path: Path, new: JsonValue | Unset) -> None:
    """Raise ``InvalidValueError`` if writing ``new`` to the top field breaks the config.

    Faults that were there before and lie elsewhere do not count: a person may mend a broken file
    field by field.
    """
    after = {name: value for name, value in raw.items() if name != path[0]}
    if not isinstance(new, Unset):
        after[path[0]] = new
    errors = sorted(_errors(cls, after), key=_by_relevance)
    # Only then: to look at a recording once more costs as much again.
    old = {(tuple(e["loc"]), e["type"]) for e in _errors(cls, raw)} if errors else set()
    for error in errors:
        here = bool(error["loc"]) and error["loc"][0] == path[0]
        if here or (tuple(error["loc"]), error["type"]) not in old:
            info = field_named(cls, path[0])
            raise InvalidValueError(
                explain(error, _unit_of(shape_of(info.annotation), info, error))
            )


def field_named(cls: type[BaseModel], key: str) -> FieldInfo:
    """Field by its name in files."""
    for name, info in cls.model_fields.items():
        if key in (info.alias, name):
            return info
    raise InvalidValueError(f"{key} is no field here")


def _put(
    shape: Shape, raw: JsonValue, standard: Any, path: Path, value: JsonValue | Unset
) -> JsonValue:
    """A copy of a nested value in which ``path`` holds ``value``."""
    base: Raw = dict(raw) if isinstance(raw, dict) else _explicit(shape, standard)
    model = model_of(shape, base, standard)
    head, rest = path[0], path[1:]
    if rest and shape.sort == "laws":
        base[head] = _put(law_of(shape), base.get(head), None, rest, value)
    elif rest and model is not None:
        info = field_named(model, head)
        whole = standard if type(standard) is model else None
        inner = default_of(info, whole, head)
        base[head] = _put(shape_of(info.annotation), base.get(head), inner, rest, value)
    elif isinstance(value, Unset):
        base.pop(head, None)
    else:
        base[head] = value
    return base


def _tagged(shape: Shape, raw: JsonValue, value: JsonValue | Unset) -> JsonValue | Unset:
    """A picked tag becomes a config of that class, keeping the fields that both classes have."""
    if shape.sort != "variant" or not isinstance(value, str):
        return value
    known = shape.models[value].model_fields
    kept = {k: v for k, v in raw.items() if k in known} if isinstance(raw, dict) else {}
    return {**kept, shape.tag: value}


def _explicit(shape: Shape, standard: Any) -> Raw:
    """What a default says explicitly, with its tag."""
    if not isinstance(standard, BaseModel):
        return {}
    dump: Raw = standard.model_dump(mode="json", exclude_unset=True)
    if shape.tag:
        dump[shape.tag] = getattr(standard, shape.tag)
    return dump


def _means(cls: type[BaseModel], key: str, value: JsonValue, standard: Any) -> bool:
    """Whether a raw value of field ``key`` is the default."""
    try:
        return bool(getattr(cls.model_validate({key: value}), key) == standard)
    except (ValidationError, AttributeError):
        return False


def _errors(cls: type[BaseModel], raw: Raw) -> list[Any]:
    """Everything wrong with a raw config."""
    try:
        cls.model_validate(raw)
    except ValidationError as error:
        return list(error.errors(include_url=False, include_input=False))
    return []


def _by_relevance(error: Any) -> tuple[int, bool]:
    """Inside a list of steps, the innermost first: the list itself is then too short, which says nothing.

    Bounds first: where a value may have several types, all but one complain of the type.
    """
    where = error["loc"]
    depth = len(where) if any(" step" in str(part) for part in where) else 0
    return -depth, str(error["type"]).endswith("_type")


def _unit_of(shape: Shape, info: FieldInfo, error: Any) -> str:
    """Unit of the number that an error is about."""
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    for model in shape.models.values():
        inner = model.model_fields.get(str(error["loc"][-1])) if error["loc"] else None
        if inner is not None and isinstance(inner.json_schema_extra, dict):
            return str(inner.json_schema_extra.get("unit", ""))
    return str(extra.get("unit", ""))
