"""Links over which requests are handed on: those that leave a balancer or a queue.

Who hands a request on neither makes a call of its own nor decides whether to: each request takes
exactly one of the links, once, and what happens there is its outcome.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan, NodePlan


def as_handed(link: LinkPlan, source: NodePlan) -> LinkPlan:
    """A link as its source uses it: a balancer or a queue has no flow of calls to be part of."""
    if source.router is None and source.backlog is None:
        return link
    return replace(link, order=0, probability=1.0, times=1, waits=True, on_miss=False)
