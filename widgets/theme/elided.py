"""Labels, boxes and buttons for names of any length: what does not fit ends in an ellipsis, not in half a letter."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from widgets.theme.plain import directed, plain_tip


class ElidedLabel(QLabel):
    """One line that gives way: it is cut with an ellipsis when there is no room."""

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__(textFormat=Qt.TextFormat.PlainText)
        self._full = self._line = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(24)

    def set_full_text(self, text: str) -> None:
        """Show a text, as much of it as fits."""
        self._full, self._line = text, " ".join(text.split())
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
            self.fontMetrics().horizontalAdvance(self._line) + 4, super().sizeHint().height()
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        with QPainter(self) as painter:
            text = self.fontMetrics().elidedText(
                self._line, Qt.TextElideMode.ElideRight, self.width()
            )
            self.style().drawItemText(
                painter,
                self.rect(),
                int(self.alignment() | Qt.AlignmentFlag.AlignVCenter),
                self.palette(),
                True,  # noqa: FBT003 - Qt's signature
                directed(text),
                self.foregroundRole(),
            )


class ElidedBox(QComboBox):
    """A box of choices that may be narrower than the one that is chosen."""

    def needed_width(self) -> int:
        """Logical pixels in which the choice is not cut."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        around = self.width() - self._room(option)
        return self.fontMetrics().horizontalAdvance(self.currentText()) + around + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        if self.isEditable() or self.currentIndex() < 0:
            super().paintEvent(event)
            return
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = _cut(self, option.currentText, self._room(option))
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def _room(self, option: QStyleOptionComboBox) -> int:
        """Pixels that there are for the choice."""
        control = QStyle.ComplexControl.CC_ComboBox
        part = QStyle.SubControl.SC_ComboBoxEditField
        return self.style().subControlRect(control, option, part, self).width() - 2


class ElidedButton(QPushButton):
    """A button that may be narrower than its text."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        option.text = _cut(self, option.text, inside.width())
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)


def _cut(widget: QWidget, text: str, room: int) -> str:
    """As much of a text as fits."""
    return widget.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
