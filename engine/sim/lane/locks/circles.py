"""Who waits for whom in a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.locks.records import Owner, Ticket


def youngest_in_circle(ticket: Ticket, search: i64) -> Owner | None:
    """The youngest of those who wait in a circle since somebody began to wait; None where nobody does.

    Only who holds a lock while it waits can be part of a circle, or who is in another line as well: nobody waits for
    anybody else.

    Args:
        ticket: of whoever has just begun to wait, at the end of a line.
        search: a number that no search before had, by which it knows whom it has seen.
    """
    owner = ticket.owner
    if len(owner.held) == 0 and len(owner.wanted) <= 1:
        return None
    path: list[Owner] = []
    if not _leads_back(owner, owner, path, search):
        return None
    youngest = owner
    for each in path:
        if each.number > youngest.number:
            youngest = each
    return youngest


def _leads_back(owner: Owner, start: Owner, path: list[Owner], search: i64) -> bool:
    """Whether those for whom somebody waits wait for the start, directly or by others; the way is kept."""
    for ticket in owner.wanted:
        for other in _ahead(ticket):
            if other is start:
                return True
            if other.search == search:
                continue
            other.search = search
            path.append(other)
            if _leads_back(other, start, path, search):
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
