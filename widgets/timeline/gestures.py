"""Drags on the strip, each an object that can be cancelled: move an event, stretch it, pan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from widgets.timeline import edits

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.design import Design, Event
    from engine.model.edits import Edit
    from widgets.instruments import TimeAxis

SNAP = 1.0
"""Distance of the instants that a drag snaps to (s)."""
_SHORTEST = 0.1
"""Shortest duration that a drag can give (s)."""


def snapped(instant: float, step: float) -> float:
    """The nearest multiple of ``step`` (s); rounded to milliseconds where there is no step."""
    return round(instant / step) * step if step else round(instant, 3)


class Gesture(Protocol):
    """Something that goes on while the mouse is pressed."""

    @property
    def events(self) -> tuple[Event, ...] | None:
        """The scenario's events as they would be; None while they are as they were."""

    @property
    def instant(self) -> float | None:
        """The time that the drag sets, to show beside it (s)."""

    def drag(self, instant: float, snap: float) -> None:
        """The mouse is at this instant; results are multiples of ``snap`` (0: any)."""

    def edit(self) -> Edit | None:
        """What the finished drag means; None where nothing changed."""

    def cancel(self) -> None:
        """Take it back."""


class MoveEvent:
    """Drags an event along time."""

    def __init__(self, design: Design, index: int, grabbed: float) -> None:
        """Begin at the instant that was grabbed (s)."""
        self._design = design
        self._index = index
        self._event = design.scenario.events[index]
        self._offset = grabbed - self._event.at
        self.instant: float | None = None

    @property
    def events(self) -> tuple[Event, ...] | None:
        """Events with this one moved."""
        if self.instant is None:
            return None
        events = list(self._design.scenario.events)
        events[self._index] = edits.at(self._event, self.instant)
        return tuple(events)

    def drag(self, instant: float, snap: float) -> None:
        """Follow the mouse, not before 0."""
        self.instant = max(snapped(instant - self._offset, snap), 0.0)

    def edit(self) -> Edit | None:
        """One edit, if it was really moved."""
        if self.instant is None or self.instant == self._event.at:
            return None
        moved = edits.at(self._event, self.instant)
        return edits.replace(self._design, self._index, moved, "Move event")

    def cancel(self) -> None:
        """Back where it was."""
        self.instant = None


class StretchEvent:
    """Drags the end of an event."""

    def __init__(self, design: Design, index: int) -> None:
        """Begin at the event's end."""
        self._design = design
        self._index = index
        self._event = design.scenario.events[index]
        self.instant: float | None = None

    @property
    def events(self) -> tuple[Event, ...] | None:
        """Events with this one longer or shorter."""
        if self.instant is None:
            return None
        events = list(self._design.scenario.events)
        events[self._index] = self._stretched(self.instant)
        return tuple(events)

    def drag(self, instant: float, snap: float) -> None:
        """Follow the mouse; an event keeps some length."""
        self.instant = max(snapped(instant, snap), self._event.at + (snap or _SHORTEST))

    def edit(self) -> Edit | None:
        """One edit, if its end really moved."""
        if self.instant is None:
            return None
        changed = self._stretched(self.instant)
        if changed.duration == self._event.duration:
            return None
        return edits.replace(self._design, self._index, changed, "Change duration")

    def cancel(self) -> None:
        """As long as it was."""
        self.instant = None

    def _stretched(self, end: float) -> Event:
        """The event that ends there."""
        return edits.lasting(self._event, round(end - self._event.at, 6))


class Scrub:
    """Drags the moment of the run that is looked at."""

    events: tuple[Event, ...] | None = None
    instant: float | None = None

    def __init__(self, show: Callable[[float], object], before: float) -> None:
        """``show`` has a moment shown (s); ``before`` was shown until now, NaN for now itself."""
        self._show = show
        self._before = before

    def drag(self, instant: float, snap: float) -> None:  # noqa: ARG002 - a moment does not snap
        """Follow the mouse."""
        self._show(instant)

    def edit(self) -> Edit | None:
        """Looking back changes nothing."""
        return None

    def cancel(self) -> None:
        """Show what was shown."""
        self._show(self._before)


class Pan:
    """Drags the visible range."""

    events: tuple[Event, ...] | None = None
    instant: float | None = None

    def __init__(self, axis: TimeAxis, grabbed: float) -> None:
        """Keep the grabbed instant under the mouse."""
        self._axis = axis
        self._grabbed = grabbed
        self._before = (axis.start, axis.end) if not axis.following else None

    def drag(self, instant: float, snap: float) -> None:  # noqa: ARG002 - a pan does not snap
        """Follow the mouse."""
        self._axis.pan(self._grabbed - instant)

    def edit(self) -> Edit | None:
        """Looking elsewhere changes nothing."""
        return None

    def cancel(self) -> None:
        """Show what was shown."""
        if self._before is None:
            self._axis.reset()
        else:
            self._axis.set_range(*self._before)
