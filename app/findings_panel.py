"""The list of findings: what is wrong or risky, a click away from the item, fixed with one click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.naming import name_of
from app.overlay import Overlay
from engine.model.design import Design
from widgets.theme import breakable, plain_tip, section_label, set_role
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from engine.model.findings import Finding
    from widgets.theme import ThemeManager

MAX_SHOWN: Final = 100
_AT_ONCE: Final = 8
"""Rows that are made in a turn of the event loop."""
_WIDTH, _HEIGHT = 460, 420
_FINE: Final = "Nothing to report: the design is ready to run."
_ICONS: Final = {"error": "error", "warning": "warning", "risk": "info"}
_LEVELS: Final = {"error": "Errors", "warning": "Warnings", "risk": "Risks"}


class FindingRow(QWidget):
    """One finding: icon, where, what, and a button when there is a fix."""

    def __init__(self, finding: Finding, where: str, panel: FindingsPanel) -> None:
        super().__init__()
        self._finding, self._panel = finding, panel
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(10)
        row.addWidget(self._picture)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        if where:
            texts.addWidget(
                set_role(
                    QLabel(breakable(where), wordWrap=True, textFormat=Qt.TextFormat.PlainText),
                    "strong",
                )
            )
        message = QLabel(
            breakable(finding.message), wordWrap=True, textFormat=Qt.TextFormat.PlainText
        )
        texts.addWidget(message)
        row.addLayout(texts, 1)
        if finding.fix is not None:
            fix = QPushButton("Fix")
            fix.setToolTip(plain_tip(finding.fix.label))
            fix.setAccessibleName(f"Fix: {finding.message}")
            fix.clicked.connect(lambda: panel.fix_requested.emit(finding.fix))
            row.addWidget(fix, 0, Qt.AlignmentFlag.AlignTop)
        if finding.id is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{where}: {finding.message}" if where else finding.message)
        self.setToolTip("Show it (Enter)" if finding.id is not None else "")
        self.dress()

    def dress(self) -> None:
        """Draw the icon in the theme's colours."""
        theme = self._panel.look.theme
        colour = {"error": theme.danger.text, "warning": theme.warning_text}
        name = _ICONS[self._finding.level]
        self._picture.setPixmap(
            self._panel.look.icons.pixmap(
                name, colour.get(self._finding.level, theme.muted), 16, self.devicePixelRatioF()
            )
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the item; the arrows go to the next finding."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._finding.id is not None:
            self._panel.jump_requested.emit(self._finding.id)
            self._panel.close_card()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._panel.step(self, 1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Behind it, that it has the keyboard."""
        if self.hasFocus():
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(QColor(self._panel.look.theme.accent.colour), 1.0))
                painter.setBrush(QColor(self._panel.look.theme.selected_row))
                painter.drawRoundedRect(self.rect().adjusted(4, 1, -5, -2), 6.0, 6.0)
        super().paintEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Jump to the item."""
        if self._finding.id is not None:
            self._panel.jump_requested.emit(self._finding.id)
        super().mouseReleaseEvent(event)


class FindingsPanel(Overlay):
    """Floats above the status bar's count."""

    jump_requested = Signal(str)
    fix_requested = Signal(object)
    """An ``Edit`` that settles a finding."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        super().__init__(window, look)
        self.setAccessibleName("Findings")
        self._area = QScrollArea(widgetResizable=True)
        self._area.setAccessibleName("Findings")
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 8, 1, 8)
        layout.addWidget(self._area)
        self._body = QWidget()
        self._rows: list[FindingRow] = []
        self._turns = Turns(self)
        self._design = Design()
        self._findings: tuple[Finding, ...] = ()
        self._nothing = _FINE

    def set_findings(self, design: Design, findings: tuple[Finding, ...]) -> None:
        """Take the findings of a design, gravest first; they are listed when the card is open."""
        self._take(design, findings, _FINE)

    def expect_findings(self, why: str) -> None:
        """The findings are not known yet; a line says why."""
        self._take(self._design, self._findings, why)

    def _take(self, design: Design, findings: tuple[Finding, ...], nothing: str) -> None:
        """Take findings, and what is said where there are none."""
        self._design, self._findings, self._nothing = design, findings, nothing
        if self.isVisible():
            self._fill(design, findings)
            self.place()

    def open(self) -> None:
        """List the findings as they are now."""
        self._fill(self._design, self._findings)
        super().open()
        (self._rows[0] if self._rows else self._area).setFocus(Qt.FocusReason.PopupFocusReason)

    def step(self, row: FindingRow, by: int) -> None:
        """Go to the finding behind one, or before it."""
        place = self._rows.index(row) + by if row in self._rows else -1
        if 0 <= place < len(self._rows):
            self._rows[place].setFocus(Qt.FocusReason.TabFocusReason)
            self._area.ensureWidgetVisible(self._rows[place])

    def _fill(self, design: Design, findings: tuple[Finding, ...]) -> None:
        """Make the rows: those that are seen now, and the others some a turn of the event loop."""
        self._rows.clear()
        self._body = QWidget()
        self._turns.forget()
        self._turns.do(self._made(design, findings), is_long=len(findings) > _AT_ONCE)
        self._area.setWidget(self._body)

    def _made(self, design: Design, findings: tuple[Finding, ...]) -> Iterator[None]:
        """Make the rows, in steps."""
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        for level, title in _LEVELS.items():
            of_level = [finding for finding in findings if finding.level == level][:MAX_SHOWN]
            if of_level:
                heading = section_label(title)
                heading.setContentsMargins(12, 8, 12, 4)
                column.addWidget(heading)
            for finding in of_level:
                row = FindingRow(finding, name_of(design, finding.id), self)
                self._rows.append(row)
                column.addWidget(row)
                if len(self._rows) % _AT_ONCE == 0:
                    yield
        if not findings:
            fine = set_role(QLabel(self._nothing, wordWrap=True), "muted")
            fine.setContentsMargins(12, 8, 12, 8)
            column.addWidget(fine)
        column.addStretch(1)
        if self.isVisible():
            self.place()

    @property
    def rows(self) -> list[FindingRow]:
        """What is listed."""
        return list(self._rows)

    def dress(self) -> None:
        """Take the colours of the theme."""
        super().dress()
        for row in self._rows:
            row.dress()

    def place(self) -> None:
        """Sit in the lower right corner, above the status bar, as high as the list needs."""
        window = self.host
        needed = max(self._body.heightForWidth(_WIDTH - 12), self._body.sizeHint().height())
        height = min(_HEIGHT, needed + 22)
        self.setGeometry(
            window.width() - _WIDTH - 12, window.height() - height - 36, _WIDTH, height
        )
