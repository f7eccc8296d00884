"""The button of a chart's menu: there for keys and mouse, unseen until it is of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton, QWidget

from widgets.theme import set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent

    from widgets.theme import IconSet, Theme

_SIDE = 14


class MoreButton(QToolButton):
    """Shows its three dots while it is lit or has the focus."""

    def __init__(self, theme: Theme, icons: IconSet, parent: QWidget | None = None) -> None:
        """Make a dark button."""
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._lit = False
        set_role(self, "flat")
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setFixedSize(20, 20)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("Pin metrics, keep this run…")
        self.setAccessibleName("Chart menu")

    def set_theme(self, theme: Theme) -> None:
        """Take another colour."""
        self._theme = theme
        self._show()

    def set_lit(self, lit: bool) -> None:  # noqa: FBT001 - a state, as in Qt's setters
        """Show the dots, or not."""
        self._lit = lit
        self._show()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Be seen."""
        super().focusInEvent(event)
        self._show()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Be quiet again."""
        super().focusOutEvent(event)
        self._show()

    def _show(self) -> None:
        """Take or drop the icon."""
        seen = self._lit or self.hasFocus()
        self.setIcon(self._icons.icon("more", self._theme.muted, _SIDE) if seen else QIcon())
