"""Everything about connections changes while calls are on them: what is counted stays right, and nothing raises."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import INFINITE, ConnectionPlan, EncryptionPlan, Plan, ReconnectPlan
from engine.sim.invariants import check
from engine.sim.lane.draws import generator
from engine.sim.report import result_of
from tests.helpers.plans import (
    client,
    closed,
    event,
    exponential,
    link,
    plan,
    retry,
    router,
    station,
)

EVENTS = (
    event(1.0, 0.3, "kill", nodes=("web",), instances=1),
    event(2.0, 0.2, "kill", nodes=("web",)),
    event(2.5, 0.2, "kill", nodes=("lb",)),
    event(3.0, 0.4, "partition", links=("users-lb",)),
    event(3.8, 0.4, "freeze", nodes=("web",)),
)


class Maker:
    """Makes variants of one design."""

    def __init__(self, seed: int) -> None:
        self.random = generator(seed, "connections", "shape")

    def one(self, *choices: Any) -> Any:
        return choices[int(self.random.integers(len(choices)))]

    def rules(self) -> ConnectionPlan | None:
        if self.one(True, True, True, False) is False:
            return None
        return ConnectionPlan(
            per=self.one("caller", "user", "user"),
            round_trips=self.one(0, 1, 2),
            streams=self.one(1, 1, 3),
            connections=self.one(None, 1, 2),
            pending=self.one(None, None, 0, 3),
            requests=self.one(None, 1, 4),
            idle=self.one(INFINITE, 0.1),
            server_idle=self.one(INFINITE, 0.08),
            reconnect=self.one(
                None, ReconnectPlan(base=0.05), ReconnectPlan(base=0.1, jitter="none")
            ),
        )

    def plan(self) -> Plan:
        tls = EncryptionPlan(handshake=1e-3, per_byte=1e-7)
        again = retry(2, base=0.01, other_instance=self.one(True, False))
        timeout = self.one(INFINITE, 0.05, 0.3)
        web = station(
            "web",
            exponential(0.01),
            instances=self.one(1, 2, 3, 4),
            workers=self.one(None, 2),
            queue_limit=self.one(None, 5),
            drain=self.one(INFINITE, 0.0, 0.2),
        )
        nodes = [
            closed("users", 12, exponential(0.03)),
            client("others", rate=40.0, known_users=self.one(0, 7)),
            router("lb", self.one("round_robin", "random"), layer=self.one(4, 4, 7)),
            web,
        ]
        outer = {"delay": self.one(0.0, 0.01), "timeout": timeout, "retry": again}
        links = [
            link(name, "lb", connection=self.rules(), encryption=self.one(None, tls), **outer)
            for name in ("users", "others")
        ]
        inner = {"delay": self.one(0.0, 0.005), "retry": self.one(again, retry(1))}
        links.append(link("lb", "web", connection=self.rules(), **inner))
        return plan(nodes, links, duration=10.0, events=EVENTS)


@pytest.mark.parametrize("seed", range(24))
def test_any_change_at_any_time(seed: int) -> None:
    make = Maker(seed)
    simulation = Simulation(make.plan())
    now = 0.0
    for _ in range(25):
        now += float(make.random.exponential(0.2))
        simulation.advance(now)
        check(simulation.machine)
        doing = make.one("follow", "follow", "scale", "look")
        if doing == "follow":
            simulation.follow(make.plan())
        elif doing == "scale":
            simulation.machine.scale("web", make.one(1, 2, 5))
        else:
            simulation.look()
        check(simulation.machine)
    made = plan(make.plan().nodes, make.plan().links, duration=10.0)
    simulation.follow(made)
    simulation.advance(now + 30.0)
    check(simulation.machine)
    result = result_of(simulation.machine, (), 0.0)
    assert all(value >= 0 for each in result["links"].values() for value in each["failed"].values())
    for name in ("users-lb", "others-lb"):
        extra = result["links"][name].get("extra", {})
        assert extra.get("connections", 0) >= 0
    web = simulation.machine.nodes["web"]
    assert all(pool.pinned >= 0 for pool in (*web.node.pools, *web.retired))


@pytest.mark.parametrize("seed", range(40, 48))
def test_looking_at_connections_changes_nothing(seed: int) -> None:
    hashes = []
    for often in (False, True):
        simulation = Simulation(Maker(seed).plan())
        if often:
            for step in range(1, 60):
                simulation.advance(0.1 * step)
                simulation.look()
        simulation.advance(6.0)
        hashes.append(result_of(simulation.machine, (), 0.0)["hash"])
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("seed", [50, 51, 52])
def test_who_waits_is_served_when_nothing_stands_in_the_way(seed: int) -> None:
    """After all changes, a plain design serves everybody again: no place and no connection is lost."""
    make = Maker(seed)
    simulation = Simulation(make.plan())
    for step in range(1, 15):
        simulation.advance(0.4 * step)
        simulation.follow(make.plan())
    rules = ConnectionPlan(round_trips=1, per="user")
    nodes = [
        closed("users", 12, exponential(0.03)),
        client("others", rate=40.0),
        router("lb", layer=4),
        station("web", 0.001, instances=2, workers=50),
    ]
    links = [link(name, "lb", connection=rules) for name in ("users", "others")]
    simulation.follow(plan(nodes, [*links, link("lb", "web")]))
    simulation.advance(20.0)
    before = result_of(simulation.machine, (), 0.0)["clients"]
    simulation.advance(40.0)
    after = result_of(simulation.machine, (), 0.0)["clients"]
    for name, least in (("users", 5000), ("others", 600)):
        assert after[name]["succeeded"] - before[name]["succeeded"] > least
        assert after[name]["failed"] == before[name]["failed"]
    check(simulation.machine)
