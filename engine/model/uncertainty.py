"""How sure the numbers of a result are, in words: for tables and cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.model.metrics import CI
from engine.model.units import format_figure, format_margin, format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNCERTAIN: Final = ("mean", "p50", "p90", "p95", "p99", "p999")
"""Figures that are only known up to some margin, even where nobody knows which."""


Bounds = list[float | None]
"""An interval; its upper end is None where it lies beyond all that was measured."""


def with_bounds(value: float, bounds: Bounds | None, unit: str) -> str:
    """A number and its interval: ``48.5 ±0.3 ms``, ``2.4 s (≥ 1.9 s)`` or ``2.4 ±? s``."""
    low, high = bounds or (None, None)
    if low is None:
        return format_margin(value, None, unit)
    if high is None:
        return f"{format_quantity(value, unit)} (≥ {format_quantity(low, unit)})"
    return format_margin(value, (high - low) / 2.0, unit)


def with_margin(part: Mapping[str, Any], name: str, unit: str) -> str:
    """A number of a part of a result and how sure it is: ``48.5 ±0.3 ms``.

    ``2.4 s (≥ 1.9 s)`` where nobody knows how large it may be, ``48.5 ±? ms`` where nothing can be
    said; a dash where nothing was measured.
    """
    value = part.get(name)
    if value is None:
        return "–"
    if CI not in part:
        return format_quantity(value, unit)
    return with_bounds(value, part[CI].get(name), unit)


def measured(objective: Mapping[str, Any], unit: str) -> str:
    """The value of an objective in its unit: ``231 ±30 ms``, or ``231 ±? ms``; counts have no margin."""
    value, bounds = objective["value"], objective.get(CI)
    if value is None:
        return "nothing"
    doubtful = CI in objective and objective["metric"].rsplit(".", 1)[-1] in _UNCERTAIN
    if bounds is None and not doubtful:
        return format_quantity(value, unit)
    return with_bounds(value, bounds, unit)


def about(objective: Mapping[str, Any], title: str = "") -> str:
    """What an objective is about: its metric, and the part of the run where it has one of its own.

    Args:
        objective: as a result has it.
        title: what people call the metric; empty for its path.
    """
    ends = [
        f"{name} {format_quantity(objective[name], 's')}"
        for name in ("from", "to")
        if name in objective
    ]
    return " ".join([title or objective["metric"], *ends])


def verdict(objective: Mapping[str, Any]) -> str:
    """Whether an objective is met: ``met``, ``missed``, or either with a doubt; and what it has left of its budget."""
    return _verdict(objective) + _budgeted(objective) + _paged(objective)


def _budgeted(objective: Mapping[str, Any]) -> str:
    """How much of its error budget is left, or how often it was used up; nothing where it has none."""
    left = objective.get("budget_left")
    if left is None:
        return ""
    if left < 0.0:
        return f", {format_figure(1.0 - left)} × its error budget used"
    return f", {format_quantity(left, '%')} of its error budget left"


def _paged(objective: Mapping[str, Any]) -> str:
    """When its alerts first paged, and how often in all; nothing where it has none."""
    if "alerts" not in objective:
        return ""
    times = [page["at"] for alert in objective["alerts"] for page in alert["pages"]]
    if not times:
        return ", no page"
    count = "1 page" if len(times) == 1 else f"{len(times)} pages"
    return f", {count} from {format_quantity(min(times), 's')} on"


def _verdict(objective: Mapping[str, Any]) -> str:
    """Whether it is met, and whether that is sure."""
    met = "met" if objective["met"] else "missed"
    if objective["value"] is None and objective.get("reason"):
        return f"{met}: {objective['reason']}"
    return f"{met}, but not sure" if objective.get("sure") is False else met


def settling(result: Mapping[str, Any]) -> str:
    """A line where the warm-up was too short, with the remedy; else nothing."""
    advice = result.get("warmup_advice", {})
    if advice.get("settled") is not False:
        return ""
    if not advice["enough"]:
        return "It has not settled: run it longer, or see whether more comes than can be served."
    begin, wanted = (format_quantity(each, "s") for each in (result["warmup"], advice["truncate"]))
    return f"Measured too early, from {begin} on: it settles later; set the warm-up to {wanted}."
