"""Measures both sides of a comparison under common random numbers, beside everything else, and shows it on a card."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from app.pair.paired_card import PairedCard
from app.studies.running import RunningStudy
from engine.catalog.measures import title_of
from engine.study.compare import Compare
from engine.study.errors import StudyError
from engine.study.paired import paired_of, with_failures
from engine.study.points import Variant

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from engine.model.design import Design
    from engine.study import Report, StudyRun
    from engine.study.paired import Paired
    from widgets.theme import ThemeManager

SEEDS: Final = 10
"""Pairs of runs: Student's t of 9 degrees is 2.26, a tenth more than of many."""


class PairMeasurement(QObject):
    """One measurement at a time. Runs that were made before are not made again."""

    def __init__(
        self,
        window: QWidget,
        look: ThemeManager,
        folder: Path | None,
        designs: Callable[[], tuple[Design, Design]],
    ) -> None:
        """Measure nothing yet.

        Args:
            window: over which the card stands.
            look: of the card.
            folder: where the runs of studies are kept; None where nothing can be measured.
            designs: both sides, as they are when they are measured.
        """
        super().__init__(window)
        self._designs = designs
        self.load = 1.0
        """Where the load dial of both stands."""
        self._stale = ""
        """Why what is being measured is not of what is shown any more; empty while it is."""
        self.paired: tuple[Paired, ...] = ()
        """What was found so far."""
        self.card = PairedCard(window, look)
        self.possible = folder is not None
        """Whether anything can be measured."""
        self.running = RunningStudy(self, folder or Path())
        self.running.progressed.connect(self.card.set_progress)
        self.running.reported.connect(self._show)
        self.running.ended.connect(self._end)
        self.card.stop_requested.connect(self.running.cancel)
        self.card.again_requested.connect(self.start)

    def toggle(self) -> None:
        """Measure both, or hide or show what was measured."""
        if not self.possible:
            return
        if self.card.isVisible():
            self.card.close_card()
        elif self.running.active or self.paired:
            self.card.open()
        else:
            self.start()

    def start(self) -> None:
        """Measure both as they are now."""
        left, right = self._designs()
        self.paired, self._stale = (), ""
        self.card.begin()
        a = Variant.of(left, load=self.load)
        try:
            b = Variant.of(right, load=self.load)
            study = with_failures(Compare(a, b, seeds=SEEDS, base_seed=left.scenario.seed))
        except StudyError as error:
            self.card.end(str(error))
            return
        self.running.start(study, a.digest, _look)

    def set_load(self, factor: float) -> None:
        """The load dial of both was turned: what was measured is of another load."""
        if factor != self.load:
            self.load = factor
            self.doubt("The load was changed since.")

    def doubt(self, why: str = "The designs were changed since.") -> None:
        """What was measured is not of what is shown any more."""
        if not self.running.active and not self.paired:
            return
        self.paired, self._stale = (), why
        if self.running.active:
            self.running.cancel()
        elif self.card.isVisible():
            self.card.end(why)

    def close(self) -> None:
        """End what is under way."""
        self.running.close()
        self.card.close_card()

    def _end(self, words: str) -> None:
        """Nothing is under way any more."""
        self.card.end(self._stale or words)

    def _show(self, _report: Report, paired: tuple[Paired, ...]) -> None:
        """Show what was found so far."""
        if self._stale:
            return
        self.paired = paired
        self.card.show_paired(paired, partial(title_of, self._designs()[0]))


def _look(_run: StudyRun, report: Report) -> tuple[Paired, ...]:
    """What people see of it; called where the study is driven."""
    return paired_of(report)
