"""What few calls carry with them, where they carry anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.call import Context
from engine.sim.lane.codes import NEVER

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, CallPath, Pool


def context_of(call: Call) -> Context:
    """What a call carries with it; from now on it carries something."""
    context = call.context
    if context is None:
        context = Context(NEVER)
        call.context = context
    return context


def inherit(context: Context, before: Context) -> None:
    """Carry on what a request was sent with, in whatever form its callee goes on with it."""
    context.unchanged = before.unchanged
    context.wrong = before.wrong
    context.logical = before.logical
    context.session = before.session
    context.part = before.part
    context.message = before.message
    context.tried = before.tried
    context.missed_over = before.missed_over


def tried_by(call: Call) -> list[Pool] | None:
    """Instances that a call went to so far, where the next attempts avoid them."""
    context = call.context
    return None if context is None else context.tried


def missed_by(job: Call) -> list[CallPath] | None:
    """Links over which a job learnt of misses that nothing has made up for yet."""
    context = job.context
    return None if context is None else context.missed_over


def outlasts(context: Context) -> bool:
    """Whether anything of what a call carries counts once nobody waits for the call any more."""
    return (
        context.special
        or context.wrong
        or context.asks
        or context.deadline < NEVER
        or len(context.children) > 0
        or context.keys is not None
        or context.asked is not None
        or context.logical is not None
        or context.session is not None
        or context.part is not None
        or context.version != 0
        or context.etag != 0
    )
