"""Edits that put right what is wrong with events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.edits import SetDesign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from engine.model.design import Design, Event


def raw_event(event: Event) -> dict[str, JsonValue]:
    """An event as in a design file."""
    return event.model_dump(mode="json", by_alias=True, exclude_unset=True)


def with_events(
    design: Design, changed: Mapping[int, dict[str, JsonValue] | None], label: str
) -> SetDesign:
    """The edit that puts other events in the place of some; None takes one out."""
    events = [changed.get(i, raw_event(event)) for i, event in enumerate(design.scenario.events)]
    return SetDesign(("scenario", "events"), [e for e in events if e is not None], label)
