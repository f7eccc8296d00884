"""What a machine records of its requests, where somebody wants traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.sim.lane.roles.flow import Program
from engine.sim.lane.roles.queue import Queue
from engine.sim.lane.roles.topic import Topic
from engine.sim.lane.tracing.keeping import Spare
from engine.sim.lane.tracing.tracer import CallTracer, Tracer
from engine.sim.lane.traffic.client import Client

if TYPE_CHECKING:
    from engine.model.trace_settings import TraceSettings
    from engine.plan.primitives import Plan
    from engine.sim.lane.link import Link
    from engine.sim.lane.seams import Role

_ROOM: Final = 400_000
"""Spans under way at a time, some 80 megabytes; requests that begin beyond that are not recorded."""
_STORES: Final = 3
"""The failed, the slowest and the sampled."""


class Tracing:
    """The tracers of a machine, and what their spans are about."""

    def __init__(self, settings: TraceSettings, plan: Plan) -> None:
        """Share the room out to the clients and queues that there are."""
        self.settings = settings
        self.tracers: list[Tracer] = []
        """One for each client and queue that there ever was."""
        self.ends: dict[str, tuple[str, str]] = {}
        """Where each link that there ever was begins and ends."""
        roots = sum(node.traffic is not None or node.keeps_messages for node in plan.nodes)
        self._spans = max(100, settings.spans // (_STORES * max(1, roots)))
        self._spare = Spare(_ROOM)
        self._calls = CallTracer(self._spare)

    def follow_link(self, link: Link, source: str, target: str) -> None:
        """Record the calls of a link."""
        link.tracer = self._calls
        self.ends[link.name] = (source, target)

    def follow_role(self, name: str, role: Role) -> None:
        """Record what begins at a node, if something does."""
        if isinstance(role, (Client, Queue, Topic)):
            tracer = Tracer(name, self._spare, self.settings.share, self._spans, self._spans)
            self.tracers.append(tracer)
            role.tracer = tracer
        elif isinstance(role, Program):
            role.tracer = self._calls
