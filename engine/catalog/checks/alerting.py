"""Alerts that cannot fire: rules that more than all requests would have to break, and windows that a run never fills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.alerts import budget_of
from engine.model.edits import SetDesign
from engine.model.findings import Finding
from engine.model.units import format_figure, format_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design

_MOST: float = 1.0
"""The share of bad requests in a window cannot be more."""


@dataclass(frozen=True, slots=True)
class _Silent:
    """A rule that never pages."""

    burn: float
    long: float
    """Its long window in this run (s)."""
    needed: float
    """The share of bad requests in it that it pages above."""


def alert_warnings(design: Design) -> Iterator[Finding]:
    """Rules of alerts that no outage of the run makes page, however bad it is."""
    length = design.scenario.duration
    for index, objective in enumerate(design.objectives):
        budget = budget_of(objective.metric, objective.above, objective.below)
        if objective.alerts is None or budget is None:
            continue
        alerts = objective.alerts
        rules = [
            _Silent(burn, long / alerts.scale, burn * budget) for burn, long, _ in alerts.rules
        ]
        never = [each for each in rules if each.needed >= _MOST]
        late = [each for each in rules if min(_MOST, length / each.long) <= each.needed < _MOST]
        if never:
            yield _told(index, _never(objective.metric, never[0], budget), None)
        if late:
            worst = max(late, key=lambda each: each.needed * each.long)
            # Half of the run is to be enough, all of which fails.
            scale = alerts.scale * _nice(2.0 * worst.needed * worst.long / length)
            fix = _scaled(design, index, scale)
            yield _told(index, _late(objective.metric, worst, length, scale), fix)


def _never(metric: str, rule: _Silent, budget: float) -> str:
    """Why a rule never pages, in any run."""
    return (
        f"The alert on {metric!r} at {format_figure(rule.burn)} × cannot fire: it waits for more than "
        f"{format_quantity(rule.needed, '%')} bad requests, {format_figure(rule.burn)} times the budget of "
        f"{format_quantity(budget, '%')}; burn less than {format_figure(1.0 / budget)} ×, or ask for more"
    )


def _late(metric: str, rule: _Silent, length: float, scale: float) -> str:
    """Why a rule never pages in a run that is so long."""
    return (
        f"The alert on {metric!r} at {format_figure(rule.burn)} × cannot fire in this run: its window of "
        f"{format_quantity(rule.long, 's')} needs {format_quantity(rule.needed * rule.long, 's')} of nothing but "
        f"failures, and the run lasts {format_quantity(length, 's')}; run longer, or divide its windows by "
        f"{format_figure(scale)}"
    )


def _nice(factor: float) -> float:
    """A round number that is not less."""
    for each in (1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 100.0, 200.0, 500.0, 1000.0):
        if each >= factor:
            return each
    return float(f"{factor * 1.5:.1g}")


def _scaled(design: Design, index: int, scale: float) -> SetDesign:
    """The edit that makes the windows of an objective's alerts shorter."""
    raws: list[Any] = [
        each.model_dump(mode="json", by_alias=True, exclude_unset=True)
        for each in design.objectives
    ]
    raws[index]["alerts"]["scale"] = scale
    return SetDesign(("objectives",), raws, f"Divide windows by {format_figure(scale)}")


def _told(index: int, message: str, fix: SetDesign | None) -> Finding:
    """A warning about the alerts of an objective."""
    return Finding(
        level="warning",
        code="alert-silent",
        field=f"objectives.{index}.alerts",
        message=message,
        fix=fix,
    )
