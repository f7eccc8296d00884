"""Tells attempts at the same thing from calls of their own.

A caller that tries again, hedges, or is itself tried again asks for the same thing. The logical call of a
request is made where it is first needed; its parts are told apart by the link and by how many calls the
job has made over it, so that a job that is run again asks for the same parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.context import context_of
from engine.sim.lane.logical_call import LogicalCall

if TYPE_CHECKING:
    from engine.sim.lane.call import Call


@final
class Numbering:
    """Whether anybody wants to tell repeats of calls from other calls: nothing is kept before."""

    def __init__(self) -> None:
        self.wanted = False


def logical_of(call: Call) -> LogicalCall | None:
    """Of what a call is an attempt, where that is known."""
    context = call.context
    return None if context is None else context.logical


def tell_apart(call: Call, job: Call, link: str) -> None:
    """Let a call that a job makes over a link be the first attempt at a part of what the job is about."""
    message = job
    above = job.parent
    while job.path is None and above is not None:  # a branch of a flow
        job = above
        above = job.parent
    context = context_of(job)
    whole = context.logical
    if whole is None:
        whole = LogicalCall()
        context.logical = whole
    asked = context.asked
    if asked is None:
        asked = {}
        context.asked = asked
    number = asked.get(link, 0)
    asked[link] = number + 1
    made = context_of(call)
    made.logical = whole.part(link, number)
    own = message.context
    if own is not None and own.part is not None and message.path is None:
        made.part = own.part
        made.message = own.message


def repeat(call: Call, other: Call) -> None:
    """Let another call be about the same as a call."""
    logical = logical_of(call)
    if logical is not None:
        context = context_of(other)
        context.logical = logical
        before = call.context
        if before is not None:
            context.part = before.part
            context.message = before.message
