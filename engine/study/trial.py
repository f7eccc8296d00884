"""Trials: what a run of a study goes through and has measured, beside what its design says of itself.

A fault or a load is injected as events on top of the design's own, so that it is told, shown and repeated like
any other. A bound may be watched meanwhile: once it is crossed, what was injected ends.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final, Self

from engine.model.design import Objective
from engine.model.edits import SetDesign
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design
    from engine.run.session import Session

CROSSED: Final = "crossed"
"""Where a result says that a watched bound was crossed."""
_STEPS: Final = {
    "clients": ("offered", "succeeded", "failed", "p99"),
    "nodes": ("in_system",),
}
"""What is kept of a series: a study holds many runs of many items."""


_ASKED: Final = ("offered", "arrivals", "attempts")
"""How many requests came to a client, a node and a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What happens in a run beside its design, and what is measured of it."""

    events: tuple[str, ...] = ()
    """Events that are injected, each as the JSON of one in a design file."""
    duration: float | None = None
    """Simulated length (s); None is that of the scenario."""
    warmup: float | None = None
    """Seconds that are not measured, where it has a length of its own; None is that of the scenario."""
    step: float | None = None
    """Length (s) of the steps of a series."""
    spans: tuple[tuple[str, float, float], ...] = ()
    """Parts of the run that are measured on their own: name, from, to (s)."""
    abort: tuple[str, ...] = ()
    """Bounds, each the JSON of an objective in a design file; where one holds, what was injected ends."""
    watch: tuple[float, float] = (0.0, 0.0)
    """From when to when (s) they are watched."""
    window: float = 5.0
    """Seconds over which they are measured, again and again."""

    @property
    def to_json(self) -> dict[str, Any]:
        """The trial as an object for a file; what has its default is left out."""
        usual = asdict(Trial())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Self:
        """A trial from its object. Raises ``TypeError`` or ``KeyError`` where it is none."""
        names = {each.name for each in fields(cls)}
        if not raw.keys() <= names:
            raise KeyError(min(raw.keys() - names))
        return cls(**{name: _tuple(value) for name, value in raw.items()})

    def on(self, design: Design) -> Design:
        """The design with what is injected, and as long as it runs."""
        if self.duration is not None:
            warmup = design.scenario.warmup if self.warmup is None else self.warmup
            warmup = warmup if warmup < self.duration else 0.0
            # In an order in which the warm-up is over before the end at each step.
            for name, value in (("warmup", 0.0), ("duration", self.duration), ("warmup", warmup)):
                design = SetDesign(("scenario", name), value).apply(design).design
        if not self.events:
            return design
        own = [
            event.model_dump(mode="json", by_alias=True, exclude_unset=True)
            for event in design.scenario.events
        ]
        added = [json.loads(each) for each in self.events]
        return SetDesign(("scenario", "events"), [*own, *added]).apply(design).design

    def watched(self, session: Session) -> dict[str, Any] | None:
        """Simulate through the time that is watched; what ended it, None where nothing did.

        Where a bound is crossed, what was injected and the span that is under way end there and then, and the run
        goes on without it.
        """
        begin, end = self.watch
        session.advance(begin)
        bounds = [Objective.model_validate_json(text) for text in self.abort]
        while session.now < end:
            until = min(session.now + self.window, end)
            now = {"from_": session.now, "to": until}
            looks = [bound.model_copy(update=now) for bound in bounds]
            session.watch(looks)
            session.advance(until)
            for place, bound in enumerate(looks):
                value = _measured(session, bound)
                if value is not None and bound.meets(value):
                    self._end(session)
                    session.close_spans()
                    session.watch(())
                    return {"at": session.now, "bound": place, "value": value}
        session.watch(())
        return None

    def _end(self, session: Session) -> None:
        """End what was injected, now."""
        if not self.events:
            return
        events = session.design.scenario.events
        kept = len(events) - len(self.events)
        raw: list[Any] = []
        for place, event in enumerate(events):
            fields = event.model_dump(mode="json", by_alias=True, exclude_unset=True)
            ends = math.inf if event.duration is None else event.at + event.duration
            if place >= kept and ends > session.now:
                if event.at >= session.now:
                    continue
                fields["duration"] = session.now - event.at
            raw.append(fields)
        session.apply(SetDesign(("scenario", "events"), raw))


def trimmed(series: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a series of a run."""
    kept: dict[str, Any] = {"step": series["step"]}
    for section, names in _STEPS.items():
        kept[section] = {
            item: {name: columns.get(name, []) for name in names}
            for item, columns in series[section].items()
        }
    return kept


def _measured(session: Session, bound: Objective) -> float | None:
    """What was measured for a bound that is watched; None where that is nothing.

    Where requests came and nothing is known of any of them yet, as behind a cut without a timeout, none is good.
    """
    value = session.watched(bound)
    item, _, name = bound.metric.partition(".")
    if value is not None or name != "availability":
        return value
    asked = (bound.model_copy(update={"metric": f"{item}.{each}"}) for each in _ASKED)
    return 0.0 if any(session.watched(each) for each in asked) else None


def _tuple(value: Any) -> Any:
    """Lists of JSON as tuples."""
    return tuple(_tuple(each) for each in value) if isinstance(value, list) else value
