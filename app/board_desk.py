"""The place of the board in the window: a page of the instruments that follows the run while it is in view."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from widgets.turns import Turns, in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QWidget

    from app.instruments import Instruments
    from app.services import Services
    from app.time_travel import TimeTravel
    from engine.sim.snapshot import Sample, Snapshot
    from widgets.board import BoardPanel
    from widgets.theme import ThemeManager

_PAGE: Final = "board"
_HEIGHT: Final = 250
"""In which some rows can be read (logical pixels)."""
_SPAN: Final = 5.0
"""Simulated seconds that a board looks back: as far as the inspector's measurements."""
_EPSILON: Final = 1e-6
_MANY: Final = 100
"""Nodes from which on a board is worked out in turns."""
_EVERY_MS: Final = 500
"""Rows that change faster than twice a second cannot be read."""


class BoardDesk(QObject):
    """Feeds the page. The panel is made when it is first wanted."""

    item_requested = Signal(str)
    """A client or node to be shown on the canvas."""

    def __init__(
        self, services: Services, look: ThemeManager, place: Instruments, travel: TimeTravel
    ) -> None:
        """Take a page of the instruments."""
        super().__init__(place)
        self._services, self._look, self._place, self._travel = services, look, place, travel
        self._panel: BoardPanel | None = None
        self._samples: deque[Sample] = deque()
        self._turns = Turns(self)
        place.fill_page(_PAGE, self._made, _HEIGHT)
        services.run.snapshot.connect(self._take)
        services.run.cleared.connect(self._clear)
        services.run.rewound.connect(self._go_back)
        travel.moved.connect(lambda _at: self._come_into_view(_PAGE))
        self._timer = QTimer(self, interval=_EVERY_MS, singleShot=True)
        self._timer.timeout.connect(self._refresh)
        place.page_shown.connect(self._come_into_view)

    @property
    def panel(self) -> BoardPanel:
        """The page itself."""
        if self._panel is None:
            from widgets.board import BoardPanel  # noqa: PLC0415 - the window does not wait for it

            self._panel = BoardPanel(self._look)
            self._panel.item_requested.connect(self.item_requested)
            # In a turn of its own: to make it takes as long as to fill it.
            QTimer.singleShot(0, self, self._refresh)
        return self._panel

    def _come_into_view(self, name: str) -> None:
        """Show what came while another page was in view, also of a run that rests."""
        if name == _PAGE and self._place.is_shown(_PAGE):
            QTimer.singleShot(0, self, self._refresh)

    def _made(self) -> QWidget:
        """The panel, when it is first shown."""
        return self.panel

    def _take(self, snapshot: Snapshot, _elapsed: float) -> None:
        """The run went on."""
        self._samples.extend(snapshot.samples)
        while self._samples and self._samples[0].end <= snapshot.time - _SPAN:
            self._samples.popleft()
        if not (self._timer.isActive() or self._travel.looks_back) and self._place.is_shown(_PAGE):
            self._timer.start()

    def _go_back(self, at: float, _problem: str) -> None:
        """The run goes on from an earlier time (s): what came after that is no part of it; NaN where it did not."""
        if math.isnan(at):
            return
        while self._samples and self._samples[-1].end > at + _EPSILON:
            self._samples.pop()
        if not self._samples:
            self._samples.extend(self._seen_at(at))
        self._come_into_view(_PAGE)

    def _seen_at(self, at: float) -> Iterator[Sample]:
        """What was measured shortly before a moment of the run (s)."""
        moment = self._travel.past.at(at)
        for snapshot in () if moment is None else moment.snapshots:
            yield from snapshot.samples

    def _refresh(self) -> None:
        """Show how everything does, in turns where that is much."""
        if self._panel is None:
            return
        if self._turns.is_busy:
            self._timer.start()
            return
        design = self._services.document.design
        names = {each.id: each.name or each.id for each in design.nodes}
        travel = self._travel
        samples = self._seen_at(travel.at) if travel.looks_back else self._samples
        steps = self._panel.showing(tuple(samples), names)
        self._turns.do(in_turns(steps), is_long=len(names) > _MANY)

    def _clear(self) -> None:
        """A run begins at 0."""
        self._samples.clear()
        self._turns.forget()
        self._refresh()
