"""Which blast-radius map the canvas shows: of all failures, of a chosen one, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.studies.blast import overview, reach
from engine.study import Chaos

if TYPE_CHECKING:
    from engine.study import Report, Study


class MapKeeper(QObject):
    """Keeps the map of the last chaos study until the design changes."""

    changed = Signal(object)
    """The ``BlastMap`` to paint, or None for none."""
    shown_changed = Signal(bool, bool)
    """Whether there is a map that could be shown, and whether it is."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._study: Chaos | None = None
        self._report: Report | None = None
        self._chosen: tuple[str, str] | None = None
        self._shown = False

    def begin(self, study: Study) -> None:
        """A study starts: what was known of another is forgotten."""
        self.forget()
        self._study = study if isinstance(study, Chaos) else None
        self._shown = self._study is not None

    def take(self, report: Report) -> None:
        """What can be said by now."""
        if self._study is None or not report.table("experiments").rows:
            return
        self._report = report
        self._tell()

    def choose(self, target: str, fault: str) -> None:
        """Show whom one failure reaches."""
        self._chosen = (target, fault)
        self.show()

    def look_at(self, item: str) -> tuple[str, ...]:
        """Show whom the failure of an item reaches that was selected on the map; of several the worst.

        Returns:
            The words with which its row begins in the table of the experiments; none where it has no row there.
        """
        if self._report is None or not self._shown:
            return ()
        for row in self._report.table("experiments").records():
            if row["target"] == item:
                self.choose(item, str(row["fault"]))
                return (item, str(row["sort"]), str(row["fault"]))
        return ()

    def choose_all(self) -> None:
        """Show what each failure does."""
        self._chosen = None
        self._tell()

    def show(self) -> None:
        """Paint the map."""
        self._shown = True
        self._tell()

    def hide(self) -> None:
        """Take the map away; it can be had back."""
        self._shown = False
        self._chosen = None
        self._tell()

    def forget(self) -> None:
        """The map is no longer true: the design changed, or something else is studied."""
        self._study = self._report = self._chosen = None
        self._shown = False
        self._tell()

    def _tell(self) -> None:
        """Say what is to be painted now."""
        study, report = self._study, self._report
        known = study is not None and report is not None
        self.shown_changed.emit(known, known and self._shown)
        if study is None or report is None or not self._shown:
            self.changed.emit(None)
            return
        one = None if self._chosen is None else reach(study, report, *self._chosen)
        self.changed.emit(overview(study, report) if one is None else one)
