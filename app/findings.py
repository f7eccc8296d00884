"""Has the open design checked after each change, and tells everybody what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from app.analysis import Analysis
    from app.document import DesignDocument
    from engine.model.findings import Finding

LATE_MS: Final = 300
"""Milliseconds after which a check takes so long that what was found before is no longer shown."""
LOOKING: Final = "Still looking: this design takes a while."
LOST: Final = "Nothing is known: what looks for findings has ended over this design. The next change has it try again."
_ORDER: Final = {"error": 0, "warning": 1, "risk": 2}


class FindingsService(QObject):
    """The findings of the design as it is."""

    changed = Signal(object)
    """All findings, gravest first, as a tuple."""

    pending = Signal(str)
    """Nothing is known of the design as it is, and what was found before no longer counts; a line says why."""

    def __init__(self, document: DesignDocument, analysis: Analysis) -> None:
        super().__init__(document)
        self._analysis = analysis
        self._findings: tuple[Finding, ...] = ()
        self._found: tuple[Finding, ...] = ()
        """By the check, which needs no run."""
        self._of_run: tuple[Finding, ...] = ()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)  # once for a burst of changes, before the next paint
        self._soon.timeout.connect(self.refresh)
        document.changed.connect(lambda *_: self._soon.start())
        document.replaced.connect(lambda *_: self.refresh())
        analysis.answered.connect(self._take)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self._late.timeout.connect(lambda: self._forget(LOOKING))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, gravest first."""
        return self._findings

    def by_item(self) -> dict[str, tuple[Finding, ...]]:
        """Findings by the item that they are about."""
        grouped: dict[str, list[Finding]] = {}
        for finding in self._findings:
            if finding.id is not None:
                grouped.setdefault(finding.id, []).append(finding)
        return {key: tuple(some) for key, some in grouped.items()}

    def refresh(self) -> None:
        """Ask for a check now."""
        self._soon.stop()
        self._late.start()
        self._analysis.ask("findings")

    def add_of_run(self, found: tuple[Finding, ...]) -> None:
        """Have what the last whole run found beside what the check finds; nothing once it no longer counts."""
        if found != self._of_run:
            self._of_run = found
            self._tell()

    def _tell(self) -> None:
        """Put everything in order and tell everybody."""
        everything = (*self._found, *self._of_run)
        self._findings = tuple(sorted(everything, key=lambda finding: _ORDER[finding.level]))
        self.changed.emit(self._findings)

    def _take(self, topic: str, found: tuple[Finding, ...] | None) -> None:
        """Take in what was found."""
        if topic == "findings":
            self._late.stop()
            if found is None:
                self._forget(LOST)
                return
            self._found = found
            self._tell()

    def _forget(self, why: str) -> None:
        """What was found before no longer counts, and nothing has taken its place."""
        self._found = ()
        self._tell()
        self.pending.emit(why)
