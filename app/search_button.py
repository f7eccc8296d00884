"""The button at the right end of the top bar that finds anything: a word and its key, or a lens where room is short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from widgets.theme import set_role

if TYPE_CHECKING:
    from widgets.theme import ThemeManager

_HEIGHT: Final = 30
_WIDE, _NARROW = 112, 34
_ICON: Final = 16


class SearchButton(QPushButton):
    """Looks like a field to type in."""

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
