"""A standby takes over from a leader that is lost: when, what is lost with it, and what goes wrong."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.catalog import check, lower
from engine.control.simulation import Simulation
from engine.model.failover import Failover
from engine.model.faults import NodeFaults
from engine.model.laws import Constant, Exponential
from engine.plan.primitives import EventPlan, Plan, StartPlan
from engine.sim.invariants import check as check_laws
from engine.sim.report import Result
from tests.helpers.builders import client as client_of
from tests.helpers.builders import design
from tests.helpers.builders import link as link_of
from tests.helpers.builders import node as node_of
from tests.helpers.plans import (
    client,
    constant,
    event,
    link,
    plan,
    request_class,
    simulate,
    station,
)

RATE = 100.0
"""Writes a second, at equal distances."""


def made(settings: Failover | None, *events: EventPlan, **changes: Any) -> Plan:
    fields: dict[str, Any] = {"workers": 100, "failover": settings}
    fields |= {key: changes.pop(key) for key in ("faults", "start") if key in changes}
    users = client(rate=RATE, process="deterministic")
    return plan(
        [users, station("db", 0.001, **fields)],
        [link("users", "db", timeout=changes.pop("timeout", 1.0))],
        classes=(request_class("write", write=True),),
        events=events,
        **({"duration": 200.0} | changes),
    )


def extra(result: Result) -> dict[str, Any]:
    return result["nodes"]["db"]["extra"]


def killed(at: float, duration: float = 1000.0, **changes: Any) -> EventPlan:
    return event(at, duration, "kill", nodes=("db",), **changes)


def notices(simulation: Simulation) -> list[tuple[float, str]]:
    return [(notice.at, notice.text) for notice in simulation.notices if notice.target == "db"]


@pytest.mark.parametrize(
    ("at", "interval", "failures", "promote"),
    [(50.5, 2.0, 3, 30.0), (51.9, 2.0, 3, 30.0), (20.25, 5.0, 1, 12.5), (33.0, 0.7, 5, 60.0)],
)
def test_the_outage_is_the_detection_and_the_promotion(
    at: float, interval: float, failures: int, promote: float
) -> None:
    """Probes come at multiples of the interval; the leader is lost at the last of those in a row that fail."""
    settings = Failover(interval=interval, failures=failures, promote=promote)
    first = interval - at % interval
    outage = first + (failures - 1) * interval + promote
    found = extra(simulate(made(settings, killed(at))))
    assert found["outage"]["longest"] == pytest.approx(outage, abs=1e-6)
    assert found["outages"] == found["failovers"] == 1.0
    assert found["lost_writes"] == 0.0
    assert outage <= settings.longest + 1e-9


def test_without_a_standby_it_is_down_for_as_long_as_it_is_dead() -> None:
    result = simulate(made(None, killed(50.0, 60.0)))
    assert sum(result["clients"]["users"]["failed"].values()) == pytest.approx(60.0 * RATE, abs=2)


def test_a_leader_that_is_back_before_it_is_given_up_stays_the_leader() -> None:
    found = extra(simulate(made(Failover(), killed(50.5, 4.0))))
    assert found["failovers"] == 0.0
    assert found["outage"]["longest"] == pytest.approx(4.0, abs=1e-6)


def test_the_old_leader_is_the_standby_once_it_is_well() -> None:
    """The second leader dies while the first is still dead: nobody takes over before that is over."""
    settings = Failover(interval=1.0, failures=1, promote=5.0)
    simulation = Simulation(
        made(settings, killed(20.5, 100.0), killed(50.5, 200.0), duration=300.0)
    )
    simulation.advance(300.0)
    check_laws(simulation.machine)
    led = [at for at, text in notices(simulation) if "leads" in text]
    assert led == [pytest.approx(26.0), pytest.approx(126.0)]
    assert any("the standby is down as well" in text for _, text in notices(simulation))


def test_what_is_wrong_with_the_old_leader_is_not_wrong_with_the_new_one() -> None:
    """It is slow and then frozen; the standby is neither."""
    slow = event(10.0, 1000.0, "slow", nodes=("db",), factor=100.0)
    frozen = event(30.0, 1000.0, "freeze", nodes=("db",))
    simulation = Simulation(made(Failover(interval=1.0, failures=2, promote=3.0), slow, frozen))
    simulation.advance(40.0)
    pool = simulation.machine.nodes["db"].node.pools[0]
    assert (pool.slow, pool.frozen, pool.down) == (1.0, False, False)
    assert simulation.machine.nodes["db"].faults == ("on its standby",)


def test_whoever_is_only_slow_answers_probes() -> None:
    slow = event(10.0, 100.0, "slow", nodes=("db",), factor=1000.0)
    assert extra(simulate(made(Failover(), slow)))["failovers"] == 0.0


def test_a_promoted_standby_has_no_start_before_it() -> None:
    """It runs already: only the promotion takes time, not the recovery of a machine that was down."""
    start = StartPlan(time=constant(40.0))
    settings = Failover(interval=1.0, failures=1, promote=5.0)
    found = extra(simulate(made(settings, killed(20.5), start=start)))
    assert found["outage"]["longest"] == pytest.approx(5.5, abs=1e-6)


@pytest.mark.parametrize(("back", "failures", "promote"), [(10.0, 3, 30.0), (7.0, 2, 45.0)])
def test_without_fencing_writes_to_the_old_leader_are_lost(
    back: float, failures: int, promote: float
) -> None:
    """It freezes, is given up, and comes back before the standby leads: all that it does from then on is lost."""
    freeze = event(50.5, back, "freeze", nodes=("db",))
    settings = Failover(failures=failures, promote=promote, fencing=False)
    # What came from 50.5 s on waited, and was done when it was back.
    leads = 52.0 + 2.0 * (failures - 1) + promote
    found = extra(simulate(made(settings, freeze)))
    assert found["lost_writes"] == pytest.approx((leads - 50.5) * RATE, abs=1.0)
    fenced = extra(simulate(made(settings.model_copy(update={"fencing": True}), freeze)))
    assert fenced["lost_writes"] == 0.0
    assert fenced["outage"]["longest"] == pytest.approx(leads - 50.5, abs=1e-6)
    assert found["outage"]["longest"] == pytest.approx(back, abs=1e-6), "it is frozen for so long"


def test_reads_are_never_lost() -> None:
    settings = Failover(fencing=False)
    freeze = event(50.5, 10.0, "freeze", nodes=("db",))
    reading = replace(made(settings, freeze), classes=(request_class("read"),))
    assert extra(simulate(reading))["lost_writes"] == 0.0


def up_share(mtbf: float, mttr: float, interval: float, failures: int, promote: float) -> float:
    """Two machines by themselves: one leads and lives for an exponential time, the other is repaired or ready.

    A leader that fails is given up after U + (failures - 1) intervals, or with the first probe after that at which
    the other machine is ready.
    """
    random = np.random.default_rng(3)
    up = down = left = 0.0
    for life, share in zip(random.exponential(mtbf, 200_000), random.random(200_000), strict=True):
        left = max(0.0, left - life)
        wait = (share + failures - 1.0) * interval
        wait += max(0.0, math.ceil((left - wait) / interval)) * interval
        outage = wait + promote
        up, down, left = up + life, down + outage, max(0.0, mttr - outage)
    return up / (up + down)


@pytest.mark.oracle(19)
@pytest.mark.parametrize(("mtbf", "mttr", "promote"), [(1000.0, 100.0, 30.0), (300.0, 60.0, 5.0)])
def test_o19_a_standby_shortens_each_outage(mtbf: float, mttr: float, promote: float) -> None:
    """Down for the detection and the promotion, each life, and for longer where both machines are down."""
    interval, failures = 2.0, 3
    faults = NodeFaults(mtbf=Exponential(mean=mtbf), mttr=Constant(mean=mttr), unit="node")
    settings = Failover(interval=interval, failures=failures, promote=promote)
    design = made(settings, faults=faults, duration=4e5)
    users, db = design.nodes
    quiet = replace(design, nodes=(client(rate=0.01), db))
    assert users.traffic is not None
    result = extra(simulate(quiet))
    wanted = up_share(mtbf, mttr, interval, failures, promote)
    outage = interval / 2.0 + (failures - 1) * interval + promote
    assert wanted < mtbf / (mtbf + outage)
    low, high = result["ci95"]["availability"]
    margin = 3.0 * (high - low) / 2.0 / 1.96
    assert result["availability"] == pytest.approx(wanted, abs=margin)
    assert margin < 0.15 * (1.0 - wanted)


def test_switched_off_while_a_standby_is_promoted_the_old_leader_is_let_in_again() -> None:
    design = made(Failover(interval=1.0, failures=1, promote=50.0), killed(20.5, 10.0))
    simulation = Simulation(design)
    simulation.advance(40.0)
    pool = simulation.machine.nodes["db"].node.pools[0]
    assert pool.down
    users, db = design.nodes
    simulation.follow(replace(design, nodes=(users, replace(db, failover=None))))
    assert not pool.down
    simulation.advance(100.0)
    check_laws(simulation.machine)
    assert not pool.down


def test_a_node_that_is_removed_while_it_is_shut_out_comes_back_open() -> None:
    design = made(Failover(interval=1.0, failures=1, promote=50.0), killed(20.5, 10.0))
    simulation = Simulation(design)
    simulation.advance(40.0)
    simulation.follow(replace(design, nodes=design.nodes[:1], links=()))
    simulation.advance(41.0)
    simulation.follow(design)
    simulation.advance(60.0)
    check_laws(simulation.machine)
    assert not simulation.machine.nodes["db"].node.pools[0].down


def test_a_node_with_a_standby_is_no_single_point() -> None:
    nodes = [client_of(), node_of("db", "sql_database")]
    single = design(nodes, [link_of("users", "db")], duration=300.0)
    [finding] = [each for each in check(single) if each.code == "single-point"]
    assert finding.fix is not None
    mended = finding.fix.apply(single).design
    assert lower(mended).nodes[1].failover == Failover()
    assert [each.code for each in check(mended) if each.code == "single-point"] == []


@pytest.mark.parametrize(("life", "repair"), [(40.0, 500.0), (25.0, 1000.0)])
def test_a_new_leader_lives_a_life_of_its_own(life: float, repair: float) -> None:
    """It fails one life after its promotion, however long the machine before it takes to be repaired."""
    faults = NodeFaults(mtbf=Constant(mean=life), mttr=Constant(mean=repair))
    settings = Failover(interval=1.0, failures=1, promote=5.0)
    simulation = Simulation(made(settings, faults=faults))
    simulation.advance(200.0)
    told = notices(simulation)
    leads = next(at for at, text in told if "the standby leads" in text)
    lost = [at for at, text in told if "by a fault" in text]
    assert lost == [pytest.approx(leads - 5.0, abs=1.0), pytest.approx(leads + life)]
    assert [text for _, text in told][-1].endswith("the standby is down as well")
    check_laws(simulation.machine)


def test_the_old_leader_is_the_standby_when_the_new_one_fails_after_its_repair() -> None:
    faults = NodeFaults(mtbf=Constant(mean=50.0), mttr=Constant(mean=20.0))
    settings = Failover(interval=1.0, failures=1, promote=5.0)
    simulation = Simulation(made(settings, faults=faults, duration=600.0))
    simulation.advance(600.0)
    told = [text for _, text in notices(simulation)]
    assert sum("the standby leads" in text for text in told) >= 8
    assert not any("down as well" in text for text in told)
