"""Ranges as people write them: ``web.instances=1:8``, ``users.arrivals.rate=100:500:50``, ``load=1,2,4``.

``NAME=START:STOP:STEP`` counts up or down, both ends included; ``START:STOP`` counts whole numbers;
``START:STOP:x2`` multiplies; ``START:STOP:log7`` is seven values at equal ratios; ``A,B,C`` is a list of
anything that ``--set`` takes. Numbers may carry units: ``5ms:50ms:5ms``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.catalog.overrides import OverrideError, target_of
from engine.model.units import parse_quantity
from engine.records import dataclass
from engine.study.errors import StudyError
from engine.study.points import LOAD

if TYPE_CHECKING:
    from engine.model.design import Design

MOST_VALUES: Final = 1_000
"""Values of a range; more are refused."""
_SLACK: Final = 1e-9
"""Part of a step by which rounding may carry a range beyond its end."""
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that can be turned: the load dial, or a field of a node or a link."""

    name: str
    """``load``, or ``ID.path``."""
    unit: str
    """SI unit of its numbers."""
    whole: bool
    """Whether it counts: instances, workers, attempts."""
    current: float | None
    """Its value as drawn, where that is a number; of a law, the mean."""

    def setting(self, value: float) -> str:
        """The setting that gives it a value."""
        return f"{self.name}={number_text(value)}"


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter and the values that a sweep gives it."""

    parameter: Parameter
    values: tuple[str, ...]
    """As in ``--set``, without the name."""

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings, one a value."""
        return tuple(f"{self.parameter.name}={value}" for value in self.values)


def parameter_of(design: Design, name: str) -> Parameter:
    """The parameter of that name. Raises ``StudyError``."""
    name = name.strip()
    if name == LOAD:
        return Parameter(LOAD, "", whole=False, current=1.0)
    try:
        target = target_of(design, name)
    except OverrideError as error:
        hint = f", or {LOAD} for the load dial" if "." not in name else ""
        raise StudyError(f"{error}{hint}") from error
    value = getattr(target.current, "mean", target.current)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return Parameter(name, target.unit, whole, float(value) if number else None)


def axis_of(design: Design, text: str) -> Axis:
    """The axis that a text such as ``web.instances=1:8`` stands for. Raises ``StudyError``."""
    name, equals, listed = text.partition("=")
    if not equals or not listed.strip():
        msg = f"{text}: write NAME=VALUES, such as web.instances=1:8 or {LOAD}=0.5,1,2"
        raise StudyError(msg)
    parameter = parameter_of(design, name)
    parts = _split(listed, ":")
    try:
        if len(parts) > 1:
            values = [number_text(value) for value in _range(parts, parameter)]
        else:
            values = [each.strip() for each in _split(listed, ",")]
            if not all(values):
                msg = "a value is missing between commas; write it, or one comma less"
                raise ValueError(msg)  # noqa: TRY301 - one place says which text it was
            if parameter.name == LOAD:
                values = [number_text(parse_quantity(each, "")) for each in values]
    except ValueError as error:
        msg = f"{text}: {error}"
        raise StudyError(msg) from error
    return Axis(parameter, tuple(dict.fromkeys(values)))


def bounds_of(design: Design, text: str) -> tuple[Parameter, float, float]:
    """A parameter and the two ends that ``NAME=LOW:HIGH`` gives it. Raises ``StudyError``."""
    name, _, listed = text.partition("=")
    parts = _split(listed, ":")
    parameter = parameter_of(design, name)
    try:
        if len(parts) != 2:
            msg = "write NAME=LOW:HIGH, such as users.arrivals.rate=100:500"
            raise ValueError(msg)  # noqa: TRY301 - one place says which text it was
        low, high = (parse_quantity(part, parameter.unit) for part in parts)
        if not low < high:
            msg = f"the range is empty; {number_text(low)} should be below {number_text(high)}"
            raise ValueError(msg)  # noqa: TRY301 - as above
    except ValueError as error:
        msg = f"{text}: {error}"
        raise StudyError(msg) from error
    return parameter, low, high


def _range(parts: list[str], parameter: Parameter) -> list[float]:
    """The numbers of a range; ``ValueError`` where there are none, or no end of them."""
    if len(parts) > 3:
        msg = "has too many parts; write START:STOP:STEP"
        raise ValueError(msg)
    start, stop = (parse_quantity(part, parameter.unit) for part in parts[:2])
    step = parts[2].strip() if len(parts) == 3 else ""
    if step.startswith("log"):
        values = _logarithmic(start, stop, step.removeprefix("log"))
    elif step.startswith("x"):
        values = _multiplied(start, stop, parse_quantity(step[1:], ""))
    else:
        values = _stepped(start, stop, _step(start, stop, step, parameter.unit))
    if parameter.whole and step[:1] in {"l", "x"}:
        values = [float(round(value)) for value in values]
    return values


def _step(start: float, stop: float, text: str, unit: str) -> float:
    """The step that was typed, or 1 between whole numbers."""
    if text:
        return parse_quantity(text, unit)
    if not (start.is_integer() and stop.is_integer()):
        msg = "needs a step between numbers that are not whole; write START:STOP:STEP"
        raise ValueError(msg)
    return 1.0


def _stepped(start: float, stop: float, step: float) -> list[float]:
    """From start to stop, both included."""
    if step == 0.0:
        msg = "a step of 0 leads nowhere; write another one"
        raise ValueError(msg)
    if (stop - start) * step < 0.0:
        msg = (
            f"a step of {number_text(step)} never comes from {number_text(start)} to "
            f"{number_text(stop)}; change its sign or swap the ends"
        )
        raise ValueError(msg)
    count = _few((stop - start) / step + _SLACK)
    return [_rounded(start + index * step) for index in range(count + 1)]


def _multiplied(start: float, stop: float, factor: float) -> list[float]:
    """From start to stop by a factor."""
    _positive(start, stop)
    if factor <= 0.0 or factor == 1.0 or (stop - start) * (factor - 1.0) < 0.0:
        msg = (
            f"a factor of {number_text(factor)} never comes from {number_text(start)} to "
            f"{number_text(stop)}; write one such as x2"
        )
        raise ValueError(msg)
    count = _few(math.log(stop / start) / math.log(factor) + _SLACK)
    return [_rounded(start * factor**index) for index in range(count + 1)]


def _logarithmic(start: float, stop: float, count: str) -> list[float]:
    """So many values at equal ratios."""
    _positive(start, stop)
    if not count.isascii() or not count.isdigit() or int(count) < 2:
        msg = f"log{count} says not how many values; write log7 for seven"
        raise ValueError(msg)
    steps = _few(int(count) - 1)
    ratio = stop / start
    return [_rounded(start * ratio ** (index / steps)) for index in range(steps + 1)]


def _positive(start: float, stop: float) -> None:
    """Refuse ends that have no ratio."""
    if start <= 0.0 or stop <= 0.0:
        msg = "a range by ratios needs ends above 0; write START:STOP:STEP"
        raise ValueError(msg)


def _few(steps: float) -> int:
    """The steps of a range, if they are not too many."""
    if steps >= MOST_VALUES:
        msg = f"has more than {MOST_VALUES} values; take larger steps"
        raise ValueError(msg)
    return math.floor(steps)


def _rounded(value: float) -> float:
    """The value without the noise of repeated steps: .3 rather than .30000000000000004."""
    return float(f"{value:.{_DIGITS}g}")


def number_text(value: float) -> str:
    """A number as ``--set`` takes it, whole ones without a point."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _split(text: str, mark: str) -> list[str]:
    """The parts between marks that stand in no bracket and no quotes."""
    parts, depth, quoted = [""], 0, False
    for each in text:
        quoted ^= each == '"'
        depth += (each in "[{") - (each in "]}") if not quoted else 0
        if each == mark and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += each
    return parts
