"""Pages about settings, out of what each field says of itself."""

from __future__ import annotations

import re
import typing
from enum import Enum
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from engine.handbook.page import Page
from engine.model.fields import field_help
from engine.model.laws import Constant, Exponential
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

Model = type[BaseModel]

SHELF: Final = "Settings"
_TITLES: Final = {Exponential: "Distributions", Constant: "Distributions"}
"""Titles of groups of records that belong to no one field."""
_AS_WRITTEN: Final = re.compile(r"``([^`]+)``")


class Records:
    """Which page tells of which record, such as a retry or a law: one page each, however many fields have one."""

    def __init__(self) -> None:
        self._groups: dict[str, tuple[str, tuple[Model, ...]]] = {}
        self._key_of: dict[Model, str] = {}

    def lines_of(self, config: Model, depth: int) -> Iterator[str]:
        """Markdown about the fields of a record, each under a heading of that depth."""
        for name, info in config.model_fields.items():
            about = field_help(info)
            if not about.title:
                continue
            yield f"{'#' * depth} {about.title}"
            facts = [f"`{name}`", *_facts(info, about.unit)]
            yield f"{' · '.join(facts)}\n"
            yield f"{about.help}\n" if about.help else ""
            inside = tuple(_records_in(info.annotation))
            if inside:
                key = self._key(about.title, inside)
                yield f"Its own settings: [{self._groups[key][0]}](help:{key}).\n"

    def pages(self) -> Iterator[Page]:
        """A page for each record that was met, those met on the way included."""
        done: set[str] = set()
        while left := [key for key in self._groups if key not in done]:
            for key in left:
                done.add(key)
                yield self._page(key)

    def _page(self, key: str) -> Page:
        """One."""
        title, models = self._groups[key]
        lines = [f"# {title}", ""]
        for model in models:
            said = _said_of(model)
            if len(models) > 1:
                lines += [f"## {_name_of(model)}", ""]
            lines += [said, ""] if said else []
            lines += self.lines_of(model, 3 if len(models) > 1 else 2)
        return Page(key, title, SHELF, "\n".join(lines))

    def _key(self, title: str, models: tuple[Model, ...]) -> str:
        """The page of these records."""
        found = self._key_of.get(models[0])
        if found is None:
            title = _TITLES.get(models[0], title)
            found = f"settings/{_snake(models[0].__name__)}"
            known = {each for each, _models in self._groups.values()}
            self._groups[found] = (
                title if title not in known else f"{title}: {_name_of(models[0])}",
                models,
            )
            for model in models:
                self._key_of.setdefault(model, found)
        return found


def _facts(info: FieldInfo, unit: str) -> Iterator[str]:
    """Default, bounds and choices of a field, in words."""
    if info.default is not PydanticUndefined:
        shown = _shown(info.default, unit)
        if shown:
            yield f"default {shown}"
    elif info.is_required():
        yield "has to be given"
    low = next(
        (each for each in (_bound(info, "ge"), _bound(info, "gt")) if each is not None), None
    )
    high = next(
        (each for each in (_bound(info, "le"), _bound(info, "lt")) if each is not None), None
    )
    if low is not None:
        yield f"{'from' if high is not None else 'at least'} {format_quantity(low, unit)}" + (
            f" to {format_quantity(high, unit)}" if high is not None else ""
        )
    choices = list(_choices(info.annotation))
    if len(choices) > 1:
        yield "one of " + ", ".join(f"`{each}`" for each in choices)


def _bound(info: FieldInfo, name: str) -> float | None:
    """A bound of a number."""
    for each in info.metadata:
        value = getattr(each, name, None)
        if isinstance(value, int | float):
            return float(value)
    return None


def _shown(default: object, unit: str) -> str:  # noqa: PLR0911 - a line a type
    """A default for reading; empty where it is many things at once."""
    match default:
        case None:
            return "none"
        case bool():
            return "yes" if default else "no"
        case Enum():
            return f"`{default.value}`"
        case int() | float():
            return format_quantity(float(default), unit)
        case str():
            return f"`{default}`" if default else ""
        case BaseModel():
            law, mean = getattr(default, "law", None), getattr(default, "mean", None)
            if isinstance(law, str) and isinstance(mean, int | float):
                return f"`{law}` of mean {format_quantity(float(mean), 's')}"
            return ""
        case _:
            return ""


def _records_in(annotation: object) -> Iterator[Model]:
    """The records that a type holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in typing.get_args(annotation):
        yield from _records_in(each)


def _choices(annotation: object) -> Iterator[str]:
    """The words that a type allows."""
    if typing.get_origin(annotation) is typing.Literal:
        yield from (each for each in typing.get_args(annotation) if isinstance(each, str))
        return
    for each in typing.get_args(annotation):
        yield from _choices(each)


def _said_of(model: Model) -> str:
    """The first paragraph of what a record is."""
    words = " ".join((model.__doc__ or "").strip().split("\n\n")[0].split())
    return _AS_WRITTEN.sub(r"`\1`", words)


def _name_of(model: Model) -> str:
    """A record's name in words: ``LinearLoad`` is *Linear load*."""
    return _snake(model.__name__).replace("_", " ").capitalize()


def _snake(name: str) -> str:
    """``RetryBudget`` as ``retry_budget``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
