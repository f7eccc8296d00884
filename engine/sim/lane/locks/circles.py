"""Who waits for whom in a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.sim.lane.locks.records import Owner, Ticket


def youngest_in_circle(ticket: Ticket) -> Owner | None:
    """The youngest of those who wait in a circle since somebody began to wait; None where nobody does.

    Only who holds a lock while it waits can be part of a circle.
    """
    path: list[Owner] = []
    if not _leads_back(ticket.owner, ticket.owner, path, []):
        return None
    youngest = ticket.owner
    for owner in path:
        if owner.number > youngest.number:
            youngest = owner
    return youngest


def _leads_back(owner: Owner, start: Owner, path: list[Owner], seen: list[Owner]) -> bool:
    """Whether those for whom somebody waits wait for the start, directly or by others; the way is kept."""
    for ticket in owner.wanted:
        for other in _ahead(ticket):
            if other is start:
                return True
            if other in seen:
                continue
            seen.append(other)
            path.append(other)
            if _leads_back(other, start, path, seen):
                return True
            path.pop()
    return False


def _ahead(ticket: Ticket) -> list[Owner]:
    """Those who have to give back a lock before somebody gets it, as far as they may wait themselves."""
    found: list[Owner] = []
    holder = ticket.lock.owner
    if holder is not None and holder.shared:
        found.append(holder)
    each = ticket.lock.first
    while each is not None and each is not ticket:
        if each.waits and each.owner.shared:
            found.append(each.owner)
        each = each.behind
    return found
