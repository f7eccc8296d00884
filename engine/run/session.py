"""A session: one design under simulation. The command line, the tests and the worker all use this."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.catalog import DesignError, lower
from engine.control.simulation import Simulation
from engine.sim.lane.agenda import StandstillError
from engine.sim.report import Result, result_of
from engine.sim.snapshot import Snapshot

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.model.edits import Edit

__all__ = ["DesignError", "Session", "StandstillError"]

_PATIENCE = 3600.0
"""Simulated seconds within which some request has to be answered when stepping by requests."""


class Session:
    """Runs a design; it can be changed and looked at while it runs.

    Raises:
        DesignError: the design cannot run as it stands; the findings say why.
    """

    def __init__(self, design: Design) -> None:
        self.design = design
        self._simulation = Simulation(lower(design))
        self._wall = 0.0
        self._result: Result | None = None

    @property
    def now(self) -> float:
        """Simulated time (s)."""
        return self._simulation.now

    @property
    def requests(self) -> int:
        """Requests begun since the start."""
        return self._simulation.machine.requests

    def advance(self, until: float) -> None:
        """Simulate up to a time (s). Passing the scenario's duration settles the result.

        Raises:
            StandstillError: requests go round without time passing.
        """
        end = self.design.scenario.duration
        if self._result is None and self.now < end <= until:
            self._run(end)
            self._result = self._measure()
        self._run(until)

    def advance_request(self) -> None:
        """Simulate until one more client request is answered, at most an hour of simulated time."""
        agenda = self._simulation.machine.agenda
        agenda.stop_at_answer = True
        try:
            self._run(self.now + _PATIENCE)
        finally:
            agenda.stop_at_answer = False

    def apply(self, edit: Edit) -> None:
        """Change the design while it runs.

        Raises:
            EditError: the edit does not fit; nothing changed.
            DesignError: the changed design could not run; nothing changed.
        """
        applied = edit.apply(self.design)
        if applied.changes.affects_run:
            self._simulation.follow(lower(applied.design))
        self.design = applied.design

    def set_load(self, factor: float) -> None:
        """Multiply every client's traffic: the load dial."""
        self._simulation.machine.set_load(factor)

    def snapshot(self) -> Snapshot:
        """Everything a view shows, since the snapshot before."""
        simulation = self._simulation
        observer = simulation.look()
        samples, simulation.samples = tuple(simulation.samples), []
        notices, simulation.notices = tuple(simulation.notices), []
        return Snapshot(
            time=self.now,
            wall=self._wall,
            requests=self.requests,
            samples=samples,
            gauges=observer.gauges(),
            in_flight=observer.in_flight(),
            crossings=observer.crossings(),
            notices=notices,
        )

    def result(self) -> Result:
        """The result object: of the whole scenario once that is over, else of what was measured."""
        return self._result or self._measure()

    def _run(self, until: float) -> None:
        """Simulate and count the wall time."""
        begun = time.perf_counter()
        self._simulation.advance(until)
        self._wall += time.perf_counter() - begun

    def _measure(self) -> Result:
        """The result as it stands."""
        return result_of(self._simulation.machine, self.design.objectives, self._wall)
