"""A label for names of any length."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from widgets.theme.plain import directed, plain_tip


class ElidedLabel(QLabel):
    """One line that gives way: it is cut with an ellipsis when there is no room."""

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__(textFormat=Qt.TextFormat.PlainText)
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(24)

    def set_full_text(self, text: str) -> None:
        """Show a text, as much of it as fits."""
        self._full = text
        self.setToolTip(plain_tip(text))
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The whole of it, however much is seen."""
        return self._full

    def sizeHint(self) -> QSize:
        """Room for all of it."""
        return QSize(
            self.fontMetrics().horizontalAdvance(self._full) + 4, super().sizeHint().height()
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, self.width())
        self.style().drawItemText(
            painter,
            self.rect(),
            int(Qt.AlignmentFlag.AlignVCenter),
            self.palette(),
            True,  # noqa: FBT003 - Qt's signature
            directed(text),
            self.foregroundRole(),
        )
