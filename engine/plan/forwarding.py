"""Links whose source decides by itself what is called: a balancer, a queue, a station with its own flow.

Who hands a request on neither makes a call of its own nor decides whether to: each request takes
exactly one of the links, once, and what happens there is its outcome. With a flow of its own, a
station names the links, and what they say of a flow (order, probability, classes, times, mode, when)
does not count.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.plan.flow import calls_in
from engine.plan.primitives import RetryPlan

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan, NodePlan


def as_forwarded(link: LinkPlan, source: NodePlan) -> LinkPlan:
    """A link as its source uses it: a balancer or a queue has no flow of calls to be part of, nor has a gate."""
    checks = link.target in (source.auth_server, source.coordinator)
    if checks != link.checks:
        link = replace(link, checks=checks)
    if checks:
        return _plain(link, waits=True)
    if source.flow is not None:
        uses = [waited for name, waited in calls_in(source.flow) if name == link.id]
        everybody = (True,) * len(link.classes)
        link = replace(link, classes=everybody)
        return _plain(link, waits=any(uses) or not uses)
    if source.router is None and not source.keeps_messages:
        return link
    if source.router is not None and source.router.layer == 4:
        # Connections that enter it go on over this link, whatever is asked over them.
        link = replace(link, connection=None, encryption=None, classes=(True,) * len(link.classes))
    return _plain(link, waits=True)


def as_session_link(link: LinkPlan) -> LinkPlan:
    """A link as sessions use it: every request of a user does, before anything else."""
    return _plain(link, waits=True)


def as_delivered(link: LinkPlan, source: NodePlan) -> LinkPlan:
    """A link as it delivers messages: a queue gives one up by its own timeout, and tries again by its own rules."""
    backlog, topic = source.backlog, source.topic
    if backlog is not None:
        return replace(link, timeout=min(link.timeout, backlog.visibility), retry=RetryPlan())
    if topic is not None:
        return replace(link, timeout=min(link.timeout, topic.poll_timeout), retry=RetryPlan())
    return link


def _plain(link: LinkPlan, *, waits: bool) -> LinkPlan:
    """A link that says nothing of a flow."""
    plain = replace(link, order=0, probability=1.0, times=1, waits=waits)
    return replace(plain, on_miss=False, on_failure=False)
