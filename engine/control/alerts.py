"""Burn-rate alerts: each looks at its windows on a period, and pages."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from engine.model.metrics import metrics_of, named
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from engine.model.design import Objective
    from engine.model.metrics import Sort
    from engine.sim.alarms import Alarm, Alarms
    from engine.sim.machine import Machine
    from engine.sim.snapshot import NoticeKind, Role


class Alerting:
    """One process for each rule over an objective."""

    def __init__(self, machine: Machine, alarms: Alarms, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._alarms = alarms
        self._notify = notify

    def follow(self, objectives: Iterable[Objective]) -> None:
        """Have the alerts of these objectives from now on."""
        for alarm in self._alarms.follow(tuple(objectives)):
            self._machine.clock.process(self._run(alarm))

    def _run(self, alarm: Alarm) -> Generator[Any, Any, None]:
        """Look on a period, until nobody wants that any more."""
        while True:
            yield self._machine.clock.timeout(alarm.every)
            if not self._alarms.has(alarm):
                return
            now = self._machine.now
            if alarm.look(now):
                kind: NoticeKind = "alert" if alarm.firing else "restored"
                target = alarm.objective.metric.partition(".")[0]
                roles: tuple[Role, ...] = ("seen", "page") if alarm.firing else ()
                text = alarm.text(self._called(alarm.objective.metric))
                notice = Notice(at=now, kind=kind, text=text, target=target, roles=roles)
                self._notify(notice)

    def _called(self, metric: str) -> str:
        """What people call a metric: ``p99 latency of Shoppers``."""
        item, _, name = metric.partition(".")
        part = self._machine.nodes.get(item)
        sort: Sort = "link" if part is None else "client" if part.is_client else "node"
        with suppress(KeyError):
            name = named(name, metrics_of(sort)).title
        return f"{name} of {self._machine.plan.name(item)}"
