"""Explicit flows: what each combinator does, who keeps a worker meanwhile, and what fails when."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import FlowPlan, NodePlan, ScalingPlan, Way
from engine.sim.invariants import check
from engine.sim.report import Result
from tests.helpers import plans
from tests.helpers.flows import background, call, choice, loop, parallel, work
from tests.helpers.plans import client, event, link, plan, retry, simulate, station


def times(count: int) -> NodePlan:
    """A client that asks so many times, far apart."""
    return client(process="trace", times=tuple(10.0 * (place + 1) for place in range(count)))


def run(
    flow: FlowPlan, asked: int = 1, works: tuple[float, ...] = (0.1, 0.2, 0.4), **web: Any
) -> Result:
    """One request at a time; a, b and c answer after their works."""
    names = ["a", "b", "c"]
    nodes = [times(asked), station("web", flow=flow, **web)]
    nodes += [station(name, law, workers=None) for name, law in zip(names, works, strict=True)]
    links = [link("users", "web"), *(link("web", name) for name in names)]
    return simulate(plan(nodes, links, duration=10.0 * asked + 9.0))


def latency(result: Result) -> float:
    return float(result["clients"]["users"]["latency"]["max"])


def attempts(result: Result, name: str) -> int:
    return int(result["links"][f"web-{name}"]["attempts"])


A, B, C = call("web-a"), call("web-b"), call("web-c")


@pytest.mark.parametrize(
    ("flow", "takes"),
    [
        ((work(0.05),), 0.05),
        ((work(0.05), work(0.03)), 0.08),
        ((A, B, C), 0.7),
        ((parallel(A, B, C),), 0.4),
        ((parallel(A, B, C, need=2),), 0.2),
        ((parallel(A, B, C, need=1), work(0.01)), 0.11),
        ((loop(3, A, work(0.01)),), 0.33),
        ((loop(2, parallel(A, B, need=1)), C), 0.6),
        ((background(C), A), 0.1),
        ((parallel((A, B), C, need=2), A), 0.5),
        ((parallel((A, parallel(B, C, need=1)), C, need=1),), 0.3),
        ((choice(Way((A,), classes=(False,)), Way((B,))),), 0.2),
        ((choice(Way((A,), classes=(False,))), C), 0.4),
        ((work(0.05), parallel(choice(Way((A,), when="miss")), C, need=1), B), 0.25),
    ],
)
@pytest.mark.parametrize("hold", [True, False])
def test_a_flow_takes_as_long_as_its_parts_say(flow: FlowPlan, takes: float, hold: bool) -> None:
    assert latency(run(flow, hold=hold)) == pytest.approx(takes)


def test_a_choice_takes_its_shares_and_one_way_only() -> None:
    ways = (Way((A,), 0.25), Way((B,), 0.5), Way((C,)))
    result = run((choice(*ways),), asked=2000, works=(0.0, 0.0, 0.0))
    shares = [attempts(result, name) / 2000 for name in "abc"]
    assert sum(shares) == pytest.approx(1.0)
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.04)


def test_the_classes_have_ways_of_their_own() -> None:
    users = client(process="trace", times=tuple(map(float, range(1, 401))), mix=(0.5, 0.5))
    shares = choice(
        Way((A,), 0.6, (True, False)), Way((B,), 0.6, (False, True)), Way((C,), None, (False, True))
    )
    nodes = [users, station("web", [0.0, 0.0], flow=(shares,))]
    nodes += [station(name, [0.0, 0.0], workers=None) for name in "abc"]
    links = [
        link(a, b, classes=(True, True))
        for a, b in [("users", "web"), ("web", "a"), ("web", "b"), ("web", "c")]
    ]
    kinds = (plans.request_class("read"), plans.request_class("write", write=True))
    result = simulate(plan(nodes, links, classes=kinds, duration=500.0))
    assert attempts(result, "a") == pytest.approx(120, abs=35)
    assert attempts(result, "b") == pytest.approx(120, abs=35)
    assert attempts(result, "c") == pytest.approx(80, abs=35)


def test_the_work_of_a_released_request_takes_its_turn_again() -> None:
    # The second request comes while the first waits for a, and is worked on before it goes on.
    nodes = [
        client(process="trace", times=(1.0, 1.12)),
        station("web", flow=(work(0.1), A, work(0.1))),
        station("a", 0.05, workers=None),
    ]
    made = plan(nodes, [link("users", "web"), link("web", "a")], duration=5.0)
    result = simulate(made)
    assert latency(result) == pytest.approx(0.32)
    assert result["nodes"]["web"]["wait"]["max"] == pytest.approx(0.07, rel=0.02)
    nodes[1] = station("web", flow=(work(0.1), A, work(0.1)), hold=True)
    result = simulate(plan(nodes, made.links, duration=5.0))
    assert latency(result) == pytest.approx(0.38), "the second waits until the first is answered"


def test_a_held_worker_does_the_work_of_all_branches_in_turn() -> None:
    branches = parallel(work(0.1), work(0.2), (A, work(0.1)))
    assert latency(run((branches,), hold=True, workers=8)) == pytest.approx(0.4)
    assert latency(run((branches,), workers=8)) == pytest.approx(0.2), "three workers"
    assert latency(run((branches,), workers=1)) == pytest.approx(0.4)


def test_shared_workers_share_the_work_of_branches() -> None:
    branches = parallel(work(0.1), work(0.1))
    assert latency(run((branches,), workers=1, discipline="ps", hold=True)) == pytest.approx(0.2)
    assert latency(run((branches,), workers=2, discipline="ps")) == pytest.approx(0.1)


def failing(flow: FlowPlan, broken: str, **policy: Any) -> Result:
    """One request; some of a, b and c always fail after their work."""
    nodes = [times(1), station("web", flow=flow)]
    nodes += [
        station(name, law, workers=None) for name, law in zip("abc", (0.1, 0.2, 0.4), strict=True)
    ]
    links = [link("users", "web"), *(link("web", name, **policy) for name in "abc")]
    errors = event(0.0, 1e9, "error", nodes=tuple(broken), probability=1.0)
    return simulate(plan(nodes, links, events=(errors,), duration=50.0))


@pytest.mark.parametrize(
    ("need", "broken", "takes"),
    [(2, "a", 0.4), (2, "c", 0.2), (1, "ab", 0.4), (2, "ab", None), (3, "c", None)],
)
def test_k_of_n_fails_when_too_many_have_failed(
    need: int, broken: str, takes: float | None
) -> None:
    users = failing((parallel(A, B, C, need=need),), broken)["clients"]["users"]
    if takes is None:
        assert users["failed"] == {"error": 1}
    else:
        assert users["succeeded"] == 1
        assert users["latency"]["max"] == pytest.approx(takes)


def test_what_nobody_waits_for_fails_unnoticed() -> None:
    result = failing((background(A, B), C), "a")
    assert result["clients"]["users"]["succeeded"] == 1
    assert attempts(result, "b") == 0, "its own steps end with the failure"


def test_what_is_not_needed_any_more_begins_nothing_new() -> None:
    result = failing((parallel((A, B), (B, C), C, need=3),), "a")
    assert result["clients"]["users"]["failed"] == {"error": 1}
    assert (attempts(result, "b"), attempts(result, "c")) == (1, 1), "neither B nor C is made after"
    result = run((parallel(A, (B, B), need=1), C))
    assert attempts(result, "b") == 1, "the loser ends after the call that is under way"


def test_a_loser_does_not_try_again() -> None:
    flow = (parallel(A, B, need=1), C)
    assert attempts(failing(flow, "b", retry=retry(5, base=0.01)), "b") == 1


def test_after_a_miss_the_answer_is_stored() -> None:
    users = client(process="trace", times=(1.0, 2.0, 3.0))
    ask = (call("web-cache"), choice(Way((call("web-db"),), when="miss")))
    nodes = [
        users,
        station("web", flow=ask),
        plans.cache("cache", None),
        station("db", 0.1),
    ]
    links = [link("users", "web"), link("web", "cache"), link("web", "db")]
    keys = plans.request_class(keys=plans.KeyPlan(count=1, alpha=0.0))
    for flow in (ask, (parallel(*ask[:1]), parallel(ask[1]))):
        nodes[1] = station("web", flow=flow)
        result = simulate(plan(nodes, links, classes=(keys,), duration=5.0))
        assert attempts(result, "db") == 1
        assert result["nodes"]["cache"]["extra"]["hits"] == 2


def everything() -> FlowPlan:
    inner = parallel((work(0.05), A, work(0.02)), (B, work(0.05)), loop(2, C), need=2)
    return (work(0.02), background(work(0.2), A, work(0.3)), inner, work(0.02))


@pytest.mark.parametrize("discipline", ["fifo", "lifo", "ps", "priority"])
@pytest.mark.parametrize("hold", [True, False])
def test_nothing_is_lost_when_instances_die_in_the_middle_of_it(
    discipline: str, hold: bool
) -> None:
    web = station(
        "web", flow=everything(), workers=3, instances=2, hold=hold, discipline=discipline
    )
    nodes = [client(rate=8.0), web, *(station(name, 0.05) for name in "abc")]
    links = [link("users", "web"), *(link("web", name, timeout=0.3) for name in "abc")]
    deaths = tuple(
        event(at, 0.4, "kill", nodes=(name,), instances=1)
        for at, name in [(3.0, "web"), (5.0, "a"), (7.0, "web"), (7.2, "b")]
    )
    simulation = Simulation(plan(nodes, links, events=deaths, duration=20.0))
    for time in range(1, 21):
        simulation.advance(float(time))
        check(simulation.machine)
    assert simulation.machine.nodes["web"].node.completed > 50


def test_a_flow_changes_while_requests_are_in_it() -> None:
    names = ["a", "b", "c"]

    def version(flow: FlowPlan | None, **web: Any) -> Any:
        nodes = [client(rate=60.0), station("web", 0.01, flow=flow, workers=2, **web)]
        nodes += [station(name, 0.05) for name in names]
        links = [link("users", "web"), *(link("web", name) for name in names)]
        return plan(nodes, links, duration=30.0)

    simulation = Simulation(version(everything()))
    flows: list[tuple[FlowPlan | None, dict[str, Any]]] = [
        ((A, work(0.001)), {"discipline": "lifo"}),
        (None, {}),
        ((work(0.001),), {"instances": 3}),
        (everything(), {"hold": True}),
        ((parallel(A, B, need=1),), {"discipline": "ps"}),
    ]
    for place, (flow, web) in enumerate(flows):
        simulation.advance(2.0 * (place + 1))
        simulation.follow(version(flow, **web))
        check(simulation.machine)
    simulation.advance(20.0)
    check(simulation.machine)


@pytest.mark.parametrize("scaling", [None, ScalingPlan(contention=0.0, coherency=0.0)])
def test_sharing_workers_for_one_work_after_another_takes_the_time_of_all(
    scaling: ScalingPlan | None,
) -> None:
    """The request came once, at its first work: later works begin neither its stay nor a wait."""
    web = station("web", flow=(work(0.01), work(0.02)), discipline="ps", scaling=scaling)
    nodes = [client(rate=1.0, process="deterministic"), web]
    found = simulate(plan(nodes, [link("users", "web")]))["nodes"]["web"]
    assert found["residence"]["mean"] == pytest.approx(0.03)
    assert found["wait"]["mean"] == pytest.approx(0.0, abs=1e-9)
    assert found["in_system_mean"] == pytest.approx(0.03, rel=0.02)


def test_what_a_quorum_needs_no_more_is_called_off_and_not_late() -> None:
    """Each caller tells, so that callees stop as well; no time is over."""
    nodes = [times(3), station("web", flow=(parallel(A, B, C, need=1),))]
    nodes += [
        station(name, law, workers=None) for name, law in (("a", 0.1), ("b", 0.2), ("c", 0.4))
    ]
    links = [link("users", "web"), *(link("web", name, cancellation=True) for name in "abc")]
    result = simulate(plan(nodes, links, duration=40.0))
    assert [result["links"][f"web-{name}"]["failed"] for name in "abc"] == [
        {},
        {"expired": 3},
        {"expired": 3},
    ]
    assert result["nodes"]["c"]["failed"] == {"expired": 3}
