"""The place of studies in the window: under the canvas, where the charts are otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStackedWidget

    from app.dialogs import Dialogs
    from app.services import Services
    from app.studies.session import StudySession
    from widgets.theme import ThemeManager


class StudyDesk(QObject):
    """Shows the panel of studies, or the charts. Everything behind it is made when first wanted."""

    said = Signal(str)
    """Something to tell the person, in a line."""
    mapped = Signal(object)
    """The ``BlastMap`` that the canvas is to show; None for none."""

    def __init__(
        self, services: Services, look: ThemeManager, place: QStackedWidget, dialogs: Dialogs
    ) -> None:
        """Take a place whose first page is what else is there."""
        super().__init__(place)
        self._services, self._look, self._dialogs = services, look, dialogs
        self._place = place
        self._session: StudySession | None = None

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
            self._place.addWidget(self._session.panel)
        return self._session

    @property
    def shown(self) -> bool:
        """Whether the panel is seen."""
        return self._session is not None and self._place.currentWidget() is self._session.panel

    def open(self) -> None:
        """Show the panel."""
        self._place.setCurrentWidget(self.session.panel)
        self.session.follow()
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
        self._place.setCurrentIndex(0)

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
