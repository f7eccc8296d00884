"""Findings as orange panels, with a one-click remedy where there is one."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from widgets.theme import breakable, set_role

if TYPE_CHECKING:
    from engine.model.findings import Finding
    from widgets.theme import ThemeManager


class FindingCard(QFrame):
    """One finding; its remedy is a link at the end of the sentence."""

    fix_requested = Signal(object)
    """The edit that settles it."""

    def __init__(self, finding: Finding, look: ThemeManager) -> None:
        """Show ``finding``."""
        super().__init__()
        self.finding = finding
        self._look = look
        set_role(self, "finding")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 7, 12, 7)
        self.label = set_role(QLabel(), "warning")
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.label.setFocusPolicy(
            Qt.FocusPolicy.StrongFocus if finding.fix else Qt.FocusPolicy.NoFocus
        )
        self.label.linkActivated.connect(self.fix)
        self._dress()
        look.changed.connect(self._dress)
        self.setAccessibleName(f"{finding.level}: {finding.message}")
        layout.addWidget(self.label)

    def _dress(self) -> None:
        """Write the sentence and its link in the colours of the theme."""
        self.label.setText(_text(self.finding, self._look.theme.warning_text))

    def fix(self) -> None:
        """Ask for the remedy."""
        if self.finding.fix is not None:
            self.fix_requested.emit(self.finding.fix)


def _text(finding: Finding, colour: str) -> str:
    """Sentence and link."""
    link = (
        f'<a href="fix" style="color: {colour}">{escape(finding.fix.label)}</a>'
        if finding.fix
        else ""
    )
    said = finding.message
    stop = "" if not link or said.endswith((".", "!", "?")) else "."
    return f"{escape(breakable(said))}{stop} {link}"
