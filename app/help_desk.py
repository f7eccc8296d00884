"""The place of the help in the window: a page of the instruments that opens at what somebody asks about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from app.errands import Errand

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.instruments import Instruments
    from app.services import Services
    from engine.handbook.handbook import Handbook
    from engine.handbook.index import Hit
    from widgets.help import HelpPanel
    from widgets.theme import ThemeManager

_PAGE: Final = "help"
_HEIGHT: Final = 320
"""In which a page can be read (logical pixels)."""
_MOST: Final = 40


class HelpDesk(QObject):
    """Finds pages, and goes back and forth between those that were read. The panel is made when it is wanted."""

    ready = Signal()
    """From now on words are found."""

    def __init__(self, services: Services, look: ThemeManager, place: Instruments) -> None:
        """Take a page of the instruments."""
        super().__init__(place)
        self._services, self._look, self._place = services, look, place
        self._panel: HelpPanel | None = None
        self._read: list[tuple[str, int]] = []
        self._at = -1
        self._back_to: QWidget | None = None
        self._is_indexed = self._is_indexing = False
        place.fill_page(_PAGE, self._made, _HEIGHT)

    @property
    def panel(self) -> HelpPanel:
        """The page itself."""
        if self._panel is None:
            from widgets.help import HelpPanel  # noqa: PLC0415 - nobody waits for it

            panel = self._panel = HelpPanel(self._look)
            panel.set_pages(_book().pages.values())
            panel.page_wanted.connect(self.open)
            panel.link_followed.connect(self._follow)
            panel.sought.connect(lambda _words: self._answer())
            panel.back_wanted.connect(lambda: self._step(-1))
            panel.on_wanted.connect(lambda: self._step(1))
            panel.left.connect(self._give_back)
            self.ready.connect(self._answer)
            self.prepare()
            if self._at < 0:
                self._turn_to(*self._first())
        return self._panel

    def open(self, key: str, section: int = 0, *, apart: bool = False) -> None:
        """Show a page at one of its headings; one that is unknown, the first page.

        Args:
            key: of the page.
            section: number of the heading.
            apart: in a window of its own, for whoever asks in another window than the main one.
        """
        if key not in _book().pages:
            key, section = self._first()
        self._remember_focus()
        self._turn_to(key, section)
        self._show_place(apart=apart)
        self.panel.reader.setFocus()

    def search(self, *, apart: bool = False) -> None:
        """Open the help with the cursor in its search; ``apart`` as for ``open``."""
        self._remember_focus()
        self._show_place(apart=apart)
        self.panel.search.setFocus()
        self.panel.search.selectAll()

    def prepare(self) -> None:
        """Read all pages for the search, in a thread: that takes longer than a key should."""
        if not self._is_indexing:
            self._is_indexing = True
            self._services.errands.send(
                Errand("Reading the help", _index, self._have_index, lambda _error: None)
            )

    def seek(self, query: str, most: int = _MOST) -> list[Hit]:
        """What is found in the help; nothing yet while it is being read."""
        return _book().index.search(query, most) if self._is_indexed else []

    def opener(self, hit: Hit) -> Callable[[], object]:
        """What opens a hit."""
        return lambda: self.open(hit.page.key, hit.section.number)

    def _show_place(self, *, apart: bool) -> None:
        """Bring the page into view."""
        if apart:
            self._place.detach(_PAGE)
        else:
            self._place.show_page(_PAGE)

    def _remember_focus(self) -> None:
        """Whoever is typing elsewhere can go on there."""
        focus: QWidget | None = QApplication.focusWidget()
        if focus is None or self._panel is None or not self._panel.isAncestorOf(focus):
            self._back_to = focus

    def _give_back(self) -> None:
        """Put the keyboard where it was before the help opened."""
        if self._back_to is not None and isValid(self._back_to):
            self._back_to.window().activateWindow()
            self._back_to.setFocus(Qt.FocusReason.PopupFocusReason)

    def _made(self) -> QWidget:
        """The panel, when it is first shown."""
        return self.panel

    def _have_index(self, _done: object) -> None:
        """Words can be found."""
        self._is_indexed = True
        self.ready.emit()

    def _answer(self) -> None:
        """Show what was found of what stands in the search."""
        if self._panel is not None:
            words = self._panel.search.text()
            self._panel.show_hits(self.seek(words), words)

    def _follow(self, link: str) -> None:
        """Go where a link of the page leads, if that is a page."""
        found = _book().follow(link, self._read[self._at][0])
        if found is not None:
            self._turn_to(found[0].key, found[1])

    def _turn_to(self, key: str, section: int) -> None:
        """Read another page; what was ahead is forgotten."""
        if self._at < 0 or self._read[self._at] != (key, section):
            self._read = [*self._read[: self._at + 1], (key, section)]
            self._at = len(self._read) - 1
        self._show()

    def _step(self, by: int) -> None:
        """Back or forward, as far as there is something."""
        at = self._at + by
        if 0 <= at < len(self._read):
            self._at = at
            self._show()

    def _show(self) -> None:
        """Bring the panel up to date."""
        key, section = self._read[self._at]
        self.panel.show_page(
            _book().pages[key],
            section,
            back=self._at > 0,
            on=self._at < len(self._read) - 1,
        )

    def _first(self) -> tuple[str, int]:
        """What is read where nobody asks for anything."""
        from engine.handbook.handbook import FIRST  # noqa: PLC0415 - nobody waits for it

        return FIRST, 0


def _book() -> Handbook:
    """All pages; read when they are first wanted, since most starts never ask."""
    from engine.handbook.handbook import handbook  # noqa: PLC0415 - nobody waits for it

    return handbook()


def _index() -> None:
    """Read all words. In a thread."""
    _book().index.search("")
