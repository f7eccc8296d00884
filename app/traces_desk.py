"""The place of traces in the window: a page of the instruments, filled with what the run has recorded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QObject, Signal

from engine.model.units import format_instant
from engine.run.protocol import TakeTraces

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.instruments import Instruments
    from app.services import Services
    from engine.run.protocol import Traced
    from widgets.theme import ThemeManager
    from widgets.traces import TracesPanel

_PAGE: Final = "traces"
_HEIGHT: Final = 250
"""In which some spans can be read (logical pixels)."""
_WAIT: Final = "Looking…"
_NO_RUN: Final = "There is nothing to show yet: run the design first (Space)."
_OFF: Final = "This run records no requests: tick “Record traces” in the Run menu, and restart it."

Wanted = Literal["slowest", "failed", "p99"]


class TracesDesk(QObject):
    """Asks the run for single requests and shows them. The panel is made when it is first wanted."""

    item_requested = Signal(str)
    """A node or link to be shown on the canvas."""

    def __init__(self, services: Services, look: ThemeManager, place: Instruments) -> None:
        """Take a page of the instruments."""
        super().__init__(place)
        self._services, self._look, self._place = services, look, place
        self._panel: TracesPanel | None = None
        self._question = TakeTraces()
        self._asks = False
        place.fill_page(_PAGE, self._made, _HEIGHT)
        place.page_shown.connect(self._follow)
        services.run.traced.connect(self.show_answer)
        services.run.cleared.connect(self._clear)

    @property
    def panel(self) -> TracesPanel:
        """The page itself."""
        if self._panel is None:
            from widgets.traces import TracesPanel  # noqa: PLC0415 - the window does not wait for it

            self._panel = TracesPanel(self._look)
            self._panel.wanted.connect(lambda: self._ask(self._question))
            self._panel.everything_wanted.connect(lambda: self._ask(TakeTraces()))
            self._panel.item_requested.connect(self.item_requested)
        return self._panel

    def show(
        self, wanted: Wanted = "slowest", node: str | None = None, moment: float = math.nan
    ) -> None:
        """Show single requests.

        Args:
            wanted: which one first.
            node: through which they came; None for any.
            moment: about which time (s); NaN for the whole run.
        """
        self._asks = True
        self._place.show_page(_PAGE)
        self._ask(TakeTraces(None if math.isnan(moment) else moment, node, wanted))
        self.panel.list.setFocus()

    def show_answer(self, answer: Traced) -> None:
        """Show what the run has recorded."""
        if answer.question != self._question:
            return
        panel = self.panel
        if answer.sampling is None:
            panel.say(_OFF)
            return
        before = panel.chosen
        names = {each.id: each.name or each.id for each in self._services.document.design.nodes}
        panel.show_traces(answer.slowest, answer.failed, answer.edges, names, answer.map_nodes)
        panel.tell(answer.sampling.text, self._about(answer, names))
        if self._asks:
            self._asks = False
            if answer.question.wanted == "failed":
                panel.show_list("failed")
            panel.choose(answer.chosen)
        elif before is not None:
            panel.choose(before.id)

    def _about(self, answer: Traced, names: dict[str, str]) -> str:
        """What was asked about, where that is not the whole run."""
        question, parts = answer.question, []
        if question.item is not None:
            parts.append(f"through {names.get(question.item, question.item)}")
        if question.moment is not None:
            parts.append(f"about {format_instant(question.moment)}")
        return " ".join(parts)

    def _made(self) -> QWidget:
        """The panel, when it is first shown."""
        return self.panel

    def _follow(self, page: str) -> None:
        """The page has come into view."""
        if page == _PAGE and not self._asks:
            self._ask(self._question)

    def _ask(self, question: TakeTraces) -> None:
        """Ask the run."""
        self._question = question
        run = self._services.run
        if not run.has_run:
            self.panel.say(_NO_RUN)
            return
        if self.panel.chosen is None:
            self.panel.say(_WAIT)
        run.ask(question)

    def _clear(self) -> None:
        """A run begins at 0: what was shown is of another one."""
        self._question = TakeTraces()
        if self._panel is not None:
            self._panel.show_traces((), (), (), {})
            self._panel.tell("", "")
            self._panel.say(_NO_RUN)
