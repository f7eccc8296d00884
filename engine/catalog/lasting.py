"""What ``set`` events without an end leave of a design: refused where an edit that does the same would be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.catalog.checks.event_fixes import with_events
from engine.catalog.events import config_path
from engine.model.edits import SetField
from engine.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from engine.model.design import Design
    from engine.model.findings import Finding


def lasting_errors(
    design: Design, errors: Callable[[Design], Sequence[Finding]]
) -> Iterator[Finding]:
    """What is wrong with a design that runs once the settings that stay are made, told of the event that does it.

    Only the settings that are left at the end count: what another event takes back was not for ever.

    Args:
        design: a design without errors.
        errors: what keeps one without events from running.
    """
    blamed: tuple[int, Sequence[Finding]] | None = None
    for index, changed in reversed(list(_changed(design))):
        found = errors(changed)
        if not found:
            break
        blamed = index, found
    if blamed is None:
        return
    index, found = blamed
    event = design.scenario.events[index]
    for finding in found:
        yield replace(
            finding,
            field=f"scenario.events.{index}.value",
            message=f"From {format_instant(event.at)} on, as an event sets it: {finding.message}",
            fix=with_events(design, {index: None}, "Remove event"),
        )


def _changed(design: Design) -> Iterator[tuple[int, Design]]:
    """The places of such events, in the order in which they come, and what each leaves of the design."""
    scenario = design.scenario
    lasting = [
        (event.at, index)
        for index, event in enumerate(scenario.events)
        if event.kind.hits == "settings" and event.duration is None and event.at < scenario.duration
    ]
    if not lasting:
        return
    quiet = scenario.model_copy(update={"events": ()})
    changed = design.model_copy(update={"scenario": quiet})
    for _, index in sorted(lasting):
        event = scenario.events[index]
        edit = SetField(event.target or "", config_path(event.path or ""), event.value)
        changed = edit.apply(changed).design
        yield index, changed
