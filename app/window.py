"""The main window: where each view is, and nothing of what it does."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.instruments import Instruments
from app.panes import focus_next
from app.splitter import LineSplitter
from app.title_block import SearchButton, TitleBlock
from widgets.theme import app_icon, hairline, set_role

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import (
        QCloseEvent,
        QDragEnterEvent,
        QDragMoveEvent,
        QDropEvent,
        QResizeEvent,
        QShowEvent,
    )

    from app.settings import Settings
    from app.views import Views
    from widgets.theme import ThemeManager

DEFAULT_SIZE: Final = QSize(1600, 1000)
SMALLEST: Final = QSize(960, 460)
"""What a screen of 1920 × 1080 pixels has at 200 %, less the desktop's bars."""
_ROOMY: Final = 1100
"""Width from which all of the top bar is written out."""
_LEFT, _RIGHT, _TOP = 232, 304, 48
_INSTRUMENTS: Final = (220, 350)
_SHARE: Final = 0.43
"""Of the height, for the instruments."""
_CANVAS: Final = 200
"""Least height of the canvas beside a page that wants more room."""


class MainWindow(QMainWindow):
    """Top bar, palette, canvas over instruments, inspector, status bar."""

    files_dropped = Signal(object)
    """The ``Path``s of files dropped onto the window."""
    came_to_front = Signal()
    """The person comes back from another window."""
    search_clicked = Signal()
    why_clicked = Signal()
    measure_clicked = Signal()
    study_clicked = Signal()

    def __init__(self, views: Views, look: ThemeManager, settings: Settings) -> None:
        super().__init__()
        self._views, self._settings = views, settings
        self._divided = False
        self._may_close: Callable[[], bool] = lambda: True
        self.setWindowTitle("Windtunnel")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self.menu = QMenu(self)
        self.title_block = TitleBlock(look, self.menu)
        self.search_button = SearchButton(look)
        self.why_button = set_role(QPushButton("Why?"), "danger")
        self.measure_button = QPushButton("Measure")
        self.study_button = QPushButton("Study")
        self.left = QStackedWidget()
        self.instruments = Instruments(look, views.timeline)
        self.instruments.fill_page("charts", lambda: views.charts)
        self.instruments.tall_toggled.connect(self._make_tall)
        self.instruments.height_wanted.connect(self._make_room)
        self._usual: list[int] = []
        """Heights of canvas and instruments before these took more of the window."""
        self._splitters = {
            "columns": LineSplitter(Qt.Orientation.Horizontal, look),
            "rows": LineSplitter(Qt.Orientation.Vertical, look),
        }
        central = QWidget()
        self._column = column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top_bar())
        column.addWidget(hairline())
        column.addWidget(views.banners)
        column.addWidget(self._columns(), 1)
        column.addWidget(hairline())
        column.addWidget(views.status)
        self.setCentralWidget(central)
        # The menu button shows the menus; the bar stays, without height, for its Alt keys (and on
        # macOS it is the native one).
        self.menuBar().setFixedHeight(0)
        views.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        for freed in (views.banners.keyboard_freed, views.transport.keyboard_freed):
            freed.connect(views.canvas.setFocus)
        self._restore()

    def guard_close(self, may_close: Callable[[], bool]) -> None:
        """Ask this before the window closes."""
        self._may_close = may_close

    def keep_on_screen(self) -> None:
        """Make room for the frame that the desktop has put around the window, where it reaches beyond the screen."""
        if self.isMaximized() or self.isFullScreen():
            return
        screen, frame, inside = (
            self.screen().availableGeometry(),
            self.frameGeometry(),
            self.geometry(),
        )
        most = screen.size() - (frame.size() - inside.size())
        if inside.width() > most.width() or inside.height() > most.height():
            self.resize(inside.size().boundedTo(most))
            self.move(screen.topLeft())

    def show_outline(self, shown: bool) -> None:  # noqa: FBT001 - a Qt slot for a toggle
        """Show the outline in place of the palette, or the palette."""
        self.left.setCurrentWidget(self._views.outline if shown else self._views.palette)

    def focus_next_pane(self, step: int = 1) -> None:
        """Move the keyboard to the next part of the window: message, left, canvas, timeline, charts, inspector.

        With ``step`` -1 to the one before.
        """
        views = self._views
        panes = (
            views.banners,
            self.left,
            views.canvas,
            views.timeline,
            self.instruments.pages,
            views.inspector_place,
        )
        focus_next(panes, self.focusWidget(), step)

    def showEvent(self, event: QShowEvent) -> None:
        """Divide the room once its size is known."""
        super().showEvent(event)
        if not self._divided:
            self._divided = True
            self._column.activate()
            self._divide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the clock its room in a narrow window."""
        super().resizeEvent(event)
        self.search_button.set_narrow(self.width() < _ROOMY)

    def changeEvent(self, event: QEvent) -> None:
        """Tell when the person comes back from elsewhere."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self.came_to_front.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close if that loses nothing; remember how the window was."""
        event.ignore()  # should something fail on the way, the window stays
        if not self._may_close():
            return
        event.accept()
        self.instruments.attach_all()
        self._remember()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        _accept(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Take files, wherever they are held."""
        _accept(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open a dropped file, or say what it is."""
        if _accept(event):
            self.files_dropped.emit(_dropped(event))

    def _top_bar(self) -> QWidget:
        """Title at the left, transport in the middle, search at the right."""
        bar = set_role(QWidget(), "panel")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setFixedHeight(_TOP)
        self.search_button.clicked.connect(self.search_clicked)
        self.measure_button.setToolTip(
            "Run the whole scenario from the start and show the numbers (M)"
        )
        self.measure_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.measure_button.setFixedHeight(30)
        self.measure_button.clicked.connect(self.measure_clicked)
        self.why_button.setToolTip("What went wrong, and what it came from (W)")
        self.why_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.why_button.setFixedHeight(30)
        self.why_button.clicked.connect(self.why_clicked)
        self.study_button.setToolTip(
            "Run the design many times: replicate, sweep, compare, break… (S)"
        )
        self.study_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.study_button.setFixedHeight(30)
        self.study_button.clicked.connect(self.study_clicked)
        row = QHBoxLayout(bar)
        row.setContentsMargins(4, 0, 14, 0)
        row.setSpacing(8)
        row.addWidget(self.title_block)
        row.addStretch(1)
        row.addWidget(self._views.transport)
        row.addStretch(1)
        row.addWidget(self.why_button)
        row.addWidget(self.measure_button)
        row.addWidget(self.study_button)
        row.addWidget(self.search_button)
        return bar

    def _columns(self) -> LineSplitter:
        """Palette or outline, canvas over instruments, inspector."""
        for panel in (self._views.palette, self._views.outline):
            set_role(panel, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            self.left.addWidget(panel)
        self.left.setMinimumWidth(170)
        self._views.inspector_place.setMinimumWidth(240)
        rows = self._splitters["rows"]
        rows.addWidget(self._views.canvas)
        rows.addWidget(self.instruments)
        rows.setStretchFactor(0, 1)
        rows.setCollapsible(0, False)  # noqa: FBT003 - Qt's signature
        columns = self._splitters["columns"]
        for part in (self.left, rows, self._views.inspector_place):
            columns.addWidget(part)
        columns.setStretchFactor(1, 1)
        columns.setCollapsible(1, False)  # noqa: FBT003 - Qt's signature
        return columns

    def _make_tall(self, tall: bool) -> None:  # noqa: FBT001 - a Qt slot for a toggle
        """Give the instruments most of the window, or what they had before."""
        rows = self._splitters["rows"]
        if tall:
            self._usual = self._usual or rows.sizes()
            rows.setSizes([0, rows.height()])
        elif self._usual:
            rows.setSizes(self._usual)
            self._usual = []

    def _make_room(self, wanted: int) -> None:
        """Let the page in view have its height, as far as the canvas stays worth looking at.

        From page to page it never shrinks: the tabs would move away from under the mouse, and the timeline come there.
        """
        rows = self._splitters["rows"]
        if not self._divided or self.instruments.tall.isChecked():
            return
        if self._usual and not wanted:
            rows.setSizes(self._usual)
            self._usual = []
        canvas, low = rows.sizes()
        high = min(
            self.instruments.tabs.height() + self._views.timeline.height() + wanted,
            canvas + low - _CANVAS,
        )
        if wanted and low < high:
            self._usual = self._usual or [canvas, low]
            rows.setSizes([canvas + low - high, high])

    def _restore(self) -> None:
        """Be as large as last time, or as large as fits."""
        values = self._settings.values
        try:
            state = QByteArray(base64.b64decode(values.geometry, validate=True))
        except (binascii.Error, ValueError):
            state = QByteArray()
        if state.isEmpty() or not self.restoreGeometry(state):
            room = self.screen().availableGeometry().size()
            self.resize(DEFAULT_SIZE.boundedTo(room))

    def _divide(self) -> None:
        """Give each part its room: as last time, or as the size of the window suggests."""
        rows, columns = self._splitters["rows"], self._splitters["columns"]
        instruments = max(_INSTRUMENTS[0], min(_INSTRUMENTS[1], round(_SHARE * rows.height())))
        sizes = {
            "columns": (_LEFT, columns.width() - _LEFT - _RIGHT, _RIGHT),
            "rows": (rows.height() - instruments, instruments),
        } | self._settings.values.splitters
        for name, splitter in self._splitters.items():
            if len(sizes[name]) == splitter.count():
                splitter.setSizes(list(sizes[name]))

    def _remember(self) -> None:
        """Keep size and division for the next time."""
        geometry = base64.b64encode(self.saveGeometry().data()).decode()
        sizes = {name: splitter.sizes() for name, splitter in self._splitters.items()}
        sizes["rows"] = self._usual or sizes["rows"]
        self._settings.update(geometry=geometry, splitters=sizes)


def _accept(event: QDropEvent) -> bool:
    """Take dragged files as copies, whatever is proposed: who hears that they were moved may delete them."""
    taken = bool(_dropped(event)) and bool(event.possibleActions() & Qt.DropAction.CopyAction)
    if taken:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
    return taken


def _dropped(event: QDropEvent) -> list[Path]:
    """The local files that are dragged."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
