"""Health checks travel like requests: what each layer notices, when, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import pytest

from engine.catalog import check as findings
from engine.catalog import lower
from engine.control.simulation import Simulation
from engine.plan.primitives import EventPlan, HealthPlan, MemoryPlan, Plan
from engine.sim.invariants import check
from engine.sim.report import result_of
from tests.helpers.builders import client as drawn_client
from tests.helpers.builders import design as drawn
from tests.helpers.builders import link as drawn_link
from tests.helpers.builders import node as drawn_node
from tests.helpers.plans import client, event, exponential, link, plan, router, station

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL, TIMEOUT, FALL, RISE = 1.0, 1.0, 3, 2


def checks(layer: Literal[4, 7], **more: Any) -> HealthPlan:
    plain = {"interval": INTERVAL, "timeout": TIMEOUT, "failures": FALL, "successes": RISE}
    return HealthPlan(**(plain | {"layer": layer} | more))


def farm(
    health: HealthPlan, *events: EventPlan, rate: float = 0.0, instances: int = 2, **web: Any
) -> Plan:
    nodes = [client(rate=rate), router("lb", "round_robin", health)]
    nodes += [station("web", web.pop("work", 0.001), instances=instances, **web)]
    return plan(nodes, [link("users", "lb"), link("lb", "web")], events=events, duration=1e4)


def verdicts(simulation: Simulation) -> list[tuple[float, str]]:
    """When something went out of rotation, or came back."""
    return [
        (each.at, "out" if "out of" in each.text else "back")
        for each in simulation.notices
        if each.kind == "health"
    ]


def found(health: HealthPlan, fault: EventPlan, until: float = 60.0) -> list[tuple[float, str]]:
    simulation = Simulation(farm(health, fault))
    simulation.advance(until)
    check(simulation.machine)
    return verdicts(simulation)


def stopped(at: float) -> EventPlan:
    """One of two instances does next to nothing for half a minute."""
    return event(at, 30.0, "slow", nodes=("web",), instances=1, factor=1e9)


def frozen(at: float) -> EventPlan:
    """One of two instances stands still for half a minute, and takes connections all the same."""
    return event(at, 30.0, "freeze", nodes=("web",), instances=1)


def killed(at: float) -> EventPlan:
    """One of two instances is dead for half a minute, and refuses connections."""
    return event(at, 30.0, "kill", nodes=("web",), instances=1)


FAULTS = [stopped, frozen]
PHASES = [0.05, 0.3, 0.55, 0.8]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("phase", PHASES)
def test_a_frozen_instance_is_found_after_its_timeouts(
    phase: float, fault: Callable[[float], EventPlan]
) -> None:
    """Three timeouts and two intervals after what was left of one."""
    at = 20.0 + phase
    (seen, verdict), *_ = found(checks(7), fault(at))
    assert verdict == "out"
    least = FALL * TIMEOUT + (FALL - 1) * INTERVAL
    assert least <= seen - at <= least + INTERVAL


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("layer", [4, 7])
def test_a_dead_instance_refuses_at_once(phase: float, layer: Literal[4, 7]) -> None:
    """Two intervals after what was left of one, and one until it is back."""
    at = 20.0 + phase
    (out, first), (back, second) = found(checks(layer), killed(at), 70.0)
    assert (first, second) == ("out", "back")
    assert (FALL - 1) * INTERVAL <= out - at <= FALL * INTERVAL
    assert (RISE - 1) * INTERVAL <= back - at - 30.0 <= RISE * INTERVAL


KILLED, FROZEN, BACK = (2.1, 2.7), (5.4, 5.8), (1.2, 1.9)
"""Measured with a HAProxy whose configuration says ``inter 2s fall 3 rise 2`` and a timeout of 1 s: seconds
until a killed and a frozen backend was out, and until it was back."""


def times(health: HealthPlan, at: float) -> tuple[float, float, float]:
    """How long it takes at one phase until a killed one is out, a frozen one is, and the killed one is back."""
    (dead, _), (back, _) = found(health, killed(at), 80.0)
    (stuck, _), *_ = found(health, frozen(at), 80.0)
    return dead - at, stuck - at, back - at - 30.0


def test_an_interval_of_two_seconds_alone_cannot_have_been_measured() -> None:
    """Three checks that fail have two intervals between them: 4 s at least, and 7 s with their timeouts.

    Whatever the phase U was, and however the ranges came about: HAProxy counts ``inter`` from the end of a check
    (``process_chk_conn``), as here. If it counted from the beginning, a dead one would take just as long.
    """
    health = checks(7, interval=2.0)
    for place in range(20):
        dead, stuck, back = times(health, 40.0 + 0.1 * place)
        assert dead >= (FALL - 1) * 2.0 > KILLED[1]
        assert stuck >= FALL * TIMEOUT + (FALL - 1) * 2.0 > FROZEN[1]
        assert back >= (RISE - 1) * 2.0 > BACK[1]


@pytest.mark.parametrize(
    "health", [checks(7), checks(7, interval=2.0, fast_interval=1.0)], ids=["inter", "fastinter"]
)
def test_what_was_measured_is_a_second_between_checks_while_in_doubt(health: HealthPlan) -> None:
    """All three ranges come from one setting: killed U + 2, frozen U + 2 + three timeouts, back U + 1."""
    seen = [times(health, 40.0 + 0.1 * place) for place in range(20)]
    for dead, stuck, _ in seen:
        assert stuck - dead == pytest.approx(FALL * TIMEOUT, abs=0.01)
    both = [(dead, stuck) for dead, stuck, _ in seen if FROZEN[0] <= stuck <= FROZEN[1]]
    assert any(KILLED[0] <= dead <= KILLED[1] for dead, _ in both)
    assert any(BACK[0] <= back <= BACK[1] for _, _, back in seen)


def test_all_is_as_before_while_nothing_is_in_doubt() -> None:
    """The fast interval ends with the verdict: a second kill is noticed after the usual one again."""
    health = checks(4, interval=8.0, fast_interval=0.5)
    simulation = Simulation(farm(health, killed(20.0), killed(100.0)))
    simulation.advance(200.0)
    (out, _), (back, _), (again, _), _ = verdicts(simulation)
    assert 1.0 <= out - 20.0 <= 9.0
    assert 0.5 <= back - 50.0 <= 8.5
    assert 1.0 <= again - 100.0 <= 9.0
    assert (again - 1.0 - back) % 8.0 == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_time_to_notice_is_what_was_left_of_an_interval_and_the_checks(
    fault: Callable[[float], EventPlan],
) -> None:
    """U + fall·timeout + (fall-1)·interval, U even over the interval: its mean over many phases."""
    health = checks(7, interval=3.0, timeout=0.5, failures=2)
    late = []
    for place in range(24):
        at = 40.0 + place * 0.25
        (seen, _), *_ = found(health, fault(at))
        late.append(seen - at - (2 * 0.5 + 3.0))
    assert min(late) >= 0.0
    assert max(late) <= 3.0
    assert sum(late) / len(late) == pytest.approx(1.5, abs=0.15)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_frozen_instance_takes_connections_all_the_same(
    fault: Callable[[float], EventPlan],
) -> None:
    assert found(checks(4), fault(20.3)) == []


@pytest.mark.parametrize("discipline", ["fifo", "ps"])
def test_a_frozen_instance_is_back_soon_after_it_goes_on(discipline: str) -> None:
    """It answers the check that waits at once, and so it needs one more after that."""
    simulation = Simulation(farm(checks(7), frozen(20.3), discipline=discipline, workers=4))
    simulation.advance(80.0)
    check(simulation.machine)
    (_, out), (at, back) = verdicts(simulation)
    assert (out, back) == ("out", "back")
    assert (RISE - 1) * INTERVAL <= at - 50.3 <= RISE * INTERVAL + TIMEOUT


@pytest.mark.parametrize(("overflow", "silent"), [("refuse", 0), ("resend", FALL)])
def test_a_check_that_meets_a_full_backlog_is_refused_or_comes_again(
    overflow: Literal["refuse", "resend"], silent: int
) -> None:
    """One request keeps the only worker, and there is no place in line: a dropped check says nothing."""
    made = farm(checks(7), work=30.0, instances=1, workers=1, queue_limit=0, overflow=overflow)
    users = client(process="trace", times=(20.3,))
    simulation = Simulation(replace(made, nodes=(users, *made.nodes[1:])))
    simulation.advance(49.0)
    check(simulation.machine)
    ((seen, verdict),) = verdicts(simulation)
    assert verdict == "out"
    least = silent * TIMEOUT + (FALL - 1) * INTERVAL
    assert least <= seen - 20.3 <= least + INTERVAL
    simulation.advance(60.0)
    check(simulation.machine)
    assert [each for _, each in verdicts(simulation)] == ["out", "back"]
    assert simulation.machine.nodes["web"].node.vitals.resent == 0.0, "a check is no request"
    assert all(pool.coming == 0 for pool in simulation.machine.nodes["web"].node.pools)


def test_a_check_that_comes_again_in_time_is_answered() -> None:
    """The place is taken when the first check comes; a check that waits for 3 s is there again after 1 s."""
    patient = checks(7, timeout=3.0, interval=5.0)
    made = farm(patient, work=0.9, instances=1, workers=1, queue_limit=0, overflow="resend")
    users = client(process="trace", times=(4.5,))
    simulation = Simulation(replace(made, nodes=(users, *made.nodes[1:])))
    simulation.advance(100.0)
    check(simulation.machine)
    assert verdicts(simulation) == []


def busy(health: HealthPlan, rate: float) -> list[tuple[float, str]]:
    """Two backends that do 10 requests a second each, for ten minutes."""
    made = farm(health, rate=rate, work=exponential(0.1), workers=1)
    simulation = Simulation(made)
    simulation.advance(600.0)
    check(simulation.machine)
    return verdicts(simulation)


def test_overloaded_backends_flap() -> None:
    """HAProxy did so with a period of about 16 s: 26 rps on backends that do 20."""
    told = busy(checks(7), 26.0)
    outs = [at for at, verdict in told if verdict == "out"]
    assert len(outs) > 20
    gaps = [later - one for one, later in pairwise(outs[::2])]
    assert 8.0 < sum(gaps) / len(gaps) < 32.0
    assert busy(checks(4), 26.0) == []
    assert busy(checks(7), 10.0) == []


def test_checks_are_no_requests_but_take_workers() -> None:
    simulation = Simulation(farm(checks(7, work=0.1), instances=1, workers=2))
    simulation.advance(1100.0)
    check(simulation.machine)
    web = result_of(simulation.machine, (), 0.0)["nodes"]["web"]
    assert web["arrivals"] == web["completed"] == 0
    assert web["in_system_mean"] == 0.0
    assert web["residence"]["mean"] is None
    assert web["wait"]["mean"] is None
    assert web["utilization"] == pytest.approx(0.1 / 1.1 / 2.0, rel=0.01)


@pytest.mark.parametrize("discipline", ["fifo", "lifo", "ps", "priority"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"queue_limit": 0},
        {"hold": True},
        {
            "memory": MemoryPlan(
                base=0.0, per_peer=0.0, leak=0.0, limit=5.0, per_request=1.0, refuses=True
            )
        },
        {"memory": MemoryPlan(base=0.0, per_peer=0.0, leak=0.0, limit=5.0, per_request=1.0)},
    ],
)
def test_nothing_is_lost_in_an_overloaded_farm_that_is_killed_now_and_then(
    discipline: str, more: dict[str, Any]
) -> None:
    kills = [event(at, 3.0, "kill", nodes=("web",), instances=1) for at in (5.0, 15.5, 30.2)]
    slow = event(20.0, 5.0, "slow", nodes=("web",), factor=5.0)
    made = farm(
        checks(7, interval=0.2, timeout=0.1, work=0.05),
        *kills,
        slow,
        rate=30.0,
        work=exponential(0.1),
        workers=1,
        discipline=discipline,
        **more,
    )
    simulation = Simulation(made)
    for time in range(1, 41):
        simulation.advance(float(time))
        check(simulation.machine)
    assert simulation.machine.nodes["web"].node.completed > 10


def test_who_asks_on_a_slow_network_waits_for_it() -> None:
    nodes = [client(rate=0.0), router("lb", "round_robin", checks(4)), station("web", 0.001)]

    def verdict(**network: Any) -> list[tuple[float, str]]:
        made = plan(nodes, [link("users", "lb"), link("lb", "web", **network)], duration=1e4)
        simulation = Simulation(made)
        simulation.advance(100.0)
        return verdicts(simulation)

    assert verdict(delay=0.4) == []
    assert verdict(delay=0.6)[0] == (pytest.approx(6.0), "out")
    assert verdict(loss=1.0)[0] == (pytest.approx(6.0), "out")
    assert verdict(loss=0.05) == []


def test_checks_draw_no_random_numbers_of_requests() -> None:
    def served(health: HealthPlan | None) -> int:
        nodes = [client(rate=5.0), router("lb", "random", health)]
        nodes += [station("web", exponential(0.01), instances=3, workers=100)]
        network = link("lb", "web", jitter=0.01, loss=0.01)
        simulation = Simulation(plan(nodes, [link("users", "lb"), network], duration=1e4))
        simulation.advance(200.0)
        return int(simulation.machine.nodes["users"].node.residence.total * 1e9)

    assert served(None) == served(checks(4)) == served(checks(7))


def test_checks_follow_what_is_set_while_they_go_on() -> None:
    def version(health: HealthPlan | None, instances: int = 2) -> Plan:
        slow = event(5.0, 30.0, "slow", nodes=("web",), instances=1, factor=5000.0)
        return farm(health or checks(4), slow, instances=instances)

    simulation = Simulation(version(checks(4)))
    simulation.advance(20.0)
    assert verdicts(simulation) == []
    simulation.follow(version(checks(7)))
    simulation.advance(30.0)
    assert [verdict for _, verdict in verdicts(simulation)] == ["out"]
    simulation.follow(version(checks(7), instances=5))
    simulation.advance(33.0)
    assert len(simulation.machine.nodes["lb"].endpoints) == 5
    simulation.follow(version(checks(7), instances=1))
    simulation.advance(70.0)
    check(simulation.machine)
    assert [verdict for _, verdict in verdicts(simulation)] == ["out", "back"]


def balanced(**lb: Any) -> Any:
    nodes = [
        drawn_client("users", 1.0),
        drawn_node("lb", "load_balancer", **lb),
        drawn_node("web", "service"),
    ]
    return drawn(nodes, [drawn_link("users", "lb"), drawn_link("lb", "web")])


@pytest.mark.parametrize(
    ("config", "plan_of"),
    [
        ({}, HealthPlan(interval=2.0, failures=3, successes=2, timeout=1.0, layer=4, work=0.001)),
        ({"health": None}, None),
        ({"health_checks": False}, None),
        (
            {"health_interval": 5.0, "health": {"failures": 4}},
            HealthPlan(interval=5.0, failures=4, successes=2),
        ),
        (
            {"health_failures": 7, "health": {"failures": 4}},
            HealthPlan(interval=2.0, failures=4, successes=2),
        ),
        (
            {"health": {"layer": 7, "timeout": 0.2}},
            HealthPlan(interval=2.0, failures=3, successes=2, layer=7, timeout=0.2),
        ),
    ],
)
def test_older_files_mean_what_they_meant(
    config: dict[str, Any], plan_of: HealthPlan | None
) -> None:
    made = balanced(**config)
    routing = lower(made).nodes[1].router
    assert routing is not None
    assert routing.health == plan_of
    assert not [each for each in findings(made) if each.code == "unknown-field"]


def test_wrong_checks_are_refused_with_a_line() -> None:
    for config in (
        {"layer": 5},
        {"interval": 0.0},
        {"failures": 0},
        {"timeout": -1.0},
        {"work": "x"},
    ):
        [finding] = [each for each in findings(balanced(health=config)) if each.level == "error"]
        assert finding.field == f"config.health.{next(iter(config))}"
