"""The place of the inspector: the window is on the screen before there is a form to fill."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.panes import takes_tab
from widgets.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.model.component import Component
    from widgets.inspector import InspectorPanel
    from widgets.theme import ThemeManager


class InspectorPlace(QWidget):
    """Makes the inspector when it is first asked for, which is right after the first paint.

    Before that no design is open, and a form of nothing would be taken for one.
    """

    def __init__(self, components: Sequence[Component], look: ThemeManager) -> None:
        super().__init__()
        self._components, self._look = components, look
        self._panel: InspectorPanel | None = None
        set_role(self, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    @property
    def panel(self) -> InspectorPanel:
        """The inspector itself."""
        if self._panel is None:
            # Here, not above: this import is what the window does not wait for.
            from widgets.inspector import InspectorPanel  # noqa: PLC0415

            self._panel = InspectorPanel(self._components, self._look)
            self._column.addWidget(self._panel)
            self._stand_in_line(self._panel)
        return self._panel

    def _stand_in_line(self, panel: QWidget) -> None:
        """Have Tab come through the panel where the place is in the window, not after all that was there before."""
        stops = [each for each in panel.findChildren(QWidget) if takes_tab(each)]
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # only what Tab halts at has a place in line
        for earlier, later in pairwise((self, *stops)):
            QWidget.setTabOrder(earlier, later)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
