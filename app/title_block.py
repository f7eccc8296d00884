"""The ends of the top bar: the menu button, the product's name and the design's title; the search for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from widgets.theme import ElidedLabel, set_role

if TYPE_CHECKING:
    from widgets.theme import ThemeManager

_GAPS: Final = 48
"""Room around and between the parts (px)."""
_LEAST_TITLE: Final = 64
"""Room for the title at least, however narrow the window (px)."""
_HEIGHT: Final = 30
_WIDE, _NARROW = 112, 34
_ICON: Final = 16


class MenuButton(QToolButton):
    """Three lines that open all menus."""

    def __init__(self, look: ThemeManager) -> None:
        super().__init__()
        self._look = look
        set_role(self, "flat")
        self.setFixedSize(30, 30)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip("Menu (F10)")
        self.setAccessibleName("Menu")
        look.changed.connect(lambda _theme: self.update())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines over the button's ground."""
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setPen(QPen(QColor(self._look.theme.muted), 1.6))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle = self.rect().center()
            for offset in (-5, 0, 5):
                painter.drawLine(
                    middle.x() - 6, middle.y() + offset, middle.x() + 7, middle.y() + offset
                )


class TitleBlock(QWidget):
    """Menu button, name, title, and a dot while there is something to save."""

    def __init__(self, look: ThemeManager, menu: QMenu) -> None:
        super().__init__()
        self.menu_button = MenuButton(look)
        self.menu_button.setMenu(menu)
        QShortcut(QKeySequence("F10"), self).activated.connect(self.menu_button.showMenu)
        self._brand = set_role(QLabel("Windtunnel"), "title")
        self._title = set_role(ElidedLabel(), "muted")
        self._dot = QLabel("•", textFormat=Qt.TextFormat.PlainText)
        self._dot.setToolTip("There are unsaved changes")
        self._dot.setAccessibleName("Unsaved changes")
        self._dot.hide()
        self._look = look
        look.changed.connect(lambda _theme: self._dress())
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(self.menu_button)
        row.addWidget(self._brand)
        row.addSpacing(4)
        row.addWidget(self._title)
        row.addSpacing(-6)
        row.addWidget(self._dot)
        row.addStretch(0)
        self._dress()

    @property
    def is_marked(self) -> bool:
        """Whether the dot is shown."""
        return not self._dot.isHidden()

    def set_title(self, text: str, *, dirty: bool) -> None:
        """Show the design's title and whether there is something to save."""
        self._title.set_full_text(text)
        self._dot.setVisible(dirty)
        self.updateGeometry()
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for both, the product's name gives way to the design's title."""
        super().resizeEvent(event)
        self._make_room()

    def sizeHint(self) -> QSize:
        """Room for all of it, the product's name included."""
        parts = (self.menu_button, self._brand, self._title, self._dot)
        wanted = (max(part.sizeHint().width(), part.minimumWidth()) for part in parts)
        return QSize(sum(wanted) + _GAPS, 30)

    def minimumSizeHint(self) -> QSize:
        """The menu, and the beginning of the title."""
        return QSize(self.menu_button.width() + _LEAST_TITLE, 30)

    def _make_room(self) -> None:
        """Show the product's name where the title is whole beside it."""
        shown = self.width() >= self.sizeHint().width()
        if shown == self._brand.isHidden():
            self._brand.setVisible(shown)
            row = self.layout()
            if row is not None:
                row.activate()  # a design that takes long to read would leave its title cut meanwhile

    def _dress(self) -> None:
        """Take the colours of the theme."""
        self._dot.setStyleSheet(f"color: {self._look.theme.accent.colour}; font-size: 18px;")


class SearchButton(QPushButton):
    """Finds anything. Looks like a field to type in; where room is short, a lens is left of it."""

    def __init__(self, look: ThemeManager) -> None:
        """A wide one."""
        super().__init__()
        self._look = look
        self.setToolTip("Find anything (Ctrl+K)")
        self.setAccessibleName("Search")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(_ICON, _ICON))
        self._hint = set_role(QLabel("^K"), "caption")
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(12, 0, 10, 0)
        inside.addStretch(1)
        inside.addWidget(self._hint)
        look.changed.connect(lambda _theme: self._dress())
        self._narrow = False
        self._dress()

    def set_narrow(self, narrow: bool) -> None:  # noqa: FBT001 - a state, as in Qt's setters
        """Show the lens alone, or the word and its key."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._dress()

    def _dress(self) -> None:
        """Take the colours of the theme."""
        muted = self._look.theme.muted
        self._hint.setVisible(not self._narrow)
        self.setFixedSize(_NARROW if self._narrow else _WIDE, _HEIGHT)
        if self._narrow:
            self.setText("")
            self.setIcon(self._look.icons.icon("search", muted, _ICON))
            self.setStyleSheet("padding: 0;")
        else:
            self.setText("Search")
            self.setIcon(QIcon())
            self.setStyleSheet(f"text-align: left; color: {muted}; padding: 5px 12px;")
