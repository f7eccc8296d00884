"""Load shedding: controlled delay against a small simulation of RFC 8289, and who is shed by priority."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pytest

from engine.control.simulation import Simulation
from engine.model.policies.policy import Policy, Surroundings
from engine.model.policies.shed import Shed
from engine.plan.primitives import BatchPlan, Plan
from engine.sim.invariants import check
from engine.sim.report import Result, result_of
from tests.helpers.plans import (
    client,
    constant,
    event,
    exponential,
    link,
    plan,
    request_class,
    station,
)


def kept(made: Plan) -> Result:
    simulation = Simulation(made)
    simulation.advance(made.duration)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def loaded(load: float, *gates: Policy, **changes: Any) -> Plan:
    """One worker of 100 rps, asked for a multiple of that."""
    nodes = [client(rate=100.0 * load), station("web", constant(0.01), gates=gates)]
    return plan(nodes, [link("users", "web")], **{"duration": 600.0, "warmup": 100.0} | changes)


def by_the_book(arrivals: list[float], target: float, interval: float) -> tuple[int, float]:
    """How many RFC 8289 drops in front of one worker of .01 s, and the sum of the waits of the others."""
    above = drop_next = busy_until = waits = 0.0
    ahead = count = last = dropped = 0
    dropping = False
    for place, arrived in enumerate(arrivals):
        now = max(busy_until, arrived)
        wait = now - arrived
        while ahead < len(arrivals) and arrivals[ahead] <= now:
            ahead += 1
        if wait < target or ahead - place <= 1:
            above, stands = 0.0, False
        elif above == 0.0:
            above, stands = now + interval, False
        else:
            stands = now >= above
        drop = False
        if dropping:
            if not stands:
                dropping = False
            elif now >= drop_next:
                drop = True
                count += 1
                drop_next += interval / sqrt(count)
        elif stands:
            drop = dropping = True
            recent = count - last
            count = recent if recent > 1 and now - drop_next < 16.0 * interval else 1
            drop_next = now + interval / sqrt(count)
            last = count
        if drop:
            dropped += 1
        else:
            waits += wait
            busy_until = now + 0.01
    return dropped, waits


@pytest.mark.parametrize(
    ("load", "target", "interval"),
    [
        (0.9, 0.005, 0.1),
        (1.2, 0.02, 0.1),
        (2.0, 0.005, 0.1),
        (2.0, 0.005, 0.3),
        (4.0, 0.01, 0.05),
    ],
)
def test_controlled_delay_is_that_of_the_rfc(load: float, target: float, interval: float) -> None:
    """Call for call: the same arrivals, the same drops."""
    arrivals = np.cumsum(np.random.default_rng(7).exponential(0.01 / load, 50_000)).tolist()
    gates = (Shed(by="codel", target=target, interval=interval),)
    nodes = [
        client(process="trace", times=tuple(arrivals)),
        station("web", constant(0.01), gates=gates),
    ]
    web = kept(plan(nodes, [link("users", "web")], duration=arrivals[-1] + 100.0))["nodes"]["web"]
    dropped, waits = by_the_book(arrivals, target, interval)
    assert web["extra"]["dropped"] == dropped > 0
    assert web["wait"]["mean"] * (len(arrivals) - dropped) == pytest.approx(waits)


def mixed(*rates: float, **settings: Any) -> Result:
    """Clients of priorities 0, 1 and 3 at some rates, before eight workers of 1000 rps in all."""
    classes = tuple(
        request_class(name, priority=level)
        for name, level in (("pay", 0), ("browse", 1), ("crawl", 3))
    )
    nodes = [
        client(each.name, rate, mix=tuple(float(each is other) for other in classes))
        for each, rate in zip(classes, rates, strict=True)
    ]
    web = station("web", [exponential(0.008)] * 3, workers=8, gates=(Shed(**settings),))
    links = [link(each.name, "web") for each in classes]
    return kept(plan([*nodes, web], links, duration=300.0, warmup=100.0, classes=classes))


@pytest.mark.parametrize(
    ("rates", "marginal"),
    [
        ((300.0, 300.0, 900.0), 2),
        ((600.0, 800.0, 300.0), 1),
        ((1500.0, 100.0, 100.0), 0),
        ((300.0, 200.0, 200.0), 3),
    ],
)
def test_the_least_urgent_are_shed_first_and_no_more_than_has_to_be(
    rates: tuple[float, ...], marginal: int
) -> None:
    """A step of 5 % in threes of an interval leaves some of the capacity unused: 6 % at most."""
    result = mixed(*rates, target=0.03, interval=0.3)
    users = [result["clients"][name] for name in ("pay", "browse", "crawl")]
    for level, user in enumerate(users):
        if level < marginal:
            assert user["availability"] == pytest.approx(1.0, abs=0.01)
        elif level > marginal:
            assert user["availability"] == pytest.approx(0.0, abs=0.01)
    assert sum(user["goodput"] for user in users) == pytest.approx(
        min(1000.0, sum(rates)), rel=0.06
    )
    assert users[0]["latency"]["p99"] < 0.15


def test_without_traffic_it_opens_again() -> None:
    """A crowd comes and goes; a quarter of an hour later one request finds everything open."""
    schedule = ((0.0, 400.0), (50.0, 0.0), (100.0, 1.0))
    made = plan(
        [client(schedule=schedule), station("web", constant(0.01), gates=(Shed(),))],
        [link("users", "web")],
        duration=200.0,
        warmup=99.0,
    )
    assert kept(made)["clients"]["users"]["availability"] == 1.0


@pytest.mark.parametrize("by", ["priority", "codel"])
def test_it_may_come_and_go_while_a_queue_stands(by: str) -> None:
    simulation = Simulation(loaded(2.0))
    for time in range(1, 60):
        simulation.advance(float(time))
        gates = (Shed.model_validate({"by": by if time % 3 else "codel"}),) if time % 4 else ()
        simulation.follow(loaded(2.0, *gates))
        check(simulation.machine)
    simulation.follow(loaded(2.0, Shed.model_validate({"by": by})))
    simulation.advance(200.0)
    assert simulation.machine.nodes["web"].node.waiting < 50


def test_batches_and_dead_instances_are_shed_from_as_well() -> None:
    gates = (Shed(by="codel"),)
    kill = event(20.0, 10.0, "kill", nodes=("web",), instances=1)
    made = plan(
        [
            client(rate=2000.0),
            station(
                "web",
                constant(0.01),
                instances=3,
                gates=gates,
                batch=BatchPlan(size=4, linger=0.01, fixed=0.01, per_item=0.0),
            ),
        ],
        [link("users", "web")],
        duration=60.0,
        events=(kill,),
    )
    result = kept(made)
    assert result["nodes"]["web"]["extra"]["dropped"] > 0


def test_a_late_target_is_remarked_upon() -> None:
    where = Surroundings(offered=1.0, capacity=2.0, under_way=0.1, timeout=1.0)
    assert not Shed().remarks(where)
    assert "small part of the interval" in Shed(target=1.0).remarks(where)[0]
