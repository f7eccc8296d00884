"""``ID.path=VALUE``: a change of one field of a node or link, before a run. Studies and ``--set`` use it."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel, ValidationError

from engine.catalog.typed import DesignError, typed_config, typed_frame, typed_link
from engine.catalog.unknown import names_in, new_unknown
from engine.model.design import Design, Frame, Link, Node
from engine.model.edits import EditError, SetField
from engine.model.fields import Config, field_help
from engine.model.names import did_you_mean, one_of
from engine.model.units import parse_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import JsonValue
    from pydantic.fields import FieldInfo


_HOW: Final = "write ID.path=VALUE, such as web.workers=8"


Configured = Node | Link | Frame
"""What has a config."""


class OverrideError(ValueError):
    """A change that does not fit the design. The message is one line: what, where, remedy."""


@dataclass(frozen=True, slots=True)
class Target:
    """A field of a node or link that can be changed."""

    item: Configured
    path: tuple[str, ...]
    """Inside the config."""
    unit: str
    """SI unit of its value: ``s``, ``rps``, … or empty."""
    current: Any
    """Its value now, typed; a law for a duration."""
    inside: tuple[Any, ...]
    """What the field is in, from the config down, typed; what is off as it is when switched on."""


def override(design: Design, text: str) -> Design:
    """The design with one field changed by a text such as ``web.workers=8``. Raises ``OverrideError``."""
    name, equals, value = text.partition("=")
    try:
        if not equals:
            raise ValueError(_HOW)  # noqa: TRY301 - one place says what the text was
        return _changed(design, _target(design, name), value.strip())
    except (DesignError, EditError, ValueError) as error:
        msg = f"{text}: {error}"
        raise OverrideError(msg) from error


def target_of(design: Design, name: str) -> Target:
    """The field that ``ID.path`` names. Raises ``OverrideError``."""
    try:
        return _target(design, name)
    except (DesignError, ValueError) as error:
        msg = f"{name}: {error}"
        raise OverrideError(msg) from error


def _target(design: Design, name: str) -> Target:
    """The field; what is not there raises ``ValueError``."""
    item_id, *path = name.strip().split(".")
    if not path or not all(path):
        raise ValueError(_HOW)
    item = design.item(item_id)
    if not isinstance(item, Node | Link | Frame):
        known = [*design.node_by_id, *design.link_by_id, *design.frame_by_id]
        hint = did_you_mean(item_id, known)
        msg = f"{item_id!r} is no node, link or frame of the design" + _hint(hint, known)
        raise ValueError(msg)  # noqa: TRY004 - the user's value, not the type, is wrong
    path = path[1:] if path[0] == "config" and len(path) > 1 else path
    unit, current, inside = _field(_typed(item), path)
    return Target(item, tuple(path), unit, current, inside)


def _changed(design: Design, target: Target, text: str) -> Design:
    """The design with the field set; what does not fit raises ``ValueError``."""
    item, path = target.item, target.path
    new = _value(text, target.unit, target.current)
    top = item.config.get(path[0], _typed(item).model_dump(mode="json", by_alias=True)[path[0]])
    edit = SetField(item.id, ("config", path[0]), _put(top, path[1:], new, target.inside[1:]))
    design = edit.apply(design).design
    made = design.item(item.id)
    if isinstance(made, Node | Link | Frame):
        wrong = new_unknown(item.config, _typed(item), made.config, _typed(made))
        if wrong:
            raise ValueError(wrong)
    return design


def _typed(item: Configured) -> Config:
    """The item's config. Raises ``DesignError`` where it is wrong."""
    if isinstance(item, Frame):
        return typed_frame(item)
    return typed_config(item) if isinstance(item, Node) else typed_link(item)


def _field(config: Config, path: Sequence[str]) -> tuple[str, Any, tuple[Any, ...]]:
    """Unit and value of a field, and what it is in."""
    value: Any = config
    inside: list[Any] = []
    unit = ""
    off: Config | None = None
    for part in path:
        value = off if value is None else value
        inside.append(value)
        if isinstance(value, BaseModel):
            names = names_in(value)
            if part not in names:
                msg = f"there is no field {part!r}" + _hint(did_you_mean(part, names), names)
                raise ValueError(msg)
            info = type(value).model_fields[names[part]]
            unit = field_help(info).unit
            value, off = getattr(value, names[part]), _when_on(info)
        elif isinstance(value, dict):
            value = value.get(part, 0.0)
        else:
            msg = f"{part!r} names nothing: {path[0]} has no fields inside"
            raise ValueError(msg)  # noqa: TRY004 - the user's path, not a type, is wrong
    return unit, value, tuple(inside)


def _when_on(info: FieldInfo) -> Config | None:
    """What a nested config that may be left out is when it is there, with all its defaults."""
    for kind in get_args(info.annotation):
        if isinstance(kind, type) and issubclass(kind, Config):
            with suppress(ValidationError):
                return kind()
    return None


def _hint(hint: str | None, known: Iterable[str]) -> str:
    """What to write instead of something unknown."""
    return f"; did you mean {hint!r}?" if hint else f"; write {one_of(known)}"


def _value(text: str, unit: str, current: Any) -> JsonValue:
    """The value that was typed: JSON, a quantity with a unit, or a plain word."""
    value: Any
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (json.JSONDecodeError, RecursionError):
        try:
            value = parse_quantity(text, unit)
        except ValueError:
            if isinstance(current, float):
                raise
            value = text
    if isinstance(value, float) and not math.isfinite(value):
        _no_constant(text)
    if isinstance(value, float) and isinstance(current, int) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float) and _is_law(current) and not isinstance(value, bool):
        law = current.model_dump(mode="json")
        return {"law": "constant", "mean": value} if "mean" not in law else law | {"mean": value}
    return value  # type: ignore[no-any-return]  # JSON by construction


def _is_law(current: Any) -> bool:
    """Whether a field holds a law, for which a number means its mean."""
    return isinstance(current, BaseModel) and "law" in type(current).model_fields


def _no_constant(name: str) -> float:
    """Refuse NaN and the infinities."""
    msg = f"{name} is no value; write a finite number"
    raise ValueError(msg)


def _put(value: Any, path: Sequence[str], new: JsonValue, inside: Sequence[Any]) -> Any:
    """A copy of nested dicts in which ``path`` holds ``new``."""
    if not path:
        return new
    if isinstance(value, dict):
        inner = dict(value)
    else:
        # A law that is left out has to be written whole: which one it is does not go without saying.
        inner = inside[0].model_dump(mode="json") if _is_law(inside[0]) else {}
    inner[path[0]] = _put(inner.get(path[0]), path[1:], new, inside[1:])
    return inner
