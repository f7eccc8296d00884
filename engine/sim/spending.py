"""What the error budgets of objectives are used for: bad requests and all, counted for who watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.model.alerts import SHOWN, budget_of
from engine.sim.alarms import Counting
from engine.sim.snapshot import Spending
from engine.stats.budgets import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.model.design import Objective
    from engine.plan.primitives import Plan
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart


class Budgets:
    """The objectives of one machine that have an error budget."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._countings: dict[str, Counting] = {}
        self._is_watched = False
        self.objectives: tuple[Objective, ...] = ()
        """Those that have one."""

    def follow(self, objectives: Iterable[Objective]) -> None:
        """Count for other objectives from now on."""
        self.objectives = tuple(
            each
            for each in objectives
            if budget_of(each.metric, each.above, each.below) is not None
        )
        if self._is_watched:
            self._count()

    def watch(self) -> None:
        """Begin to count: somebody looks."""
        if not self._is_watched:
            self._is_watched = True
            self._count()

    def counts(self) -> dict[str, tuple[float, float]]:
        """Bad requests and all, by metric."""
        now = self._machine.now
        return {metric: each.counts(now) for metric, each in self._countings.items()}

    def _count(self) -> None:
        """Count what is wanted now, and nothing else."""
        before, self._countings = self._countings, {}
        for metric in dict.fromkeys(each.metric for each in self.objectives):
            known, part = before.pop(metric, None), self._part(metric)
            if known is not None and known.part is not part:
                known.close()
                known = None
            if known is None and part is not None:
                known = Counting(part, metric)
            if known is not None:
                self._countings[metric] = known
        for gone in before.values():
            gone.close()

    def _part(self, metric: str) -> NodePart | LinkPart | None:
        """The client, node or link that a metric is about."""
        name = metric.partition(".")[0]
        return self._machine.nodes.get(name) or self._machine.links.get(name)


class Meter:
    """Tells what came between two looks at the budgets."""

    def __init__(self, budgets: Budgets) -> None:
        budgets.watch()
        self._budgets = budgets
        self._before = budgets.counts()

    def take(self) -> dict[str, Spending]:
        """What came since the look before; what is counted only since then, from its beginning."""
        before, self._before = self._before, self._budgets.counts()
        return {
            metric: _since(*counts, before.get(metric)) for metric, counts in self._before.items()
        }


def _since(bad: float, whole: float, before: tuple[float, float] | None) -> Spending:
    """What came since a look; all of it where counting began anew."""
    old_bad, old_whole = before if before is not None and before[1] <= whole else (0.0, 0.0)
    return Spending(bad - old_bad, whole - old_whole)


def budget_series(
    objectives: Iterable[Objective],
    plan: Plan,
    ends: Sequence[float],
    steps: Sequence[Mapping[str, Spending]],
) -> list[dict[str, Any]]:
    """The error budgets of objectives, step by step, as ``--series`` writes them.

    Args:
        objectives: those that have one.
        plan: when the measurement begins and ends.
        ends: where the steps end, the first of which begins at 0 (s).
        steps: what came in each.
    """
    instants = np.array(ends, dtype=np.float64)
    return [_budget(each, plan, instants, steps) for each in objectives]


def _budget(
    objective: Objective, plan: Plan, ends: Any, steps: Sequence[Mapping[str, Spending]]
) -> dict[str, Any]:
    """One of them."""
    budget = budget_of(objective.metric, objective.above, objective.below)
    assert budget is not None
    none = Spending(0.0, 0.0)
    came = [step.get(objective.metric, none) for step in steps]
    bad, whole = [each.bad for each in came], [each.whole for each in came]
    counts = Counts.of_steps(0.0, ends, bad, whole)
    begin, end = period(objective, plan.warmup, plan.duration)
    bounds = {"above": objective.above, "below": objective.below}
    left = counts.left(ends, begin, end, budget).tolist()
    return {
        "metric": objective.metric,
        **{name: value for name, value in bounds.items() if value is not None},
        "budget": budget,
        "from": begin,
        "to": end,
        "bad": bad,
        "whole": whole,
        "budget_left": [None if each != each else each for each in left],  # noqa: PLR0124 - NaN
        "burn": [
            {
                "burn": rule,
                "long": long,
                "short": short,
                "in_long": counts.burn(ends, long, budget).tolist(),
                "in_short": counts.burn(ends, short, budget).tolist(),
            }
            for rule, long, short in (objective.alerts or SHOWN).scaled
        ],
    }


def period(objective: Objective, warmup: float, duration: float) -> tuple[float, float]:
    """From when to when a budget counts (s)."""
    begin = warmup if objective.from_ is None else objective.from_
    return begin, duration if objective.to is None else objective.to
