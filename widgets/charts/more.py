"""Buttons in the head of a chart: there for keys and mouse, unseen until they are of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton, QWidget

from widgets.theme import set_flag, set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent

    from widgets.theme import IconSet, Theme

_SIDE = 14


class HeadButton(QToolButton):
    """Shows its icon while it is lit or has the focus."""

    def __init__(
        self, theme: Theme, icons: IconSet, icon: str, parent: QWidget | None = None
    ) -> None:
        """Make a dark button."""
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._icon = icon
        self._lit = False
        set_role(self, "flat")
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setFixedSize(20, 20)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_theme(self, theme: Theme) -> None:
        """Take another colour."""
        self._theme = theme
        self._show()

    def name(self, name: str, tip: str) -> None:
        """Say what it does, in short and at length."""
        self.setAccessibleName(name)
        self.setToolTip(tip)

    def set_lit(self, lit: bool) -> None:  # noqa: FBT001 - a state, as in Qt's setters
        """Show the icon, or not."""
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
        """Take or drop the icon, and the ground under it: it may stand over words."""
        seen = self._lit or self.hasFocus()
        set_flag(self, "lit", "true" if seen else "false")
        self.setIcon(self._icons.icon(self._icon, self._theme.muted, _SIDE) if seen else QIcon())
