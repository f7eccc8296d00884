"""Queues send what waits as soon as whatever kept them from it is over, with nobody publishing anything then."""

from __future__ import annotations

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.rate_limit import RateLimit
from engine.plan.primitives import EventPlan, NodePlan, Plan
from engine.sim.lane.roles.queue import Queue
from tests.helpers.plans import client, event, link, plan, queue, station


def design(
    times: tuple[float, ...], worker: NodePlan, *events: EventPlan, **policy: object
) -> Plan:
    nodes = [client(process="trace", times=times), queue("queue"), worker]
    links = [link("users", "queue"), link("queue", "worker", **policy)]
    return plan(nodes, links, events=events)


def consumed(whole: Plan, until: float) -> int:
    simulation = Simulation(whole)
    simulation.advance(until)
    role = simulation.machine.nodes["queue"].role(Queue)
    assert role is not None
    return int(role.consumed)


@pytest.mark.parametrize(
    ("change", "fields"),
    [("freeze", {}), ("drain", {}), ("kill", {}), ("slow", {"factor": 1e9})],
)
def test_whoever_was_hit_is_sent_messages_when_that_is_over(
    change: str, fields: dict[str, float]
) -> None:
    hit = event(1.0, 2.0, change, nodes=("worker",), **fields)
    worker = station("worker", 0.01, workers=1, pulls=True)
    assert consumed(design((1.5, 2.0), worker, hit), 2.9) == 0
    assert consumed(design((1.5, 2.0), worker, hit), 3.1) == 2


def test_a_cut_link_delivers_when_it_is_mended() -> None:
    cut = event(1.0, 2.0, "partition", links=("queue-worker",))
    worker = station("worker", 0.01, workers=1, pulls=True)
    assert consumed(design((1.5, 2.0), worker, cut), 3.1) == 2


def test_a_worker_that_refuses_a_message_is_sent_the_next() -> None:
    """Three come at once: the gate lets one in, refuses the second, and the third is not left over."""
    worker = station("worker", 0.4, workers=1, pulls=True, gates=(RateLimit(rate=1.0, burst=1),))
    whole = design((1.0, 1.0, 1.0), worker)
    simulation = Simulation(whole)
    simulation.advance(1.5)
    role = simulation.machine.nodes["queue"].role(Queue)
    assert role is not None
    assert (role.consumed, role.depth, role.dead) == (1, 0, 2)


def test_a_message_that_was_given_up_in_line_leaves_its_place_to_another() -> None:
    """One is worked on, one waits where it may for .1 s, and then the third has its place."""
    worker = station("worker", 1.0, workers=1, pulls=True, prefetch=1)
    whole = design((1.0, 1.0, 1.0), worker, queue_timeout=0.1, cancellation=True)
    simulation = Simulation(whole)
    simulation.advance(1.05)
    role = simulation.machine.nodes["queue"].role(Queue)
    assert role is not None
    assert (role.depth, role.in_flight) == (1, 2)
    simulation.advance(1.15)
    assert (role.depth, role.in_flight) == (1, 2)
    assert role.redelivered == 1
