"""The left panel: a search field over the list of components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDrag, QFontMetrics, QKeyEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from engine.model.component import Component
from widgets.palette.delegate import MOST_LINES, PaletteDelegate
from widgets.palette.model import COMPONENT_ROLE, PaletteModel
from widgets.theme import BODY, Theme, ThemeManager, set_role

if TYPE_CHECKING:
    from collections.abc import Sequence


class PaletteList(QListView):
    """List of components: drags an entry, or asks to place it on Enter and double click."""

    place_requested = Signal(str)
    """Kind of the component that the person wants on the canvas."""
    link_requested = Signal(str)
    """Kind of the component that the person wants linked with what is selected there."""

    def __init__(self, model: PaletteModel, look: ThemeManager) -> None:
        """Show ``model`` in ``look``."""
        super().__init__()
        self._look = look
        self._delegate = PaletteDelegate(look, self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Components")
        self.doubleClicked.connect(self.place)
        model.modelReset.connect(self._fit_rows)

    def place(self, index: QModelIndex, *, linked: bool = False) -> None:
        """Ask to place the component at ``index``; a heading does nothing."""
        component = index.data(COMPONENT_ROLE)
        if isinstance(component, Component):
            (self.link_requested if linked else self.place_requested).emit(component.kind)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Place with Enter, with a link where Shift is held; everything else moves the selection."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.place(self.currentIndex(), linked=_is_shifted(event))
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much of each entry as there is room for."""
        super().resizeEvent(event)
        self._fit_rows()

    def startDrag(self, supported: Qt.DropAction) -> None:
        """Drag the current entry as a small card under the pointer."""
        index = self.currentIndex()
        component = index.data(COMPONENT_ROLE)
        if not isinstance(component, Component):
            return
        picture = drag_picture(component, self._look, self.devicePixelRatioF())
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([index]))
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(20, 18))
        drag.exec(supported, Qt.DropAction.CopyAction)

    def _fit_rows(self) -> None:
        """Show as much of the summaries as fits without a scroll bar."""
        for lines in range(MOST_LINES, -1, -1):
            self._delegate.lines = lines
            if self._height() <= self.viewport().height():
                break
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def _height(self) -> int:
        """Height of all rows as they would be now."""
        return sum(self.sizeHintForRow(row) for row in range(self.model().rowCount()))


class PalettePanel(QWidget):
    """Search field, list, and a line that says when nothing matches."""

    place_requested = Signal(str)
    """Kind of the component that the person wants placed, by Enter or double click."""
    link_requested = Signal(str)
    """Kind of the component that the person wants linked with what is selected, by Shift+Enter."""

    def __init__(
        self, components: Sequence[Component], look: ThemeManager, parent: QWidget | None = None
    ) -> None:
        """List ``components`` (those of the catalog, handed in by the application)."""
        super().__init__(parent)
        self._look = look
        self._model = PaletteModel(components)
        self.search_field = QLineEdit(placeholderText="Search components", clearButtonEnabled=True)
        self.search_field.setAccessibleName("Search components")
        self.list = PaletteList(self._model, look)
        self._nothing = set_role(QLabel(wordWrap=True), "muted")
        self._nothing.hide()
        self._lay_out()
        self.search_field.textChanged.connect(self._filter)
        self.search_field.installEventFilter(self)
        self.list.place_requested.connect(self.place_requested)
        self.list.link_requested.connect(self.link_requested)
        look.changed.connect(self._repaint)

    def sizeHint(self) -> QSize:
        """Wide enough for a name and most of a summary."""
        return QSize(232, 600)

    def focus_search(self) -> None:
        """Put the cursor into the search field, its text selected."""
        self.search_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_field.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the search field: Enter places, arrows go to the list, Escape clears."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return watched is self.search_field and self._search_key(event)
        return super().eventFilter(watched, event)

    def _search_key(self, event: QKeyEvent) -> bool:
        """Act on a key pressed while searching; false leaves it to the field."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.list.place(self.list.currentIndex(), linked=_is_shifted(event))
            return True
        if key == Qt.Key.Key_Down:
            self._choose(self._model.best_row(self.search_field.text()))
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        if key == Qt.Key.Key_Escape and self.search_field.text():
            self.search_field.clear()
            return True
        return False

    def _lay_out(self) -> None:
        """Put the parts in place."""
        set_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(160)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(4)
        around = QVBoxLayout()
        around.setContentsMargins(12, 0, 12, 0)
        around.addWidget(self.search_field)
        around.addWidget(self._nothing)
        layout.addLayout(around)
        layout.addWidget(self.list, 1)

    def _filter(self, query: str) -> None:
        """Show what matches, with the best match ready for Enter."""
        self._model.set_query(query)
        found = self._model.rowCount() > 0
        self._nothing.setText(f"No component matches “{query.strip()}”.")
        self._nothing.setVisible(not found)
        self._choose(self._model.best_row(query) if query.strip() else -1)

    def _choose(self, row: int) -> None:
        """Select a row, or none for -1."""
        if row < 0:
            self.list.clearSelection()
            self.list.setCurrentIndex(QModelIndex())
            return
        self.list.setCurrentIndex(self._model.index(row))
        self.list.scrollTo(self._model.index(row))

    def _repaint(self, _theme: Theme) -> None:
        """Paint the list in the new theme."""
        self.list.viewport().update()


def _is_shifted(event: QKeyEvent) -> bool:
    """Whether Shift is held."""
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)


def drag_picture(component: Component, look: ThemeManager, ratio: float) -> QPixmap:
    """The card that follows the pointer while a component is dragged."""
    theme, font = look.theme, look.fonts.ui(BODY)
    width = 52 + QFontMetrics(font).horizontalAdvance(component.title)
    size = QSize(width, 36)
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.accent.colour))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, 35), 8, 8)
        look.icons.paint(painter, component.icon, QRectF(11, 9, 18, 18), theme.accent.colour)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(
            QRectF(38, 0, width - 38, 36), Qt.AlignmentFlag.AlignVCenter, component.title
        )
    return picture
