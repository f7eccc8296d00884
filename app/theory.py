"""Predicts the open design a moment after each change, and tells everybody what theory says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from engine.catalog import lower
from engine.catalog.typed import DesignError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.document import DesignDocument
    from engine.model.design import Design
    from engine.model.prediction import Theory

_AGAIN_MS: Final = 500
"""At most so often a prediction follows the time of the run, where rates or faults do."""


def predicted(design: Design, at: float, load: float) -> Theory | None:
    """What theory says of a design at a time of its run; None where it cannot run."""
    # Here, not above: the first prediction comes after the first paint, which does not wait for it.
    from engine.plan.theory import predict  # noqa: PLC0415

    try:
        return predict(lower(design), at=at, load=load)
    except DesignError:
        return None


class TheoryService(QObject):
    """The predictions for the design as it is, under the load as it is."""

    changed = Signal(object)
    """The ``Theory``, or None."""

    def __init__(
        self,
        document: DesignDocument,
        predict: Callable[[Design, float, float], Theory | None] = predicted,
    ) -> None:
        super().__init__(document)
        self._document = document
        self._predict = predict
        self._time = 0.0
        self._load = 1.0
        self._theory: Theory | None = None
        self._soon = self._timer(0)  # once for a burst of changes, before the next paint
        self._later = self._timer(_AGAIN_MS)
        document.changed.connect(lambda *_: self._soon.start())
        document.replaced.connect(lambda *_: self._soon.start())

    @property
    def theory(self) -> Theory | None:
        """What was predicted last."""
        return self._theory

    def set_load(self, load: float) -> None:
        """The load dial was turned."""
        self._load = load
        self._soon.start()

    def set_time(self, time: float) -> None:
        """The run went on; that matters where rates follow a schedule or faults come and go."""
        if time == self._time:
            return
        self._time = time
        if self._follows_time() and not self._later.isActive():
            self._later.start()

    def refresh(self) -> None:
        """Predict now."""
        self._soon.stop()
        self._later.stop()
        self._theory = self._predict(self._document.design, self._time, self._load)
        self.changed.emit(self._theory)

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
