"""Has the open design predicted after each change, and tells everybody what theory says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.findings import LATE_MS

if TYPE_CHECKING:
    from app.analysis import Analysis
    from app.document import DesignDocument
    from engine.model.prediction import Theory

_AGAIN_MS: Final = 500
"""At most so often a prediction follows the time of the run, where rates or faults do."""


class TheoryService(QObject):
    """The predictions for the design as it is, under the load as it is."""

    changed = Signal(object)
    """The ``Theory``, or None."""

    pending = Signal()
    """It takes a while to predict: what was predicted before no longer counts."""

    def __init__(self, document: DesignDocument, analysis: Analysis) -> None:
        super().__init__(document)
        self._document = document
        self._analysis = analysis
        analysis.answered.connect(self._take)
        self._time = 0.0
        self._load = 1.0
        self._theory: Theory | None = None
        self._outdated = True
        """Whether what was predicted last was predicted for another design or load."""
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self._late.timeout.connect(self.pending)
        self._soon = self._timer(0)  # once for a burst of changes, before the next paint
        self._later = self._timer(_AGAIN_MS)
        document.changed.connect(self._follow)
        document.replaced.connect(self._follow)

    @property
    def theory(self) -> Theory | None:
        """What was predicted last."""
        return self._theory

    @property
    def load(self) -> float:
        """Factor on all traffic that is predicted for: where the load dial stands."""
        return self._load

    def set_load(self, load: float) -> None:
        """The load dial was turned."""
        self._load = load
        self._follow()

    def set_time(self, time: float) -> None:
        """The run went on; that matters where rates follow a schedule or faults come and go."""
        if time == self._time:
            return
        self._time = time
        if self._follows_time() and not self._later.isActive():
            self._later.start()

    def refresh(self) -> None:
        """Ask for a prediction now."""
        self._soon.stop()
        self._later.stop()
        if self._outdated and not self._late.isActive():
            self._late.start()
        self._analysis.ask("theory", self._time, self._load)

    def _follow(self, *_change: object) -> None:
        """Predict something else."""
        self._outdated = True
        self._soon.start()

    def _take(self, topic: str, theory: Theory | None) -> None:
        """Take in what was predicted; for the load as it is, unless a later answer is on its way."""
        if topic == "theory" and not (self._outdated and self._analysis.is_open("theory")):
            self._outdated = False
            self._late.stop()
            self._theory = theory
            self.changed.emit(theory)

    def _timer(self, wait: int) -> QTimer:
        """A timer that predicts once."""
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(wait)
        timer.timeout.connect(self.refresh)
        return timer

    def _follows_time(self) -> bool:
        """Whether a prediction depends on the time of the run."""
        design = self._document.design
        if design.scenario.events:
            return True
        arrivals = (node.config.get("arrivals") for node in design.nodes)
        return any(
            isinstance(value, list | tuple)
            for each in arrivals
            if isinstance(each, dict)
            for value in each.values()
        )
