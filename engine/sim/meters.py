"""What is measured of a run beside its result, because somebody asked for it. Nothing else costs anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.metric_names import above
from engine.sim.alarms import Alarms
from engine.sim.spending import Budgets
from engine.sim.windows import Windows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.model.design import Objective
    from engine.sim.instants import Instants
    from engine.sim.machine import Machine
    from engine.sim.measured import Limits
    from engine.sim.series import Series
    from engine.sim.spans import Spans


class Meters:
    """Metrics, windows, budgets and alerts of objectives, spans, instants and a series, of one machine."""

    def __init__(self, machine: Machine) -> None:
        self.windows = Windows(machine)
        self.watched: tuple[Objective, ...] = ()
        """Bounds on parts of the run that somebody looks at meanwhile; they are not judged at the end."""
        self.alarms = Alarms(machine)
        self.budgets = Budgets(machine)
        self.series: Series | None = None
        self.spans: Spans | None = None
        self.instants: Instants | None = None
        self.metrics: tuple[str, ...] = ()
        """Metrics that are wanted as such."""

    @property
    def due(self) -> float:
        """When the next look is due (s)."""
        due = self.windows.due
        for each in (self.series, self.spans, self.instants):
            due = due if each is None else min(due, each.due)
        return due

    def note(self) -> None:
        """Look, where it is time."""
        self.windows.note()
        for each in (self.series, self.spans, self.instants):
            if each is not None:
                each.note()


def limits_in(metrics: Iterable[str]) -> dict[str, Limits]:
    """By item, the limits above which the shares of its durations are asked for."""
    found: dict[str, dict[str, dict[float, None]]] = {}
    for metric in metrics:
        item, _, name = metric.partition(".")
        asked = above(name)
        if asked is not None:
            durations, limit = asked
            found.setdefault(item, {}).setdefault(durations, {})[limit] = None
    return {
        item: {name: tuple(each) for name, each in names.items()} for item, names in found.items()
    }
