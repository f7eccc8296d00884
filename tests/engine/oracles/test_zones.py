"""Picking by zone: what stays and what spills over, against Erlang's formula and Envoy's, and while things change."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check, lower
from engine.control.simulation import Simulation
from engine.model.balancing import Zone
from engine.model.edits import SetField
from engine.plan.demand import demand_of
from engine.plan.primitives import HomePlan, Plan
from engine.plan.queueing.erlang import erlang_b
from engine.plan.zones import zone_shares
from engine.run.session import Session
from tests.helpers.builders import design, exponential, link, node, run
from tests.helpers.plans import client, plan, router, simulate, station
from tests.helpers.plans import exponential as exp_law
from tests.helpers.plans import link as edge

EVEN = Zone(spill_over="even")


def home(name: str, zone: str | None, region: str | None = None) -> HomePlan:
    return HomePlan(node=name, zone=zone, region=region)


def placed(nodes: Any, links: Any, homes: dict[str, str | None], **changes: Any) -> Plan:
    """A plan whose nodes are in zones."""
    where = tuple(home(name, zone) for name, zone in homes.items() if zone is not None)
    return plan(nodes, links, homes=where, **changes)


@pytest.mark.parametrize(("rate", "workers"), [(3.0, 4), (1.0, 1), (8.0, 10), (12.0, 10)])
def test_what_spills_over_is_what_erlang_says_is_blocked(rate: float, workers: int) -> None:
    """Calls go on only while all workers nearby are busy: a loss system that loses nothing."""
    nodes = [
        client(rate=rate * 10.0),
        router("lb", "zone"),
        station("near", exp_law(0.1), workers=workers),
        station("far", exp_law(0.1), workers=1000),
    ]
    links = [edge("users", "lb"), edge("lb", "near"), edge("lb", "far")]
    made = placed(nodes, links, {"lb": "a", "near": "a", "far": "b"}, duration=2000.0, warmup=20.0)
    found = simulate(made)
    wanted = erlang_b(workers, rate)
    assert found["nodes"]["lb"]["extra"]["cross_zone_share"] == pytest.approx(wanted, rel=0.05)
    assert found["nodes"]["near"]["wait"]["mean"] == 0.0


def envoy(callers: dict[str, int], instances: dict[str, int], zone: str) -> dict[str, float]:
    """Where the calls of a zone go by Envoy's zone aware routing, written down from its documentation."""
    origin = {each: n / sum(callers.values()) for each, n in callers.items()}
    upstream = {each: n / sum(instances.values()) for each, n in instances.items()}
    stays = min(1.0, upstream.get(zone, 0.0) / origin[zone])
    left = {each: max(0.0, share - origin.get(each, 0.0)) for each, share in upstream.items()}
    left[zone] = 0.0
    whole = sum(left.values())
    return {
        each: (stays if each == zone else 0.0)
        + ((1.0 - stays) * left[each] / whole if whole else 0.0)
        for each in instances
    }


@pytest.mark.parametrize(
    ("callers", "instances"),
    [
        ({"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 2, "c": 2}),
        ({"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 2, "c": 2}),
        ({"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 4, "c": 7}),
        ({"a": 1, "b": 1}, {"b": 1, "c": 3}),
        ({"a": 2, "b": 1}, {"a": 1, "b": 1}),
        ({"a": 1}, {"a": 2, "b": 3}),
    ],
)
def test_even_zones_are_envoys_shares(callers: dict[str, int], instances: dict[str, int]) -> None:
    names = [f"lb-{zone}-{n}" for zone, count in callers.items() for n in range(count)]
    homes: dict[str, str | None] = {name: name.split("-")[1] for name in names}
    nodes: list[Any] = [client(f"at-{name}", 200.0) for name in names]
    nodes += [router(name, "zone", zone=EVEN) for name in names]
    links = [edge(f"at-{name}", name) for name in names]
    for zone, count in instances.items():
        homes[f"web-{zone}"] = zone
        nodes.append(station(f"web-{zone}", 0.0, workers=50, instances=count))
        links += [edge(name, f"web-{zone}") for name in names]
    found = simulate(placed(nodes, links, homes, duration=120.0, warmup=0.0))
    for name in names:
        zone = str(homes[name])
        wanted = envoy(callers, instances, zone)
        whole = found["nodes"][name]["completed"]
        for other, share in wanted.items():
            sent = found["links"][f"{name}-web-{other}"]["attempts"]
            assert sent / whole == pytest.approx(share, abs=0.015)
        crossed = found["nodes"][name]["extra"]["cross_zone_share"]
        assert crossed == pytest.approx(1.0 - wanted.get(zone, 0.0), abs=0.015)


@pytest.mark.parametrize("zone", ["a", "b", "c"])
def test_what_is_foreseen_of_even_zones_is_envoys(zone: str) -> None:
    callers, instances = {"a": 1, "b": 2, "c": 1}, {"a": 3, "b": 1, "c": 5}
    origin = {each: n / 4 for each, n in callers.items()}
    upstream = {each: n / 9 for each, n in instances.items()}
    assert zone_shares(origin, upstream, zone) == pytest.approx(envoy(callers, instances, zone))


def test_what_comes_to_each_is_foreseen_nearby_first() -> None:
    found = demand_of(lower(shop(rate=100.0)))
    assert found is not None
    assert (found.rate("near"), found.rate("far")) == (100.0, 0.0)
    even = demand_of(lower(shop(rate=100.0, zone={"spill_over": "even"})))
    assert even is not None
    assert (even.rate("near"), even.rate("far")) == (50.0, 50.0)


@pytest.mark.parametrize(("rate", "told"), [(500.0, []), (1000.0, []), (1700.0, ["near"])])
def test_only_what_fits_nowhere_is_overload(rate: float, told: list[str]) -> None:
    """Eight workers in each zone serve 800 a second."""
    assert [each.id for each in check(shop(rate=rate)) if each.code == "overload"] == told


def test_even_zones_leave_all_instances_the_same_load() -> None:
    """Three callers and 1, 4 and 7 instances: each instance has a twelfth of the calls."""
    instances = {"a": 1, "b": 4, "c": 7}
    nodes: list[Any] = [client(rate=600.0), router("door", "round_robin")]
    links = [edge("users", "door")]
    homes: dict[str, str | None] = {}
    for zone, count in instances.items():
        nodes += [
            router(f"lb-{zone}", "zone", zone=EVEN),
            station(f"web-{zone}", 0.0, workers=9, instances=count),
        ]
        homes |= {f"lb-{zone}": zone, f"web-{zone}": zone}
        links.append(edge("door", f"lb-{zone}"))
        links += [edge(f"lb-{zone}", f"web-{other}") for other in instances]
    found = simulate(placed(nodes, links, homes, duration=120.0, warmup=0.0))
    whole = found["clients"]["users"]["offered"]
    for zone, count in instances.items():
        assert found["nodes"][f"web-{zone}"]["arrivals"] / whole == pytest.approx(
            count / 12, abs=0.012
        )


def test_same_zone_goes_before_same_region_and_that_before_anywhere() -> None:
    nodes = [
        client(rate=10.0),
        router("lb", "zone"),
        *(station(name, 1.0, workers=2) for name in ("far", "region", "zone")),
    ]
    links = [edge("users", "lb"), *(edge("lb", name) for name in ("far", "region", "zone"))]
    homes = (
        home("lb", "a", "r"),
        home("zone", "a", "r"),
        home("region", "b", "r"),
        home("far", "c", "s"),
    )
    made = plan(nodes, links, homes=homes, duration=0.95, warmup=0.0)
    five = client(process="trace", times=(0.1, 0.2, 0.3, 0.4, 0.5))
    found = simulate(plan([five, *made.nodes[1:]], links, homes=homes, duration=0.95, warmup=0.0))
    sent = {name: found["links"][f"lb-{name}"]["attempts"] for name in ("zone", "region", "far")}
    assert sent == {"zone": 2, "region": 2, "far": 1}


ZONES: Any = [
    {"id": "r", "kind": "region"},
    {"id": "a", "kind": "zone", "frame": "r", "config": {"round_trip": {"b": 0.002}}},
    {"id": "b", "kind": "zone", "frame": "r"},
]


def shop(rate: float = 100.0, **changes: Any) -> Any:
    """A balancer in zone a, and services in zones a and b."""
    balancer: Any = {"picker": "zone", "health": {"interval": 1.0, "failures": 2}} | changes
    quick: Any = {"service_time": exponential(0.01), "workers": 4, "instances": 2}
    nodes = [
        node("users", "client", arrivals={"process": "poisson", "rate": rate}),
        node("lb", "load_balancer", frame="a", **balancer),
        node("near", "service", frame="a", **quick),
        node("far", "service", frame="b", **quick),
    ]
    links = [link("users", "lb"), link("lb", "near", timeout=1.0), link("lb", "far", timeout=1.0)]
    kill = {"at": 40, "duration": 40, "target": "near", "change": "kill"}
    return design(nodes, links, frames=ZONES, events=[kill], duration=120.0, warmup=0.0)


def test_a_zone_that_dies_sends_its_calls_to_the_other_and_has_them_back() -> None:
    found = run(shop())
    share = found["nodes"]["lb"]["extra"]["cross_zone_share"]
    assert share == pytest.approx(38 / 120, abs=0.03)
    assert found["links"]["lb-far"]["latency"]["mean"] > 0.012  # 2 ms there and back
    lost = sum(found["clients"]["users"]["failed"].values())
    assert (
        60 < lost < 250
    )  # until two checks have failed: one to two seconds, and what was under way


def test_settings_that_change_while_it_runs_act_at_once() -> None:
    session = Session(SetField("lb", ("config", "health"), None).apply(shop()).design)
    session.apply(SetField("near", ("config", "instances"), 3))
    session.advance(10.0)
    machine = session._simulation.machine
    far = machine.links["lb-far"].link
    assert far.attempts == 0
    steps: list[tuple[Any, bool]] = [
        (SetField("lb", ("frame",), "b"), True),  # far is near now
        (SetField("lb", ("frame",), "a"), False),
        (SetField("lb", ("config", "picker"), "round_robin"), True),
        (SetField("lb", ("config", "picker"), "zone"), False),
        (SetField("lb", ("config", "zone"), {"spill_over": "even"}), True),
        (SetField("lb", ("config", "zone"), None), False),
        (SetField("far", ("frame",), "a"), True),
    ]
    for edit, goes_far in steps:
        before, now = int(far.attempts), session.now
        session.apply(edit)
        session.advance(now + 4.0)
        assert (far.attempts > before) is goes_far, edit
    share = session.result()["nodes"]["lb"]["extra"]["cross_zone_share"]
    assert 0.0 < share < 1.0


def test_a_link_that_picks_by_zone_needs_no_balancer() -> None:
    """A caller goes to the instance of a spread service that lies in its own zone, wherever it is moved."""
    nodes = [
        node("users", "client", frame="a", arrivals={"process": "deterministic", "rate": 100.0}),
        node("web", "service", spread=["a", "b"], instances=2, service_time=exponential(0.001)),
    ]
    made = design(
        nodes, [link("users", "web", picker="zone")], frames=ZONES, duration=60.0, warmup=0.0
    )
    session = Session(made)
    for until, frame in ((20.0, "b"), (30.0, None)):
        session.advance(until)
        session.apply(SetField("users", ("frame",), frame))
    session.advance(60.0)
    sent = [each["arrivals"] for each in session.result()["nodes"]["web"]["instances"]]
    assert sent == pytest.approx([3500, 2500], abs=20)


def test_what_crossed_stays_counted_when_links_and_zones_go() -> None:
    nodes = [client(rate=100.0), router("lb", "zone", zone=EVEN)]
    nodes += [station(name, 0.0, workers=9) for name in ("near", "far")]
    links = [edge("users", "lb"), edge("lb", "near"), edge("lb", "far")]
    made = placed(nodes, links, {"lb": "a", "near": "a", "far": "b"}, duration=60.0, warmup=0.0)
    simulation = Simulation(made)
    simulation.advance(20.0)
    before = simulation.machine.nodes["lb"].extra(20.0)["cross_zone_share"]
    assert before == pytest.approx(0.5, abs=0.05)
    fewer = placed(nodes[:3], links[:2], {"lb": "a", "near": "a"}, duration=60.0, warmup=0.0)
    simulation.follow(fewer)
    simulation.advance(40.0)
    after = simulation.machine.nodes["lb"].extra(40.0)["cross_zone_share"]
    assert after == pytest.approx(0.25, abs=0.03)


def test_designs_without_zones_have_neither_homes_nor_shares() -> None:
    frameless = design([node("users", "client"), node("web", "service")], [link("users", "web")])
    assert lower(frameless).homes == ()
    made = SetField("lb", ("config", "picker"), "round_robin").apply(shop()).design
    assert "cross_zone_share" not in run(made)["nodes"]["lb"]["extra"]
    assert lower(made).homes == (
        home("lb", "a", "r"),
        home("near", "a", "r"),
        home("far", "b", "r"),
    )


@pytest.mark.parametrize(
    ("frame", "target", "told"), [("a", "b", False), (None, "b", True), ("a", "a", True)]
)
def test_picking_by_zone_where_there_is_none_is_told(
    frame: str | None, target: str, *, told: bool
) -> None:
    made = SetField("lb", ("frame",), frame).apply(shop()).design
    made = SetField("far", ("frame",), target).apply(made).design
    assert bool([each for each in check(made) if each.code == "no-zone"]) is told


def test_settings_of_zones_without_that_picker_are_told() -> None:
    made = SetField("lb", ("config", "zone"), {}).apply(shop(picker="random")).design
    [finding] = [each for each in check(made) if each.code == "unused-picker"]
    assert finding.fix is not None
    assert not [e for e in check(finding.fix.apply(made).design) if e.code == "unused-picker"]


def test_copies_in_one_zone_are_told_unless_there_are_others() -> None:
    def told(made: Any) -> list[str]:
        return [str(each.id) for each in check(made) if each.code == "one-zone"]

    assert told(shop()) == []  # the balancer has both
    alone = SetField("far", ("frame",), "a").apply(shop()).design
    outside = SetField("lb", ("frame",), None).apply(alone).design
    assert told(outside) == ["near", "far"]
    assert told(alone) == []  # the balancer is lost with them: it is alone in its zone itself
    single = SetField("near", ("config", "instances"), 1).apply(outside).design
    assert told(single) == ["far"]
