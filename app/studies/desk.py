"""The place of studies in the window: under the canvas, a tab beside the charts, or a window of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.dialogs import Dialogs
    from app.instruments import Instruments
    from app.services import Services
    from app.studies.session import StudySession
    from widgets.theme import ThemeManager


_PAGE: Final = "study"
_HEIGHT: Final = 250
"""In which a form, and a table of some rows, can be read (logical pixels)."""


class StudyDesk(QObject):
    """Shows the panel of studies, or the charts. Everything behind it is made when first wanted."""

    said = Signal(str)
    """Something to tell the person, in a line."""
    mapped = Signal(object)
    """The ``BlastMap`` that the canvas is to show; None for none."""

    def __init__(
        self, services: Services, look: ThemeManager, place: Instruments, dialogs: Dialogs
    ) -> None:
        """Take a page of the instruments."""
        super().__init__(place)
        self._services, self._look, self._dialogs = services, look, dialogs
        self._place = place
        self._session: StudySession | None = None
        place.fill_page(_PAGE, self._panel, _HEIGHT)
        place.page_shown.connect(self._follow)

    @property
    def session(self) -> StudySession:
        """The studies themselves."""
        if self._session is None:
            # Here, not above: the window does not wait for statistics and plots.
            from app.studies.session import StudySession  # noqa: PLC0415

            self._session = StudySession(self._services, self._look, self._dialogs, self)
            self._session.said.connect(self.said)
            self._session.left.connect(self.leave)
            self._session.map.changed.connect(self.mapped)
        return self._session

    @property
    def shown(self) -> bool:
        """Whether the panel is seen."""
        return self._place.is_shown(_PAGE)

    def open(self) -> None:
        """Show the panel."""
        self._place.show_page(_PAGE)
        self.session.panel.form.setFocus()

    def choices(self) -> list[tuple[str, str, str]]:
        """The kinds of studies: name, title, and the question that each answers."""
        from widgets.study import KINDS  # noqa: PLC0415 - as above

        return [(kind.name, kind.title, kind.question) for kind in KINDS]

    def ask(self, kind: str) -> None:
        """Show the panel with the form of a kind; a study under way keeps its own."""
        self.open()
        if not self.session.running.active:
            self.session.panel.form.choose_kind(kind)

    def leave(self) -> None:
        """Show the charts again; a study under way goes on."""
        self._place.attach(_PAGE)
        self._place.show_page("charts")

    def _panel(self) -> QWidget:
        """The panel, when it is first shown."""
        return self.session.panel

    def _follow(self, page: str) -> None:
        """A page has come into view: the form follows the open design."""
        if page == _PAGE:
            self.session.follow()

    def dismiss_map(self) -> None:
        """Take the map away that was painted on the canvas."""
        if self._session is not None:
            self._session.map.hide()

    def look_at(self, items: frozenset[str]) -> None:
        """Something was selected on the canvas."""
        if self._session is not None:
            self._session.look_at(items)

    def widen_map(self) -> None:
        """From the reach of one failure back to all of them."""
        if self._session is not None:
            self._session.widen()

    def toggle(self) -> None:
        """Show the panel, or the charts."""
        if self.shown:
            self.leave()
        else:
            self.open()

    def close(self) -> None:
        """End what runs: the window is going."""
        if self._session is not None:
            self._session.close()
