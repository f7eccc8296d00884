"""Changes of a scenario's events, each as one edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.edits import SetDesign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

    from engine.model.design import Design, Event

_EVENTS = ("scenario", "events")


def set_events(events: Sequence[Event], label: str) -> SetDesign:
    """The edit that makes these the scenario's events."""
    raw: list[JsonValue] = [
        event.model_dump(mode="json", by_alias=True, exclude_unset=True) for event in events
    ]
    return SetDesign(_EVENTS, raw, label)


def add(design: Design, event: Event) -> SetDesign:
    """Append an event."""
    return set_events([*design.scenario.events, event], "Add event")


def replace(design: Design, index: int, event: Event, label: str) -> SetDesign:
    """Put another event in the place of one."""
    events = list(design.scenario.events)
    events[index] = event
    return set_events(events, label)


def remove(design: Design, index: int) -> SetDesign:
    """Take an event out."""
    events = design.scenario.events
    return set_events([*events[:index], *events[index + 1 :]], "Remove event")


def at(event: Event, instant: float) -> Event:
    """The event at another time."""
    return event.model_copy(update={"at": instant})


def lasting(event: Event, duration: float) -> Event:
    """The event with another duration."""
    return event.model_copy(update={"duration": duration})
