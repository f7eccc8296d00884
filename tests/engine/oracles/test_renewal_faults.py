"""O19, the part by renewal: the share of time up follows from the means of MTBF and MTTR alone.

k of n instances that fail by themselves are as available as independent parts are; what lies in one zone is
less so, by as much as the formula of its zone says.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.faults import FrameFaults, NodeFaults
from engine.model.laws import (
    Constant,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Uniform,
)
from engine.plan.primitives import FramePlan, Plan, StartPlan
from engine.sim.report import Result, result_of
from engine.sim.uptime import Uptime, share_bounds
from tests.helpers.plans import client, constant, event, link, plan, retry, simulate, station
from tests.helpers.theory import k_of_n

RATE = 0.02


def failing(mtbf: Law, mttr: Law, **changes: Any) -> NodeFaults:
    return NodeFaults(mtbf=mtbf, mttr=mttr, **changes)


def fleet(faults: NodeFaults | None, instances: int = 1, **changes: Any) -> Plan:
    """Instances that hardly anybody calls: only time matters."""
    fields: dict[str, Any] = {"instances": instances, "faults": faults}
    fields |= {key: changes.pop(key) for key in ("start",) if key in changes}
    nodes = [client(rate=changes.pop("rate", RATE)), station("web", 0.0, **fields)]
    return plan(nodes, [link("users", "web")], **({"duration": 1e5} | changes))


def assert_up(result: Result, wanted: float, name: str = "availability") -> None:
    """A share of time is as wanted, within three standard deviations of what the run says of itself."""
    extra = result["nodes"]["web"]["extra"]
    low, high = extra["ci95"]["availability"]
    assert extra[name] == pytest.approx(wanted, abs=3.0 * (high - low) / 2.0 / 1.96)


@pytest.mark.oracle(19)
@pytest.mark.parametrize(
    ("mtbf", "mttr", "duration", "printed"),
    [(1000.0, 1.0, 2e6, 0.999001), (50.0, 5.0, 1e5, 0.909091), (2.0, 2.0, 1e4, 0.5)],
)
def test_o19_up_for_mtbf_over_mtbf_and_mttr(
    mtbf: float, mttr: float, duration: float, printed: float
) -> None:
    wanted = mtbf / (mtbf + mttr)
    assert wanted == pytest.approx(printed, abs=5e-7)
    faults = failing(Exponential(mean=mtbf), Exponential(mean=mttr))
    assert_up(simulate(fleet(faults, duration=duration)), wanted)


@pytest.mark.oracle(19)
@pytest.mark.parametrize(
    "law",
    [
        Constant(mean=95.0),
        Uniform(low=0.0, high=190.0),
        Gamma(mean=95.0, cv2=0.25),
        Lognormal(mean=95.0, cv2=4.0),
        Hyperexponential(mean=95.0, cv2=9.0),
    ],
)
@pytest.mark.parametrize("repair", [Constant(mean=5.0), Lognormal(mean=5.0, cv2=3.0)])
def test_o19_laws_of_equal_means_are_up_for_equal_shares(law: Law, repair: Law) -> None:
    assert_up(simulate(fleet(failing(law, repair))), 0.95)


@pytest.mark.oracle(19)
@pytest.mark.parametrize(("needed", "instances", "printed"), [(1, 2, 0.9999), (2, 3, 0.999702)])
def test_o19_some_of_several_instances_are_enough(
    needed: int, instances: int, printed: float
) -> None:
    assert k_of_n(needed, instances, 0.99) == pytest.approx(printed, abs=5e-9)
    faults = failing(Exponential(mean=99.0), Exponential(mean=1.0), needed=needed)
    result = simulate(fleet(faults, instances, duration=2e5))
    assert_up(result, printed)
    rows = result["nodes"]["web"]["instances"]
    assert [row["availability"] for row in rows] == pytest.approx([0.99] * instances, abs=1e-3)


@pytest.mark.parametrize(("needed", "instances"), [(3, 5), (4, 6), (6, 6)])
@pytest.mark.parametrize("law", [Exponential(mean=8.0), Constant(mean=8.0)])
def test_also_where_lives_are_of_one_length(needed: int, instances: int, law: Law) -> None:
    faults = failing(law, Exponential(mean=2.0), needed=needed)
    result = simulate(fleet(faults, instances, duration=8e3))
    assert_up(result, k_of_n(needed, instances, 0.8))


def zones(shared: bool, zone: FrameFaults, own: NodeFaults) -> Plan:
    """Two services, one of which has to answer, in one zone or in two."""
    names = ["a", "b"]
    nodes = [client(rate=1.0), station("door", 0.0, workers=None)]
    nodes += [station(name, 0.0, workers=None, faults=own) for name in names]
    spare = link("door", "b", on_failure=True, order=1)
    links = [link("users", "door"), link("door", "a"), spare]
    groups = [names] if shared else [["a"], ["b"]]
    frames = tuple(
        FramePlan(id=f"z{i}", name=f"Z{i}", own=tuple(group), nodes=tuple(group), faults=zone)
        for i, group in enumerate(groups)
    )
    return plan(nodes, links, frames=frames, duration=2e4)


@pytest.mark.oracle(19)
def test_o19_one_zone_is_less_available_than_the_product_of_independent_ones() -> None:
    zone = FrameFaults(mtbf=Exponential(mean=95.0), mttr=Exponential(mean=5.0))
    own = failing(Exponential(mean=90.0), Exponential(mean=10.0))
    found = {}
    for shared in (True, False):
        users = simulate(zones(shared, zone, own))["clients"]["users"]
        found[shared] = (users["availability"], users["ci95"]["availability"])
    apart, together = 1.0 - (1.0 - 0.95 * 0.9) ** 2, 0.95 * (1.0 - 0.1**2)
    for shared, wanted in ((True, together), (False, apart)):
        value, (low, high) = found[shared]
        assert value == pytest.approx(wanted, abs=3.0 * (high - low) / 2.0 / 1.96)
    assert found[True][1][1] < found[False][1][0]


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    faults = failing(Exponential(mean=45.0), Exponential(mean=5.0))
    made = [simulate(fleet(faults, duration=4000.0, seed=seed)) for seed in range(60)]
    bounds = [each["nodes"]["web"]["extra"]["ci95"]["availability"] for each in made]
    covered = sum(low <= 0.9 <= high for low, high in bounds)
    assert covered >= 60 * 0.95 - 3.0 * math.sqrt(60 * 0.95 * 0.05)


def test_few_outages_tell_nothing_of_how_sure_it_is() -> None:
    faults = failing(Exponential(mean=500.0), Exponential(mean=5.0))
    extra = simulate(fleet(faults, duration=1000.0))["nodes"]["web"]["extra"]
    assert "ci95" not in extra
    assert 0.9 < extra["availability"] <= 1.0


@pytest.mark.parametrize("kind", ["slow", "error"])
def test_what_is_slow_or_fails_is_not_up(kind: Any) -> None:
    faults = failing(Exponential(mean=80.0), Exponential(mean=20.0), kind=kind)
    result = simulate(fleet(faults, rate=1.0, duration=2e4))
    assert_up(result, 0.8)
    users = result["clients"]["users"]
    share = users["failed"].get("error", 0) / users["offered"]
    down = 1.0 - result["nodes"]["web"]["extra"]["availability"]
    assert share == pytest.approx(down if kind == "error" else 0.0, abs=0.005)


def test_a_start_up_time_comes_on_top_of_each_repair() -> None:
    faults = failing(Exponential(mean=80.0), Exponential(mean=10.0))
    result = simulate(fleet(faults, start=StartPlan(time=constant(10.0)), duration=1e5))
    # Age goes on while it starts: 10 s of a life are spent before it serves, if they are not its last.
    spent = 80.0 * (1.0 - math.exp(-10.0 / 80.0))
    assert_up(result, (80.0 - spent) / 90.0)


def test_instances_of_a_node_go_together_where_the_node_fails() -> None:
    faults = failing(Exponential(mean=9.0), Exponential(mean=1.0), unit="node", needed=2)
    result = simulate(fleet(faults, 3, duration=2e4))
    extra = result["nodes"]["web"]["extra"]
    assert_up(result, 0.9)
    assert extra["instance_availability"] == pytest.approx(extra["availability"], abs=1e-9)


def test_a_node_may_fail_with_its_frame() -> None:
    faults = failing(Exponential(mean=9.0), Exponential(mean=1.0), unit="frame")
    frame = FramePlan(id="rack", name="Rack", own=("web",), nodes=("web",))
    assert_up(simulate(fleet(faults, 2, duration=2e4, frames=(frame,))), 0.9)


def test_outages_are_told_by_their_number_and_length() -> None:
    faults = failing(Constant(mean=90.0), Constant(mean=10.0))
    result = simulate(fleet(faults, duration=1e4))
    extra = result["nodes"]["web"]["extra"]
    assert extra["outage"]["longest"] == pytest.approx(10.0)
    assert extra["outages"] in (99, 100, 101)
    assert extra["outage"]["total"] == pytest.approx(1e4 * (1.0 - extra["availability"]))


def test_an_event_and_a_fault_go_together() -> None:
    faults = failing(Constant(mean=1e6), Constant(mean=1.0))
    down = event(10.0, 40.0, "kill", nodes=("web",))
    extra = simulate(fleet(faults, duration=100.0, events=(down,)))["nodes"]["web"]["extra"]
    assert extra["availability"] == pytest.approx(0.6)
    assert extra["outage"] == {"longest": pytest.approx(40.0), "total": pytest.approx(40.0)}


def test_streams_are_those_of_the_instance() -> None:
    """One more instance, or another node that fails, leaves the faults of the others as they are."""
    faults = failing(Exponential(mean=9.0), Exponential(mean=1.0))
    rows = [
        simulate(fleet(faults, count, duration=1e3))["nodes"]["web"]["instances"]
        for count in (2, 3)
    ]
    assert [row["availability"] for row in rows[0]] == [row["availability"] for row in rows[1][:2]]


def test_faults_switched_off_and_on_again_while_it_runs() -> None:
    faults = failing(Exponential(mean=9.0), Exponential(mean=1.0))
    on, off = fleet(faults, 2), fleet(None, 2)
    simulation = Simulation(on)
    for until, made in ((500.0, off), (700.0, on), (900.0, off), (1000.0, on), (2000.0, on)):
        simulation.advance(until)
        simulation.follow(made)
    part = simulation.machine.nodes["web"]
    assert len(part.controllers) == 1
    extra = result_of(simulation.machine, (), 0.0)["nodes"]["web"]["extra"]
    assert 0.8 < extra["instance_availability"] < 0.97
    simulation.follow(off)
    assert all(not pool.down for pool in part.node.pools)
    assert part.faults == ()
    assert "availability" not in result_of(simulation.machine, (), 0.0)["nodes"]["web"]["extra"]


def test_scaled_instances_come_and_go_with_their_faults() -> None:
    faults = failing(Exponential(mean=5.0), Exponential(mean=5.0))
    simulation = Simulation(fleet(faults, 4))
    for until, count in ((100.0, 1), (200.0, 6), (300.0, 2)):
        simulation.advance(until)
        simulation.machine.scale("web", count)
    simulation.advance(2000.0)
    rows = result_of(simulation.machine, (), 0.0)["nodes"]["web"]["instances"]
    serving = [row for row in rows if row["state"] in ("ready", "down")]
    assert [row["availability"] for row in serving] == pytest.approx([0.5] * 2, abs=0.1)


def test_notices_tell_the_first_faults_and_then_their_number() -> None:
    faults = failing(Exponential(mean=2.0), Exponential(mean=1.0))
    simulation = Simulation(fleet(faults, 5, duration=3000.0))
    simulation.advance(3000.0)
    texts = [notice.text for notice in simulation.notices]
    assert len(texts) < 70
    assert texts[0].startswith("web ")
    assert texts[0].endswith("killed by a fault")
    assert any("faults since: web" in text for text in texts)


def test_sums_of_cycles_give_the_interval_that_the_cycles_give() -> None:
    """Against the standard error of the ratio, from the cycles themselves."""
    uptime, now = Uptime(), 0.0
    uptime.turn(now, up=True)
    ups = [3.0 + 0.1 * place * (place % 3) for place in range(12)]
    downs = [0.5 + 0.2 * (place % 4) for place in range(12)]
    for up, down in zip(ups, downs, strict=True):
        now += up
        uptime.turn(now, up=False)
        now += down
        uptime.turn(now, up=True)
    share = sum(ups) / now
    errors = [(1.0 - share) * up - share * down for up, down in zip(ups, downs, strict=True)]
    spread = math.sqrt(sum(each * each for each in errors) / 11.0)
    margin = 2.200985 * spread / math.sqrt(12.0) / (now / 12.0)
    assert share_bounds(uptime.counters(now)) == pytest.approx(
        (share - margin, share + margin), rel=1e-5
    )
    assert uptime.longest(0.0, now) == pytest.approx(max(downs))
    assert uptime.longest(now - 2.0, now) == pytest.approx(downs[-1] - 0.0, abs=downs[-1])


def test_retries_elsewhere_ride_over_the_faults_of_an_instance() -> None:
    faults = failing(Exponential(mean=95.0), Exponential(mean=5.0))
    usual = fleet(faults, 2, rate=1.0, duration=2e4)
    edge = link("users", "web", retry=retry(2, other_instance=True), picker="random")
    share = simulate(usual)["clients"]["users"]["availability"]
    better = simulate(replace(usual, links=(edge,)))["clients"]["users"]["availability"]
    assert share == pytest.approx(0.95, abs=0.02)
    assert better == pytest.approx(1.0 - 0.05**2, abs=0.003)
