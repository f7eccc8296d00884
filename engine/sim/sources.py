"""Makes sources of traffic from their plans, and turns their knobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.traffic.arrivals import Closed, Open, Rated, Source
from engine.sim.lane.traffic.replay import Trace
from engine.sim.lane.traffic.sessions import Fixed, Geometric, Length, OnePlusPoisson, Sessions
from engine.sim.samplers import make_sampler

if TYPE_CHECKING:
    from engine.plan.primitives import TrafficPlan
    from engine.sim.lane.draws import Streams
    from engine.sim.lane.traffic.client import Client


def goes_on(old: TrafficPlan, new: TrafficPlan) -> bool:
    """Whether the source of a plan can follow another one; a recording cannot become another."""
    if old.process != new.process or old.process != "trace":
        return old.process == new.process
    return (old.times, old.kinds, old.keys, old.period) == (
        new.times,
        new.kinds,
        new.keys,
        new.period,
    )


def make_source(owner: str, client: Client, traffic: TrafficPlan, streams: Streams) -> Source:
    """A new source for a client, not begun and not tuned yet."""
    agenda = client.agenda
    if traffic.process == "closed":
        think = make_sampler(traffic.think, streams, owner, "think")
        return Closed(client, agenda, think, traffic.users)
    if traffic.process == "trace":
        source = Trace(client, agenda, list(traffic.times), traffic.period)
        source.kinds, source.keys = list(traffic.kinds), list(traffic.keys)
        return source
    if traffic.process == "deterministic":
        return Open(client, agenda, None)
    budgets = streams.exponential(owner, "arrivals")
    if traffic.process == "sessions":
        think = make_sampler(traffic.think, streams, owner, "think")
        return Sessions(client, agenda, budgets, _length(owner, traffic, streams), think)
    return Open(client, agenda, budgets)


def tune_source(
    owner: str, source: Source, traffic: TrafficPlan, streams: Streams, now: float
) -> None:
    """Turn the knobs of a source that follows a plan from now on."""
    if isinstance(source, Closed):
        source.count = traffic.users
        source.think = make_sampler(traffic.think, streams, owner, "think")
    if isinstance(source, Sessions):
        source.length = _length(owner, traffic, streams)
        source.think = make_sampler(traffic.think, streams, owner, "think")
    if isinstance(source, Rated):
        times = [time for time, _ in traffic.schedule]
        source.follow(times, [rate for _, rate in traffic.schedule], now)


def _length(owner: str, traffic: TrafficPlan, streams: Streams) -> Length:
    """The law of the requests in a session."""
    session = traffic.session
    if session is None or session.law == "constant":
        mean = 1.0 if session is None else session.mean
        return Fixed(mean, streams.uniform(owner, "session"))
    draws = streams.exponential(owner, "session")
    if session.law == "geometric":
        return Geometric(session.mean, draws)
    return OnePlusPoisson(session.mean, draws)
