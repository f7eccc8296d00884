"""Checks the open design a moment after each change, and tells everybody what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.document import DesignDocument
    from engine.model.design import Design
    from engine.model.findings import Finding

_ORDER: Final = {"error": 0, "warning": 1, "risk": 2}


class FindingsService(QObject):
    """The findings of the design as it is."""

    changed = Signal(object)
    """All findings, gravest first, as a tuple."""

    def __init__(
        self, document: DesignDocument, check: Callable[[Design], tuple[Finding, ...]]
    ) -> None:
        super().__init__(document)
        self._document = document
        self._check = check
        self._findings: tuple[Finding, ...] = ()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)  # once for a burst of changes, before the next paint
        self._soon.timeout.connect(self.refresh)
        document.changed.connect(lambda *_: self._soon.start())
        document.replaced.connect(lambda *_: self.refresh())

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
        """Check now."""
        self._soon.stop()
        found = self._check(self._document.design)
        self._findings = tuple(sorted(found, key=lambda finding: _ORDER[finding.level]))
        self.changed.emit(self._findings)
