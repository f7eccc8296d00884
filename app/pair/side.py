"""One half of a comparison: a design, an engine that runs it, and the views of that run."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.document import DesignDocument
from app.run_controller import RunController
from app.run_messages import FIRST
from widgets.canvas import CanvasView
from widgets.charts import ChartsPanel
from widgets.instruments import Recall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from app.run_controller import Transport
    from engine.model.component import Component
    from engine.model.design import Design
    from engine.sim.snapshot import Snapshot
    from widgets.charts import Pace
    from widgets.instruments import TimeAxis
    from widgets.theme import ThemeManager


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be seen on a side."""

    design: Design
    title: str
    """What it is called: the title of the design, or of the run with its date."""
    about: str = ""
    """Where it comes from, in a few words."""
    is_open: bool = False
    """Whether it is the open design, whose edits are followed and may be made here."""
    journal: str = ""
    """The file of a kept run that is repeated; empty for a design that begins at 0."""
    load: float = 1.0
    """Where the load dial stands at the end of that run."""
    end: float = 0.0
    """How far that run came (s)."""


@dataclass(frozen=True, slots=True)
class Context:
    """What both sides are made with."""

    components: Mapping[str, Component]
    look: ThemeManager
    start_process: Callable[[], Transport]
    memory: float
    """What a run may take (bytes)."""
    studies: Path | None = None
    """Folder of the runs that studies have made; None where nothing is measured."""


class Side(QObject):
    """Runs a design in a process of its own and shows the run. It goes on only when it is told how far."""

    progressed = Signal()
    """The run came further, or stands at another state."""
    stopped = Signal(str)
    """The run cannot go on: why, in a line. Empty once it can again."""
    measured = Signal(object)
    """The scenario came to its end: the result."""

    def __init__(
        self,
        shown: Shown,
        context: Context,
        axis: TimeAxis,
        parent: QObject,
        pace: Pace | None = None,
    ) -> None:
        """Hold the design; nothing shows it before ``making``, and nothing runs before ``begin``.

        Args:
            shown: the design, and what is said of it.
            context: what both sides are made with.
            axis: the time axis that both share.
            parent: the owner.
            pace: of the canvases of both sides, between whose frames the charts draw.
        """
        super().__init__(parent)
        look, components = context.look, context.components
        self.shown = shown
        self.document = DesignDocument(self)
        self.document.replace(shown.design, None)
        self.run = RunController(self.document, context.start_process, memory=context.memory)
        self.canvas = CanvasView(components, look.theme, look.icons)
        self.charts = ChartsPanel(look.theme, axis, components=components, pace=pace, at_once=False)
        self.canvas.framed.connect(partial(self.charts.pace.begin, id(self.canvas)))
        self._recall = Recall(self)
        self._recall.found.connect(self.canvas.show_past)
        self.problem = ""
        self._is_running = False
        self.result: Mapping[str, object] | None = None
        self._look = look
        self._seen = time.perf_counter()
        self.document.changed.connect(self._follow)
        run = self.run
        run.cleared.connect(self._clear)
        run.snapshot.connect(self._take)
        run.measured.connect(self._take_result)
        run.refused.connect(
            lambda found: self._stop(found[0].message if found else "it cannot run")
        )
        run.failed.connect(lambda message, _trace: self._stop(message))
        run.halted.connect(self._stop)
        run.repeated.connect(self._stop)

    def making(self, *, charts: bool = True) -> Iterator[None]:
        """Show the design, in steps that are short; ``charts`` only where somebody will see them."""
        if charts:
            yield from self.charts.making()
        self.charts.set_design(self.design)
        yield
        self.canvas.set_design(self.design)

    @property
    def design(self) -> Design:
        """The design as it is."""
        return self.document.design

    @property
    def now(self) -> float:
        """How far the run is (s)."""
        return self.run.now

    @property
    def is_repeated(self) -> bool:
        """Whether it has come to where a kept run ended; at once where it shows none."""
        return self.run.latest is not None and self.now >= self.shown.end * (1.0 - 1e-9)

    def begin(self) -> None:
        """Start the engine at 0; a kept run is repeated up to where it ended."""
        self.run.begin()
        if self.shown.journal:
            self.run.repeat(self.shown.journal, self.shown.load, self.shown.end)

    def show_moment(self, instant: float) -> None:
        """Show a moment of the run on the canvas (s); NaN for now."""
        if math.isnan(instant):
            self._recall.forget_wish()
            self.canvas.show_past(None)
        else:
            self._recall.look_for(instant)

    def expect(self, running: bool) -> None:  # noqa: FBT001 - a Qt slot
        """The run goes on, or pauses: charts without numbers say what they wait for."""
        self._is_running = running
        self._say_waiting()

    def _say_waiting(self) -> None:
        """What charts say while there are no numbers."""
        waiting = FIRST if self._is_running else ""
        self.charts.set_waiting(f"Not running: {self.problem}" if self.problem else waiting)

    def dress(self) -> None:
        """Take the theme."""
        self.canvas.set_theme(self._look.theme, self._look.icons)
        self.charts.set_theme(self._look.theme)

    def close(self) -> None:
        """End the engine."""
        self.run.close()
        self.document.close()

    def _follow(self, design: Design, changes: object) -> None:
        """The design was edited."""
        self.canvas.apply_changes(design, changes)  # type: ignore[arg-type]  # a Qt signal
        self.charts.set_design(design)

    def _clear(self) -> None:
        """The run begins at 0."""
        self.result = None
        self._recall.clear()
        self.canvas.clear_run()
        self.charts.clear_run()
        self._stop("")

    def _take(self, snapshot: Snapshot, _elapsed: float) -> None:
        """Feed the views. The run goes from step to step, but what moves on the canvas goes on between them."""
        wall = time.perf_counter()
        elapsed, self._seen = wall - self._seen, wall
        self.canvas.show_snapshot(snapshot, elapsed)
        self._recall.add(snapshot, self.canvas.remember() if snapshot.samples else None)
        self.charts.add_snapshot(snapshot)
        if self.problem:
            self._stop("")
        self.progressed.emit()

    def _take_result(self, result: dict[str, object]) -> None:
        """The scenario was measured."""
        self.result = result
        self.measured.emit(result)

    def _stop(self, problem: str) -> None:
        """It cannot go on, or can again."""
        if problem != self.problem:
            self.problem = problem
            self._say_waiting()
            self.stopped.emit(problem)
