"""An incident: five moments, each of which was recorded, or says that it was not. Plain frozen data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

MARKS: Final = ("cause", "detect", "page", "mitigate", "recover")
"""The moments of an incident, in the order in which they come as a rule."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the five moments of an incident."""

    at: float
    """Simulated time (s)."""
    what: str
    """In words."""
    item: str | None = None
    """The node or link that it is about."""
    inferred: bool = False
    """Whether it was not recorded, but follows from the settings of the design."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A time in which users fail, and what was done about it."""

    begun: float
    """When users began to fail (s)."""
    bad: int
    """Requests that failed, or took longer than an objective allows."""
    share: float
    """Of all that ended meanwhile."""
    cause: Mark | None
    """None where nothing that was recorded can be behind it."""
    detect: Mark | None = None
    """None where nobody saw it."""
    page: Mark | None = None
    mitigate: Mark | None = None
    """What was done about it first, by a controller, or by a person if it helped."""
    recover: Mark | None = None
    """None where it goes on."""
    since: float | None = None
    """From when on requests are counted (s), where the run no longer remembers those before; None for all of it."""

    @property
    def start(self) -> float:
        """From when on times are counted (s): the cause; where that is unknown, when users began to fail."""
        return self.begun if self.cause is None else self.cause.at

    @property
    def marks(self) -> tuple[tuple[str, Mark], ...]:
        """Those that are known, in the order of their names."""
        marks = (self.cause, self.detect, self.page, self.mitigate, self.recover)
        named = zip(MARKS, marks, strict=True)
        return tuple((name, mark) for name, mark in named if mark is not None)

    def after(self, name: str) -> float | None:
        """Seconds from the start to a mark; None where there is none."""
        mark = dict(self.marks).get(name)
        return None if mark is None else max(0.0, mark.at - self.start)


def incident_object(incident: Incident) -> dict[str, Any]:
    """An incident as ``--json`` writes it."""
    marks = dict(incident.marks)
    told: dict[str, Any] = {
        name: None if name not in marks else _mark_object(marks[name]) for name in MARKS
    }
    return {
        "begun": incident.begun,
        "bad": incident.bad,
        "share": incident.share,
        **told,
        "time_to_detect": incident.after("detect"),
        "time_to_mitigate": incident.after("mitigate"),
        "time_to_recover": incident.after("recover"),
    }


def mean_after(found: Iterable[Incident], name: str) -> float | None:
    """The mean time to a mark, such as MTTD (detect) and MTTR (recover); None where none has it.

    Args:
        found: incidents, of which those without that mark do not count.
        name: of the mark.
    """
    times = [each.after(name) for each in found]
    known = [each for each in times if each is not None]
    return math.fsum(known) / len(known) if known else None


def _mark_object(mark: Mark) -> dict[str, Any]:
    """A mark as ``--json`` writes it."""
    return {"time": mark.at, "what": mark.what, "item": mark.item, "inferred": mark.inferred}
