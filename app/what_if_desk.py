"""What could help: asks for theory in the process that thinks, for runs in processes of studies, and applies an idea."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.naming import name_of
from app.what_if_card import WhatIfCard

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.services import Services
    from app.studies.running import RunningStudy
    from engine.model.changes import Changes
    from engine.model.design import Design
    from engine.study import Report
    from engine.study.gain import Gain
    from engine.why.what_if import Supposed
    from widgets.theme import ThemeManager


class WhatIfDesk(QObject):
    """The card, what it asks, and the runs behind it."""

    def __init__(self, window: QWidget, look: ThemeManager, services: Services) -> None:
        """Nothing is asked yet."""
        super().__init__(window)
        self._services = services
        self.card = WhatIfCard(window, look)
        self.supposed: Supposed | None = None
        """What can be tried about the open design."""
        self._load = 1.0
        self._made: RunningStudy | None = None
        services.analysis.answered.connect(self._take)
        services.document.changed.connect(self._follow)
        services.document.replaced.connect(lambda _design: self._forget())
        self.card.try_requested.connect(self._try)
        self.card.cancelled.connect(self._cancel)
        self.card.apply_requested.connect(self._apply)

    def ask(self, node: str | None) -> None:
        """Open the card about a node, or about the bottleneck where none (or a link) is chosen."""
        design = self._services.document.design
        chosen = node if node is not None and node in design.node_by_id else ""
        if chosen and design.node_by_id[chosen].kind == "client":
            chosen = ""
        self._forget()
        self._load = self._services.theory.load
        self.card.begin()
        self._services.analysis.ask("what_if", self._load, chosen)

    def close(self) -> None:
        """End what runs, without a word."""
        if self._made is not None:
            self._made.close()

    def _cancel(self) -> None:
        """Stop what runs; what is done is kept, and trying again goes on from there."""
        if self._made is not None:
            self._made.cancel()

    @property
    def _running(self) -> RunningStudy:
        """The runs. Made when they are first wanted: the window does not wait for statistics."""
        if self._made is None:
            from app.studies.running import RunningStudy  # noqa: PLC0415

            self._made = RunningStudy(self, self._services.places.studies)
            self._made.progressed.connect(self.card.show_progress)
            self._made.reported.connect(self._show)
            self._made.ended.connect(self.card.show_end)
        return self._made

    def _take(self, topic: str, supposed: Supposed | None) -> None:
        """Theory has answered."""
        if topic != "what_if" or not self.card.isVisible():
            return
        self.supposed = supposed
        design = self._services.document.design
        names = ["", ""]
        if supposed is not None and supposed.node is not None:
            names = [name_of(design, each or "") for each in (supposed.node, supposed.client)]
        self.card.show_supposed(supposed, *names)

    def _try(self) -> None:
        """Run the design as it is and with each idea, under the same seeds."""
        from app.studies.looks import gains  # noqa: PLC0415
        from engine.study import StudyError, Variant  # noqa: PLC0415
        from engine.study.what_if import WhatIf  # noqa: PLC0415

        if self.supposed is None or self.supposed.client is None:
            return
        variant = Variant.of(self._services.document.design, load=self._load)
        try:
            study = WhatIf(variant, self.supposed.client, self.supposed.ideas)
        except StudyError as error:
            self.card.show_end(str(error))
            return
        self.card.set_running(running=True)
        self._running.start(study, variant.digest, gains)

    def _show(self, _report: Report, gains: list[Gain]) -> None:
        """Show what can be said so far."""
        self.card.show_gains(gains)

    def _apply(self, place: int) -> None:
        """Do an idea, as one step that can be undone."""
        if self.supposed is not None:
            edit = self.supposed.ideas[place].edit
            self.card.close_card()
            self._services.document.push(edit)

    def _follow(self, _design: Design, changes: Changes) -> None:
        """The design changed: what was said is no longer about it."""
        if changes.affects_run:
            self._forget()

    def _forget(self) -> None:
        """Close the card, and know nothing."""
        self.close()
        self.card.close_card()
        self.supposed = None
