"""What a machine records of its requests, where somebody wants traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.sim.lane.call_tracer import CallTracer
from engine.sim.lane.roles.flow import Program
from engine.sim.lane.roles.queue import Queue
from engine.sim.lane.roles.topic import Topic
from engine.sim.lane.tracing.keeping import Spare
from engine.sim.lane.tracing.tracer import Tracer
from engine.sim.lane.traffic.client import Client

if TYPE_CHECKING:
    from engine.model.trace_settings import TraceSettings
    from engine.plan.primitives import Plan
    from engine.sim.lane.link import Link
    from engine.sim.lane.seams import Role
    from engine.sim.lane.tracing.records import SpanRecord

_ROOM: Final = 400_000
"""Spans under way at a time, some 50 megabytes; requests that begin beyond that are not recorded."""
_NAMES: Final = 32_767
"""Links and nodes that there ever were of which spans can be; what later ones do is not recorded."""
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
        self._numbers: dict[str, int] = {}
        """What stands for the name of each link and node in spans."""
        self._names: list[str] = []

    def follow_link(self, link: Link, source: str, target: str) -> None:
        """Record the calls of a link."""
        link.tracer = self._calls(link.name)
        self.ends[link.name] = (source, target)

    def follow_role(self, name: str, role: Role) -> None:
        """Record what begins at a node, if something does."""
        if isinstance(role, (Client, Queue, Topic)):
            tracer = Tracer(name, self._spare, self.settings.share, self._spans, self._spans)
            self.tracers.append(tracer)
            role.tracer = tracer
        elif isinstance(role, Program):
            role.tracer = self._calls(name)

    def _calls(self, name: str) -> CallTracer | None:
        """What records the calls of a link, or the branches of a node."""
        number = self._numbers.setdefault(name, len(self._names))
        if number >= _NAMES:
            return None
        if number == len(self._names):
            self._names.append(name)
        return CallTracer(self._spare, number)

    def name_of(self, span: SpanRecord) -> str:
        """The client, queue, link or node that a span is of."""
        return self._names[int(span.name)] if span.above >= 0 else span.trace.owner
