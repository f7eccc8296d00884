"""The numeric knobs of a design: every number that its nodes and links are made of, and a step of each."""

from __future__ import annotations

from contextlib import suppress
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from engine.catalog import DesignError, lower, typed_config, typed_link
from engine.catalog.overrides import OverrideError, override
from engine.records import dataclass
from engine.study.errors import StudyError
from engine.study.points import LOAD
from engine.study.ranges import Parameter, parameter_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.model.design import Design
    from engine.study.points import Variant

_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Knob:
    """A number, and the values on either side of it that the design takes."""

    parameter: Parameter
    value: float
    down: Variant | None
    """None where a smaller value is out of bounds."""
    up: Variant | None
    lower: float
    higher: float
    """The values; the present one on a side that is out of bounds."""


def knobs_of(variant: Variant, step: float, patterns: Sequence[str] = ()) -> list[Knob]:
    """Every knob that has a value to move from, with a relative step; what counts moves by at least 1.

    A zero has no relative step: what is switched off stays off.

    Args:
        variant: the design.
        step: such as .1 for ±10 %.
        patterns: names such as ``web.*``; none takes all.

    Raises:
        StudyError: a pattern that no knob has.
    """
    design = variant.made()
    parameters = [parameter_of(design, name) for name in (LOAD, *knob_names(design))]
    for pattern in patterns:
        if not any(fnmatchcase(each.name, pattern) for each in parameters):
            names = ", ".join(each.name for each in parameters[:6])
            msg = f"{pattern}: no numeric knob has such a name; there are {names}, …"
            raise StudyError(msg)
    made = [
        _knob(design, variant, each, step)
        for each in parameters
        if not patterns or any(fnmatchcase(each.name, pattern) for pattern in patterns)
    ]
    return [knob for knob in made if knob is not None]


def knob_names(design: Design) -> Iterator[str]:
    """``ID.path`` of every number in the design; items that cannot run as they are written have none."""
    for node in design.nodes:
        with suppress(DesignError):
            yield from [f"{node.id}.{path}" for path in _paths(typed_config(node))]
    for link in design.links:
        with suppress(DesignError):
            yield from [f"{link.id}.{path}" for path in _paths(typed_link(link))]


def _paths(value: Any) -> Iterator[str]:
    """Dotted paths of the numbers in a config. Lists have no numbers of their own: they are one thing."""
    fields: dict[str, Any] = {}
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
    elif isinstance(value, dict):
        fields = value
    for name, inner in fields.items():
        if isinstance(inner, int | float) and not isinstance(inner, bool):
            yield name
        elif isinstance(inner, BaseModel | dict):
            yield from (f"{name}.{path}" for path in _paths(inner))


def _knob(design: Design, variant: Variant, parameter: Parameter, step: float) -> Knob | None:
    """The knob with its two sides; None where neither way leads anywhere."""
    value = variant.load if parameter.name == LOAD else parameter.current
    if value is None or value == 0.0:
        return None
    size = abs(value) * step
    if parameter.whole:
        size = float(max(1, round(size)))
    below, above = (float(f"{each:.{_DIGITS}g}") for each in (value - size, value + size))
    down, up = (_side(design, variant, parameter, each) for each in (below, above))
    if down is None and up is None:
        return None
    return Knob(
        parameter,
        value,
        down,
        up,
        value if down is None else below,
        value if up is None else above,
    )


def _side(design: Design, variant: Variant, parameter: Parameter, value: float) -> Variant | None:
    """The variant with the knob turned, where the design takes it."""
    if parameter.name != LOAD:
        try:
            lower(override(design, parameter.setting(value)))
        except (OverrideError, DesignError):
            return None
    return variant.set(parameter.setting(value))
