"""What lies under the canvas: the timeline, and below it pages of instruments, a tab each.

A page can be made taller, and put into a window of its own, so that it is seen beside the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.actions import OWN
from widgets.theme import set_role
from widgets.turns import in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QCloseEvent

    from widgets.theme import ThemeManager

_ROW: Final = 26
_ICON: Final = 15
_OWN_SIZE: Final = QSize(1100, 620)
_TITLES: Final = {
    "charts": "Charts",
    "study": "Study",
    "traces": "Traces",
    "board": "Board",
    "budget": "Budgets",
    "versions": "Versions",
    "help": "Help",
}
"""The pages by name, with what their tabs say, in order."""


@dataclass(slots=True)
class _Page:
    """One of the instruments."""

    title: str
    holder: QWidget
    """Its place below the timeline, which holds it or says where it is."""
    make: Callable[[], QWidget] | None = None
    """Makes it; None while nobody has said how."""
    height: int = 0
    """Height from which it can be read; the part under the canvas grows to it."""
    widget: QWidget | None = None
    window: PageWindow | None = None


class PageWindow(QWidget):
    """A window of its own for a page; closing it puts the page back."""

    closed = Signal()

    def __init__(self, page: QWidget, title: str, host: QWidget) -> None:
        """Take a page out of ``host``."""
        super().__init__(host, Qt.WindowType.Window)
        set_role(self, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(f"{title} – Windtunnel")
        self.resize(_OWN_SIZE)
        self.addActions([each for each in host.window().actions() if each.objectName() not in OWN])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(page)
        page.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give the page back."""
        super().closeEvent(event)
        self.closed.emit()


class Instruments(QWidget):
    """The timeline over one of the pages."""

    page_shown = Signal(str)
    """A page has come into view, by its name."""
    height_wanted = Signal(int)
    """Height that the page in view can be read in, 0 for no wish (logical pixels)."""
    detached = Signal(object, str)
    """A page has a window of its own now: the window, and the name of the page."""
    tall_toggled = Signal(bool)
    """As much of the window as there is, or the usual share."""

    def __init__(self, look: ThemeManager, timeline: QWidget) -> None:
        """Tabs for all pages; what is on each is said later."""
        super().__init__()
        self._look = look
        self._pages: dict[str, _Page] = {}
        self.tabs = QTabBar(drawBase=False, expanding=False, usesScrollButtons=True)
        self.tabs.setAccessibleName("Instruments")
        self.tabs.setFixedHeight(_ROW)
        self.tall = _tool("Taller", "More room for the instruments", checkable=True)
        self.own = _tool("Own window", "Put this into a window of its own")
        self.pages = QStackedWidget()
        self.tabs.currentChanged.connect(self._choose)
        self.tall.toggled.connect(self._stretch)
        self.own.clicked.connect(lambda: self.detach(self.current))
        set_role(self, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self.tabs, 1)
        row.addWidget(self.tall)
        row.addWidget(self.own)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(timeline)
        column.addLayout(row)
        column.addWidget(self.pages, 1)
        look.changed.connect(lambda _theme: self._dress())
        self._dress()
        for name, title in _TITLES.items():
            holder = QWidget()
            QVBoxLayout(holder).setContentsMargins(0, 0, 0, 0)
            self._pages[name] = _Page(title, holder)
            self.pages.addWidget(holder)
            self.tabs.addTab(title)

    def put_below_timeline(self, strip: QWidget) -> None:
        """Put what belongs to the timeline between it and the tabs."""
        column = self.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(1, strip)

    @property
    def current(self) -> str:
        """Name of the page whose tab is chosen."""
        return list(self._pages)[self.tabs.currentIndex()]

    def fill_page(self, name: str, make: Callable[[], QWidget], height: int = 0) -> None:
        """Say how a page is made, which it is when it is first shown.

        Args:
            name: of the page.
            make: makes it.
            height: in which it can be read (logical pixels).
        """
        page = self._pages[name]
        page.make, page.height = make, height
        if self.current == name:
            self._choose(self.tabs.currentIndex())

    def make_ahead(self) -> Iterator[None]:
        """Make and dress the pages that nobody has opened yet, in steps: then they only have to be shown."""
        for page in self._pages.values():
            if page.widget is None and page.make is not None:
                page.widget = page.make()
                yield
                if page.window is None:
                    self._lay(page)
                yield from in_turns(_dress_ahead(page.holder))

    def show_page(self, name: str) -> None:
        """Bring a page into view: below the timeline, or in its own window."""
        page = self._pages[name]
        if page.window is not None:
            page.window.raise_()
            page.window.activateWindow()
            self.page_shown.emit(name)
            return
        place = list(self._pages).index(name)
        if place == self.tabs.currentIndex():
            self._choose(place)
        else:
            self.tabs.setCurrentIndex(place)

    def is_shown(self, name: str) -> bool:
        """Whether a page is in view."""
        page = self._pages[name]
        return page.widget is not None and (page.window is not None or self.current == name)

    def detach(self, name: str) -> None:
        """Put a page into a window of its own; the next page takes its place."""
        page = self._pages[name]
        if page.window is not None:
            self.show_page(name)
            return
        widget = self._made(page)
        if widget is None:
            return
        page.window = PageWindow(widget, page.title, self)
        page.window.closed.connect(lambda: self.attach(name))
        self._say_where(name)
        self.detached.emit(page.window, name)
        page.window.show()
        page.window.activateWindow()
        others = [other for other, each in self._pages.items() if each.window is None]
        if others and self._pages[others[0]].widget is not None:
            self.show_page(others[0])

    def attach(self, name: str) -> None:
        """Put a page back below the timeline."""
        page = self._pages[name]
        if page.window is None or page.widget is None:
            return
        window, page.window = page.window, None
        _clear(page.holder)
        self._lay(page)
        window.hide()
        window.deleteLater()
        self.show_page(name)

    def attach_all(self) -> None:
        """No page has a window of its own any more."""
        for name in self._pages:
            self.attach(name)

    def _choose(self, place: int) -> None:
        """Another tab was chosen."""
        name = list(self._pages)[place]
        page = self._pages[name]
        if page.window is None:
            self._made(page)
        self.pages.setCurrentIndex(place)
        self.own.setEnabled(page.window is None)
        self.height_wanted.emit(page.height if page.window is None else 0)
        self.page_shown.emit(name)

    def _made(self, page: _Page) -> QWidget | None:
        """The page, which is made when it is first wanted; None while nobody has said how."""
        if page.widget is None and page.make is not None:
            page.widget = page.make()
        if page.widget is not None and page.widget.parent() is None:
            self._lay(page)
        return page.widget

    def _lay(self, page: _Page) -> None:
        """Put a page into its place."""
        column = page.holder.layout()
        if column is not None and page.widget is not None:
            column.addWidget(page.widget)
            page.widget.show()

    def _say_where(self, name: str) -> None:
        """In the place of a page that has a window of its own: a word, and the way back."""
        page = self._pages[name]
        text = set_role(QLabel(f"{page.title}: in a window of its own"), "muted")
        back = QPushButton("Bring it back")
        back.clicked.connect(lambda: self.attach(name))
        column = page.holder.layout()
        if isinstance(column, QVBoxLayout):
            column.addStretch(1)
            for part in (text, back):
                column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
            column.addStretch(1)

    def _stretch(self, tall: bool) -> None:  # noqa: FBT001 - a slot
        """The button for more room was pressed."""
        self.tall.setText("Lower" if tall else "Taller")
        self._dress()
        self.tall_toggled.emit(tall)

    def _dress(self) -> None:
        """Take the colours of the theme."""
        muted, icons = self._look.theme.muted, self._look.icons
        turn = "chevron-down" if self.tall.isChecked() else "chevron-up"
        self.tall.setIcon(icons.icon(turn, muted, _ICON))
        self.own.setIcon(icons.icon("window", muted, _ICON))


def _tool(name: str, tip: str, *, checkable: bool = False) -> QToolButton:
    """A small button at the right of the tabs."""
    button = set_role(QToolButton(), "flat")
    button.setCheckable(checkable)
    button.setText(name)
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setIconSize(QSize(_ICON, _ICON))
    button.setFixedSize(_ROW - 2, _ROW - 2)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _dress_ahead(holder: QWidget) -> Iterator[None]:
    """Have the style look at every widget of a page before it is seen, one a step."""
    for each in holder.findChildren(QWidget):
        if isValid(each):
            each.ensurePolished()
        yield


def _clear(holder: QWidget) -> None:
    """Take everything out of a layout."""
    column = holder.layout()
    while column is not None and (item := column.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
