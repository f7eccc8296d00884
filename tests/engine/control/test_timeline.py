"""Events start and end at their times, restore what they changed, and follow edits of the list."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from engine.control import faults
from engine.control.simulation import Simulation
from engine.plan.primitives import EventPlan, NodePlan, Plan
from engine.sim.report import result_of
from tests.helpers.plans import (
    cache,
    client,
    event,
    exponential,
    link,
    plan,
    station,
)

if TYPE_CHECKING:
    from engine.control.lives import Lives
    from engine.sim.machine import Machine

WEB = station("web", 0.01, instances=3, workers=2)


def design(*events: EventPlan, web: NodePlan = WEB, **policy: object) -> Plan:
    nodes = [client(rate=50.0), web]
    return plan(nodes, [link("users", "web", **policy)], events=events)


def state(simulation: Simulation) -> dict[str, object]:
    """Everything that events change."""
    web = simulation.machine.nodes["web"]
    edge = simulation.machine.links["users-web"].link
    return {
        "slow": [pool.slow for pool in web.node.pools],
        "down": [pool.down for pool in web.node.pools],
        "error": web.node.pools[0].error,
        "extra": edge.extra,
        "loss": edge.loss,
        "cuts": edge.cuts,
        "surge": simulation.machine.nodes["users"].surge,
        "workers": [pool.workers for pool in web.node.pools],
        "faults": web.faults,
    }


ORDINARY = state(Simulation(design()))
SLOWER = station("web", 0.01, instances=3, workers=7)


@pytest.mark.parametrize(
    ("change", "fields", "expected"),
    [
        ("slow", {"nodes": ("web",), "factor": 4.0}, {"slow": [4.0] * 3, "faults": ("slow × 4",)}),
        (
            "slow",
            {"nodes": ("web",), "factor": 4.0, "instances": 2},
            {"slow": [4.0, 4.0, 1.0], "faults": ("slow × 4 (2)",)},
        ),
        ("kill", {"nodes": ("web",)}, {"down": [True] * 3, "faults": ("killed",)}),
        (
            "kill",
            {"nodes": ("web",), "instances": 1},
            {"down": [True, False, False], "faults": ("killed (1)",)},
        ),
        (
            "error",
            {"nodes": ("web",), "probability": 0.25},
            {"error": 0.25, "faults": ("errors 25 %",)},
        ),
        ("delay", {"links": ("users-web",), "seconds": 0.3}, {"extra": 0.3}),
        (
            "delay",
            {"nodes": ("web",), "seconds": 0.3},
            {"extra": 0.3, "faults": ("delay + 300 ms",)},
        ),
        ("loss", {"links": ("users-web",), "probability": 0.5}, {"loss": 0.5}),
        ("partition", {"links": ("users-web",)}, {"cuts": 1}),
        ("traffic", {"nodes": ("users", "web"), "factor": 3.0}, {"surge": 3.0}),
        ("traffic", {"factor": 3.0}, {"surge": 3.0}),
        ("kill", {"nodes": ("users",)}, {"surge": 0.0}),
        ("set", {"replacement": SLOWER}, {"workers": [7] * 3}),
    ],
)
def test_a_change_is_made_and_restored(
    change: str, fields: dict[str, object], expected: dict[str, object]
) -> None:
    simulation = Simulation(design(event(10.0, 5.0, change, **fields)))
    simulation.advance(9.999)
    assert state(simulation) == ORDINARY
    simulation.advance(10.001)
    assert state(simulation) == ORDINARY | expected
    simulation.advance(14.999)
    assert state(simulation) == ORDINARY | expected
    simulation.advance(15.001)
    assert state(simulation) == ORDINARY


def test_overlapping_events_combine_and_end_one_by_one() -> None:
    simulation = Simulation(
        design(
            event(1.0, 10.0, "slow", nodes=("web",), factor=2.0),
            event(2.0, 2.0, "slow", nodes=("web",), factor=3.0),
            event(2.0, 5.0, "error", nodes=("web",), probability=0.5),
            event(3.0, 5.0, "error", nodes=("web",), probability=0.5),
            event(2.0, 5.0, "loss", links=("users-web",), probability=0.5),
        )
    )
    simulation.advance(3.5)
    found = state(simulation)
    assert found["slow"] == [6.0] * 3
    assert found["error"] == pytest.approx(0.75)
    assert found["loss"] == 0.5
    simulation.advance(7.5)
    assert state(simulation)["slow"] == [2.0] * 3
    assert state(simulation)["error"] == pytest.approx(0.5)
    simulation.advance(20.0)
    assert state(simulation) == ORDINARY


def test_the_links_own_loss_comes_on_top() -> None:
    burst = event(1.0, 1.0, "loss", links=("users-web",), probability=0.5)
    simulation = Simulation(design(burst, loss=0.2))
    simulation.advance(1.5)
    assert simulation.machine.links["users-web"].link.loss == pytest.approx(0.6)
    simulation.advance(2.5)
    assert simulation.machine.links["users-web"].link.loss == pytest.approx(0.2)


def test_an_event_without_an_end_lasts() -> None:
    lasting = EventPlan(at=1.0, end=math.inf, change="kill", nodes=("web",))
    simulation = Simulation(design(lasting))
    simulation.advance(90.0)
    assert state(simulation)["down"] == [True] * 3


def test_an_added_event_that_is_due_begins_at_once() -> None:
    simulation = Simulation(design())
    simulation.advance(20.0)
    breaking = event(19.9, 5.0, "kill", nodes=("web",))
    past = event(1.0, 5.0, "slow", nodes=("web",), factor=9.0)
    simulation.follow(design(breaking, past))
    assert state(simulation)["down"] == [True] * 3
    assert state(simulation)["slow"] == [1.0] * 3, "what is over does not begin"
    simulation.advance(25.0)
    assert state(simulation) == ORDINARY


def test_a_removed_event_is_restored_at_once() -> None:
    breaking = EventPlan(at=5.0, end=math.inf, change="kill", nodes=("web",))
    later = event(30.0, 5.0, "slow", nodes=("web",), factor=9.0)
    simulation = Simulation(design(breaking, later))
    simulation.advance(10.0)
    simulation.follow(design(later))
    assert state(simulation) == ORDINARY
    simulation.follow(design())
    simulation.advance(32.0)
    assert state(simulation) == ORDINARY, "an event that was removed before its time never comes"
    assert [notice.kind for notice in simulation.notices] == ["event", "restored"]


def test_undo_and_redo_of_an_event() -> None:
    breaking = event(5.0, 20.0, "kill", nodes=("web",))
    simulation = Simulation(design(breaking))
    simulation.advance(10.0)
    simulation.follow(design())
    simulation.follow(design(breaking))
    assert state(simulation)["down"] == [True] * 3
    simulation.advance(24.9)
    assert state(simulation)["down"] == [True] * 3
    simulation.advance(25.1)
    assert state(simulation) == ORDINARY


@pytest.mark.parametrize(("duration", "still"), [(30.0, True), (6.0, False), (2.0, False)])
def test_an_active_event_can_be_made_longer_or_shorter(duration: float, still: bool) -> None:
    simulation = Simulation(design(event(5.0, 10.0, "kill", nodes=("web",))))
    simulation.advance(8.0)
    simulation.follow(design(event(5.0, duration, "kill", nodes=("web",))))
    simulation.advance(20.0)
    assert state(simulation)["down"] == [still] * 3
    simulation.advance(50.0)
    assert state(simulation) == ORDINARY
    kinds = [notice.kind for notice in simulation.notices]
    assert kinds == ["event", "restored"], "it is the same event all along"


def test_two_equal_events_are_two() -> None:
    twice = event(5.0, 10.0, "slow", nodes=("web",), factor=2.0)
    simulation = Simulation(design(twice, twice))
    simulation.advance(6.0)
    assert state(simulation)["slow"] == [4.0] * 3
    simulation.follow(design(twice))
    assert state(simulation)["slow"] == [2.0] * 3
    simulation.advance(20.0)
    assert state(simulation) == ORDINARY


def test_a_fault_also_hits_instances_that_come_later() -> None:
    lasting = EventPlan(at=1.0, end=math.inf, change="kill", nodes=("web",))
    simulation = Simulation(design(lasting))
    simulation.advance(5.0)
    simulation.follow(design(lasting, web=station("web", 0.01, instances=5, workers=2)))
    assert state(simulation)["down"] == [True] * 5


def test_an_edit_during_a_set_event_keeps_both() -> None:
    changed = EventPlan(at=1.0, end=10.0, change="set", replacement=SLOWER)
    simulation = Simulation(design(changed))
    simulation.advance(5.0)
    simulation.follow(plan([client(rate=500.0), WEB], [link("users", "web")], events=(changed,)))
    assert state(simulation)["workers"] == [7] * 3
    simulation.advance(11.0)
    assert state(simulation)["workers"] == [2] * 3
    before = simulation.machine.requests
    simulation.advance(12.0)
    assert simulation.machine.requests - before == pytest.approx(500, rel=0.2)


def test_a_flush_is_made_once() -> None:
    flush = EventPlan(at=5.0, end=math.inf, change="flush", nodes=("cache",))
    nodes = [client(rate=100.0), cache("cache", 1000), station("db", 0.0, workers=None)]
    links = [link("users", "cache"), link("cache", "db")]
    simulation = Simulation(plan(nodes, links, events=(flush,)))
    simulation.advance(4.9)
    full = result_of(simulation.machine, (), 0.0)["nodes"]["cache"]["extra"]["entries"]
    simulation.advance(5.02)
    empty = result_of(simulation.machine, (), 0.0)["nodes"]["cache"]["extra"]["entries"]
    assert full > 60
    assert empty < 10
    simulation.follow(plan(nodes, links, events=(flush,)))
    simulation.advance(9.0)
    assert result_of(simulation.machine, (), 0.0)["nodes"]["cache"]["extra"]["entries"] > 60


def test_notices_tell_what_happened() -> None:
    slow = event(5.0, 1.0, "slow", nodes=("web",), factor=2.0, label="Web slow × 2")
    simulation = Simulation(design(slow))
    simulation.advance(10.0)
    first, second = simulation.notices
    assert (first.at, first.kind, first.text, first.target) == (5.0, "event", "Web slow × 2", "web")
    assert (second.at, second.kind, second.text) == (6.0, "restored", "Web slow × 2: over")


def test_slow_multiplies_the_work_that_begins_meanwhile() -> None:
    slow = event(0.0, 1000.0, "slow", nodes=("web",), factor=3.0)
    web = station("web", exponential(0.01), workers=None)
    simulation = Simulation(design(slow, web=web))
    simulation.advance(400.0)
    residence = result_of(simulation.machine, (), 0.0)["nodes"]["web"]["residence"]
    assert residence["mean"] == pytest.approx(0.03, rel=0.03)


def test_an_event_touches_only_what_it_hits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of fifty stations one is brought into another state when it dies and when it is back."""
    names = [f"web{place}" for place in range(50)]
    kill = event(1.0, 1.0, "kill", nodes=("web7",))
    nodes = [client(), *(station(name) for name in names)]
    links = [link("users", name) for name in names]
    simulation = Simulation(plan(nodes, links, events=(kill,)))
    seen: list[str] = []

    class Spied(faults.NodeState):
        def take_effect(self, machine: Machine, lives: Lives) -> None:
            seen.append(self.part.plan.id)
            super().take_effect(machine, lives)

    monkeypatch.setattr(faults, "NodeState", Spied)
    simulation.advance(3.0)
    assert seen == ["web7", "web7"]


def test_an_event_that_is_added_on_the_way_begins_though_its_wait_is_rounded() -> None:
    """0.76 + (3.47 - 0.76) is a little less than 3.47."""
    now, at = 0.76, 3.47
    assert now + (at - now) < at
    simulation = Simulation(design())
    simulation.advance(now)
    simulation.follow(design(event(at, 1.0, "slow", nodes=("web",), factor=4.0)))
    simulation.advance(4.0)
    assert state(simulation)["slow"] == [4.0] * 3
