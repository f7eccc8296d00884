"""Workers that ask a queue for more time: long work is done once, and what a dead or frozen one had comes again."""

from __future__ import annotations

import math

import pytest

from engine.catalog import check
from engine.control.simulation import Simulation
from engine.model.edits import SetField
from engine.plan.primitives import LeasePlan, NodePlan, Plan
from engine.run.session import Session
from engine.sim.lane.roles.queue import Queue
from engine.sim.report import Result
from tests.helpers import builders
from tests.helpers.findings import found
from tests.helpers.plans import client, event, exponential, link, plan, queue, simulate, station

HEARTBEAT = LeasePlan(every=3.0, longest=1e9)


def design(
    times: tuple[float, ...], lease: LeasePlan | None, *more: object, **changes: object
) -> Plan:
    work = changes.pop("work", 100.0)
    workers = station("workers", work, pulls=True, hold=True, lease=lease, **changes)
    nodes: list[NodePlan] = [
        client(process="trace", times=times),
        queue("queue", visibility=10.0, max_receive=100),
        workers,
    ]
    links = [link("users", "queue"), link("queue", "workers")]
    return plan(nodes, links, events=more, duration=400.0)


def extra(result: Result) -> dict[str, float]:
    return dict(result["nodes"]["queue"]["extra"])


def test_work_of_ten_times_the_visibility_timeout_is_done_once() -> None:
    """100 s of work and a visibility of 10 s: without a heartbeat another worker begins every 10 s, for ever."""
    without = extra(simulate(design((1.0,), None, workers=20)))
    assert (without["effects"], without["redelivered"]) == (30.0, 39.0)
    asked = extra(simulate(design((1.0,), HEARTBEAT, workers=20)))
    assert (asked["effects"], asked["redelivered"]) == (1.0, 0.0)
    assert asked["extended"] == 33.0, "every 3 s of 100"


def test_exponential_work_is_never_delivered_twice() -> None:
    """As it is, e^-3 of the deliveries of Exp(10 s) outlast 30 s; with a heartbeat none does."""
    source = client(schedule=((0.0, 40.0), (200.0, 40.0), (200.0, 0.0)))
    workers = station(
        "workers",
        exponential(10.0),
        pulls=True,
        hold=True,
        workers=1000,
        lease=LeasePlan(every=10.0, longest=1e9),
    )
    nodes = [source, queue("queue", visibility=30.0), workers]
    result = extra(
        simulate(plan(nodes, [link("users", "queue"), link("queue", "workers")], duration=400.0))
    )
    assert (result["redelivered"], result["duplicates"], result["depth"]) == (0.0, 0.0, 0.0)
    # Of each message there is one at 10 s, one at 20 s …: e^-1 + e^-2 + … of them on average.
    share = 1.0 / (math.e - 1.0)
    assert result["extended"] / result["published"] == pytest.approx(share, rel=0.03)


@pytest.mark.parametrize(("change", "again"), [("kill", 19.0), ("freeze", 19.0)])
def test_what_a_worker_had_that_is_gone_comes_again_after_the_last_extension(
    change: str, again: float
) -> None:
    """Extended at 4, 7 and 10 s, and then the worker dies at 11: the message comes again at 20 s, to another."""
    other = station("others", 1.0, pulls=True, hold=True)
    late = event(0.0, 5.0, "kill", nodes=("others",))
    made = design((1.0,), HEARTBEAT, event(11.0, 300.0, change, nodes=("workers",)), late)
    whole = plan(
        [*made.nodes, other],
        [*made.links, link("queue", "others", classes=(True,))],
        events=made.events,
        duration=60.0,
    )
    result = simulate(whole)
    assert extra(result)["redelivered"] == 1.0
    done = result["nodes"]["queue"]["publish_to_done"]["max"]
    assert done == pytest.approx(again + 1.0, rel=0.02)


def test_it_asks_for_no_more_than_so_long() -> None:
    """Asked for 25 s at most: delivered again at 26 s, then at 51 s, and so on to the end, at 376 s."""
    found = extra(simulate(design((1.0,), LeasePlan(every=3.0, longest=25.0), workers=20)))
    assert found["redelivered"] == 15.0


def test_prefetched_messages_are_extended_as_well() -> None:
    waits = extra(simulate(design((1.0, 1.0), HEARTBEAT, work=30.0, prefetch=1)))
    assert (waits["redelivered"], waits["effects"]) == (0.0, 2.0)


def test_it_may_be_switched_on_and_off_while_it_runs() -> None:
    """Deliveries under way keep their time; those that begin later have a heartbeat, until it is off again."""
    simulation = Simulation(design((1.0, 50.0), None, workers=20))
    simulation.advance(5.0)
    simulation.follow(design((1.0, 50.0), HEARTBEAT, workers=20))
    simulation.advance(40.0)
    role = simulation.machine.nodes["queue"].role(Queue)
    assert role is not None
    assert role.redelivered == 1, "the one of 1 s at 11 s, whose second delivery is extended"
    simulation.follow(design((1.0, 50.0), None, workers=20))
    simulation.advance(55.0)
    assert role.redelivered == 2, "no longer extended since 40 s"


def drawn(every: float) -> object:
    nodes = [
        builders.client("users", 1.0),
        builders.node("queue", "queue", visibility=10.0),
        builders.node(
            "workers",
            "worker",
            service_time=builders.constant(30.0),
            workers=100,
            heartbeat={"every": every},
        ),
    ]
    links = [builders.link("users", "queue"), builders.link("queue", "workers")]
    return builders.design(nodes, links, duration=120, warmup=0)


def test_checks_tell_of_a_heartbeat_that_comes_too_late() -> None:
    late = drawn(20.0)
    (finding,) = found(late, "late-heartbeat")
    assert {each.code for each in check(late)} >= {"short-visibility"}
    assert finding.fix is not None
    fixed = finding.fix.apply(late).design
    assert {each.code for each in check(fixed)} & {"late-heartbeat", "short-visibility"} == set()


def test_people_switch_it_on_in_the_worker() -> None:
    session = Session(drawn(3.0))
    session.advance(60.0)
    assert session.result()["nodes"]["queue"]["extra"]["redelivered"] == 0.0
    session.apply(SetField("workers", ("config", "heartbeat"), None))
    session.advance(120.0)
    assert session.result()["nodes"]["queue"]["extra"]["redelivered"] > 0.0
