"""What few calls carry with them, where they carry anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.call import Context
from engine.sim.lane.codes import NEVER

if TYPE_CHECKING:
    from engine.sim.lane.call import Call


def context_of(call: Call) -> Context:
    """What a call carries with it; from now on it carries something."""
    context = call.context
    if context is None:
        context = Context(NEVER)
        call.context = context
    return context


def inherit(context: Context, before: Context) -> None:
    """Carry on what a request was sent with, in whatever form its callee goes on with it."""
    context.wrong = before.wrong
    context.logical = before.logical
    context.session = before.session
    context.part = before.part
    context.message = before.message
