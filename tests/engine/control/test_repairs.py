"""Events that are ended from somewhere: they last until people get there."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.control.simulation import Simulation
from engine.plan.primitives import EventPlan, HealthPlan, Plan, ResolverPlan
from tests.helpers.builders import client as client_of
from tests.helpers.builders import design
from tests.helpers.builders import link as link_of
from tests.helpers.builders import node as node_of
from tests.helpers.plans import client, event, link, plan, router, station


def network(*events: EventPlan, **more: Any) -> Plan:
    """Administrators reach the database through a gateway and a web server."""
    nodes = [
        client("users", 20.0),
        client("admins", 0.1),
        router("gate", **more),
        station("web", 0.001, instances=2),
        station("db", 0.001),
    ]
    links = [link("users", "web"), link("admins", "gate"), link("gate", "web"), link("web", "db")]
    return plan(nodes, links, events=events)


def over(simulation: Simulation, until: float = 100.0) -> list[tuple[float, str]]:
    simulation.advance(until)
    return [
        (each.at, each.kind) for each in simulation.notices if each.kind in ("alert", "restored")
    ]


def broken(at: float, duration: float, change: str, *nodes: str, **more: Any) -> EventPlan:
    return event(at, duration, change, nodes=nodes, through="admins", sites=nodes, **more)


@pytest.mark.parametrize(("at", "work"), [(10.0, 5.0), (20.0, 0.5)])
def test_whoever_gets_there_ends_it_at_its_time(at: float, work: float) -> None:
    """What is hit may be dead itself."""
    assert over(Simulation(network(broken(at, work, "kill", "db")))) == [(at + work, "restored")]


@pytest.mark.parametrize(
    "other",
    [
        event(12.0, 30.0, "partition", links=("gate-web",)),
        event(12.0, 30.0, "partition", links=("admins-gate",)),
        event(12.0, 30.0, "kill", nodes=("web",)),
        event(12.0, 30.0, "freeze", nodes=("gate",)),
        event(12.0, 30.0, "kill", nodes=("admins",)),
    ],
)
def test_it_lasts_for_as_long_as_nobody_gets_there(other: EventPlan) -> None:
    """At 15 s they are ready; the way is open at 42 s, and they try each second."""
    simulation = Simulation(network(broken(10.0, 5.0, "kill", "db"), other))
    assert over(simulation)[0] == (15.0, "alert")
    ends = [at for at, kind in over(simulation) if kind == "restored"]
    assert sorted(ends) == [42.0, 42.0] or sorted(ends) == [42.0, 43.0]


def test_one_of_several_instances_is_a_way() -> None:
    one = event(12.0, 30.0, "kill", nodes=("web",), instances=1)
    assert over(Simulation(network(broken(10.0, 5.0, "slow", "db", factor=2.0), one)))[0] == (
        15.0,
        "restored",
    )


def test_a_balancer_leads_to_whom_it_believes_in() -> None:
    """Checks find both dead at 14 s; they are believed in again two checks after they are back."""
    health = HealthPlan(interval=1.0, failures=2, successes=3)
    dead = event(12.0, 30.0, "kill", nodes=("web",))
    simulation = Simulation(network(broken(10.0, 5.0, "kill", "db"), dead, health=health))
    ends = [at for at, kind in over(simulation) if kind == "restored"]
    assert ends[0] == 42.0
    assert 44.0 <= ends[1] <= 46.0


def test_dns_that_tells_nobody_the_way_leads_nowhere() -> None:
    nodes = [
        client("admins", 0.1),
        router("dns", resolver=ResolverPlan(policy="anycast", ttl=0.0)),
        station("web", 0.001),
    ]
    links = [link("admins", "dns"), link("dns", "web")]
    dead = event(5.0, 30.0, "kill", nodes=("dns",))
    simulation = Simulation(plan(nodes, links, events=(broken(10.0, 5.0, "kill", "web"), dead)))
    assert [at for at, kind in over(simulation) if kind == "restored"] == [35.0, 35.0]


def test_a_person_who_ends_it_earlier_has_to_get_there_as_well() -> None:
    cut = event(8.0, 20.0, "partition", links=("gate-web",))
    simulation = Simulation(network(broken(10.0, 50.0, "kill", "db"), cut))
    simulation.advance(20.0)
    simulation.follow(network(broken(10.0, 10.0, "kill", "db"), cut))
    assert not any(each.kind == "restored" for each in simulation.notices)
    simulation.advance(27.5)
    assert not any(each.kind == "restored" for each in simulation.notices)
    simulation.advance(40.0)
    assert over(simulation)[-1][0] == pytest.approx(28.0, abs=1.0)
    simulation = Simulation(network(broken(10.0, 50.0, "kill", "db"), cut))
    simulation.advance(20.0)
    simulation.follow(network(cut))
    assert over(simulation, 20.5)[-1] == (20.0, "restored"), "taken out, it is over"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"change": "kill", "target": "db", "duration": 5}, None),
        ({"change": "kill", "target": "db", "duration": None}, "no-effect"),
        ({"change": "kill", "target": "web", "duration": 5}, None),
        ({"change": "partition", "target": "gate", "with": "web", "duration": 5}, None),
        ({"change": "partition", "target": "web", "with": "gate", "duration": 5}, "repair-cut-off"),
        ({"change": "kill", "target": "users", "duration": 5}, "no-way-to-repair"),
        ({"change": "slow", "target": "web", "factor": 2, "duration": 5}, None),
    ],
)
def test_findings_about_the_way(event: dict[str, Any], code: str | None) -> None:
    nodes = [client_of("users", 10.0), client_of("admins", 1.0)]
    nodes += [node_of("gate", "load_balancer"), node_of("web", "service"), node_of("db", "service")]
    links = [
        link_of("users", "web"),
        link_of("admins", "gate"),
        link_of("gate", "web"),
        link_of("web", "db"),
    ]
    made = design(nodes, links, events=[{"at": 10, "through": "admins", **event}])
    found = [each for each in check(made) if each.field == "scenario.events.0.through"]
    assert [each.code for each in found] == ([] if code is None else [code])
    for each in found:
        assert each.fix is not None
        mended = each.fix.apply(made).design
        assert not any(other.code == code for other in check(mended))


def test_a_repair_is_from_a_node() -> None:
    nodes = [client_of("users", 10.0), node_of("web", "service")]
    event = {"at": 1, "duration": 5, "target": "web", "change": "kill", "through": "users-web"}
    made = design(nodes, [link_of("users", "web")], events=[event])
    (found,) = [each for each in check(made) if each.code == "bad-event"]
    assert "'users-web' is none" in found.message
