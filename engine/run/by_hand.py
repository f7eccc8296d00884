"""What somebody changed while it ran, as it goes on the record: which item, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.catalog import describe
from engine.model.design import Event
from engine.model.edits import SetField, Unset
from engine.model.names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design
    from engine.model.edits import Applied, Edit
    from engine.plan.primitives import ClassPlan, LinkPlan, NodePlan, Plan

MOST: Final = 20
"""Items that an edit is told of; of one that changes more it is said once, about none."""


def told(
    edit: Edit, now: float, applied: Applied, before: Plan, after: Plan
) -> list[tuple[str | None, str]]:
    """Each node and link whose running an edit has changed, with what was done there.

    What is gone has nobody to tell of it: that goes to who called it, and so does what is new there.

    Args:
        edit: what somebody did.
        now: when (s).
        applied: what came of it.
        before: the plan that ran.
        after: the plan that runs from now on.
    """
    items = list(dict.fromkeys(_touched(applied, before, after)))
    if not items or len(items) > MOST:
        return [(None, edit.label)]
    return [(item, _words(edit, now, applied.design, item)) for item in items]


def _touched(applied: Applied, before: Plan, after: Plan) -> Iterator[str]:
    """Items that were changed and run otherwise, and who calls what came or went."""
    changes = applied.changes
    old, new = _parts(before), _parts(after)
    moved = changes.added | changes.removed
    for name, part in new.items():
        if name in changes.changed and part != old.get(name):
            yield name
    asked = _asked(before)
    for name, classes in _asked(after).items():
        if name not in moved and classes != asked.get(name):
            yield name
    for link in (*before.links, *after.links):
        if {link.id, link.target} & moved and link.source in new and link.source not in moved:
            yield link.source


def _asked(plan: Plan) -> dict[str, list[ClassPlan]]:
    """The classes of request that each client asks for, which it changes with."""
    return {
        each.id: [plan.classes[place] for place in each.traffic.asked]
        for each in plan.nodes
        if each.traffic is not None
    }


def _parts(plan: Plan) -> dict[str, NodePlan | LinkPlan]:
    """What runs, by its id."""
    nodes = {each.id: each for each in plan.nodes}
    return {**nodes, **{each.id: each for each in plan.links}}


def _words(edit: Edit, now: float, design: Design, item: str) -> str:
    """What was done to an item."""
    single = isinstance(edit, SetField) and edit.id == item and edit.path[0] == "config"
    if single and isinstance(edit, SetField) and not isinstance(edit.value, Unset):
        path = ".".join(edit.path[1:])
        event = Event(at=now, change="set", target=item, path=path, value=edit.value)
        return describe(event, design)
    return f"{name_of(design, item)}: {edit.label}"
