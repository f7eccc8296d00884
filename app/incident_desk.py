"""Keeps the strip of incidents up to date: asks the run, while it goes on and when it stands still."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from engine.run.protocol import FindIncidents
from engine.why.incident import Mark
from widgets.instruments.sources import sources
from widgets.timeline.incidents import IncidentStrip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.instruments import Instruments
    from app.services import Services
    from app.views import Views
    from engine.run.protocol import FoundIncidents
    from engine.sim.snapshot import Snapshot
    from engine.why.incident import Incident
    from widgets.theme import ThemeManager

_EVERY_MS: Final = 2000
"""From question to question while the run goes on: an answer takes the simulation some milliseconds."""
_SOON_MS: Final = 200
_EDGE: Final = 5.0
"""Seconds after the first that the run remembers within which the rest of an incident begins: an interval and a gap."""
_REST: Final = 50.0
"""Times as long as an answer took until the next question, so that the run stands still for 2 % of the time at most."""


class IncidentDesk(QObject):
    """Asks only when there may be something new: after a notice, and while a client's requests fail."""

    def __init__(
        self, services: Services, look: ThemeManager, place: Instruments, views: Views
    ) -> None:
        """Take a place below the timeline."""
        super().__init__(place)
        self._services = services
        self._is_stale = False
        self._wait = _EVERY_MS
        self.strip = IncidentStrip(look.theme, views.timeline.axis)
        place.put_below_timeline(self.strip)
        self.strip.moment_requested.connect(views.timeline.show_moment)
        look.changed.connect(self.strip.set_theme)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)
        run = services.run
        run.snapshot.connect(self._take)
        run.cleared.connect(self._clear)
        run.found.connect(self._show)
        run.rewound.connect(lambda *_: self._ask_soon())
        run.running_changed.connect(lambda *_: self._ask_soon())

    def _take(self, snapshot: Snapshot, _elapsed: float) -> None:
        """The run went on."""
        failing = any(
            sample.nodes[client].failed
            for sample in snapshot.samples
            for client in self._clients
            if client in sample.nodes
        )
        if failing or snapshot.notices or self._goes_on:
            self._is_stale = True
            if not self._timer.isActive():
                self._timer.start(self._wait)

    @property
    def _clients(self) -> tuple[str, ...]:
        """Whose requests tell whether users are served."""
        return sources(self._services.document.design)

    @property
    def _goes_on(self) -> bool:
        """Whether an incident is not over by now."""
        return bool(self.strip.incidents) and self.strip.incidents[-1].recover is None

    def _ask_soon(self) -> None:
        """The run stands still, or elsewhere."""
        if self._services.run.has_run:
            self._is_stale = True
            self._timer.start(_SOON_MS)

    def _ask(self) -> None:
        """Ask the run."""
        if self._is_stale and self._services.run.has_run:
            self._is_stale = False
            self._services.run.ask(FindIncidents())

    def _show(self, answer: FoundIncidents) -> None:
        """Show what was found."""
        self._wait = max(_EVERY_MS, round(1000.0 * _REST * answer.took))
        design = self._services.document.design
        names = {each.id: each.name or each.id for each in design.nodes}
        known = joined(self.strip.incidents, answer, self._services.run.now)
        self.strip.show_incidents(known, names)

    def _clear(self) -> None:
        """A run begins at 0."""
        self._timer.stop()
        self.strip.show_incidents((), {})


def joined(before: Sequence[Incident], answer: FoundIncidents, now: float) -> tuple[Incident, ...]:
    """What was found before and is not remembered by the run any more, and what it says now.

    Args:
        before: incidents that were found earlier.
        answer: what is found now, of the part of the run that is remembered.
        now: where the run is (s); it may have gone back.
    """
    old = [each for each in before if each.begun < answer.since and each.begun <= now]
    new = list(answer.incidents)
    if old and new and _is_rest(old[-1], new[0], answer.since):
        old[-1] = _whole(old[-1], new.pop(0), answer.since)
    elif old and old[-1].recover is None:
        over = Mark(answer.since, "users were served again by then", inferred=True)
        old[-1] = replace(old[-1], recover=over)
    kept = [each for each in old if each.recover is None or each.recover.at <= now]
    last = max((each.recover.at for each in kept if each.recover is not None), default=-math.inf)
    return (*kept, *(each for each in new if each.begun >= last))


def _is_rest(known: Incident, found: Incident, since: float) -> bool:
    """Whether what is found is what is left of an incident whose beginning the run has forgotten."""
    lasted = known.recover is None or known.recover.at >= found.begun
    return lasted and found.begun <= since + _EDGE


def _whole(known: Incident, rest: Incident, since: float) -> Incident:
    """An incident of which the run remembers the rest: begun as it was seen then, and over as it is seen now."""
    if (
        known.recover is not None
        and rest.recover is not None
        and known.recover.at == rest.recover.at
    ):
        return known
    return replace(
        rest,
        begun=known.begun,
        cause=known.cause,
        detect=known.detect or rest.detect,
        page=known.page or rest.page,
        mitigate=known.mitigate or rest.mitigate,
        since=since,
    )
