"""Copies on a period, and a restore when the machine is lost: how old what comes back is, and how long it takes."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.control.simulation import Simulation
from engine.model.backup import Backup
from engine.model.failover import Failover
from engine.plan.primitives import EventPlan, Plan
from engine.sim.invariants import check as check_laws
from tests.helpers.builders import client as client_of
from tests.helpers.builders import design
from tests.helpers.builders import link as link_of
from tests.helpers.builders import node as node_of
from tests.helpers.plans import client, event, link, plan, request_class, simulate, station

RATE = 50.0
"""Writes a second, at equal distances."""


def made(settings: Backup, *events: EventPlan, **changes: Any) -> Plan:
    users = client(rate=RATE, process="deterministic")
    db = station("db", 0.001, workers=100, backup=settings, failover=changes.pop("failover", None))
    return plan(
        [users, db],
        [link("users", "db")],
        classes=(request_class("write", write=True),),
        events=events,
        **({"duration": 1000.0} | changes),
    )


def killed(at: float, duration: float = 1e6) -> EventPlan:
    return event(at, duration, "kill", nodes=("db",))


def extra(design: Plan) -> dict[str, Any]:
    return simulate(design)["nodes"]["db"]["extra"]


@pytest.mark.parametrize(
    ("size", "speed", "provision"), [(2e9, 2e7, 50.0), (1e9, 1e7, 0.0), (5e9, 1e9, 300.0)]
)
def test_it_takes_the_provision_and_the_restore(
    size: float, speed: float, provision: float
) -> None:
    """2 TB at 200 MB/s are 10 000 s; here it is less of both."""
    settings = Backup(every=100.0, bytes=size, restore_bandwidth=speed, provision=provision)
    found = extra(made(settings, killed(333.0)))
    wanted = provision + size / speed
    assert found["recovery_time"] == pytest.approx(wanted)
    assert found["outage"]["longest"] == pytest.approx(wanted)
    assert found["restores"] == 1.0


def test_two_terabytes_at_200_megabytes_a_second() -> None:
    assert Backup(bytes=2e12, restore_bandwidth=2e8, provision=0.0).restoring == 10_000.0


@pytest.mark.parametrize("copying", [0.0, 30.0])
def test_what_was_written_since_the_last_whole_copy_began_is_lost(copying: float) -> None:
    every, size = 100.0, 3e9
    bandwidth = size / copying if copying else None
    settings = Backup(
        every=every, bytes=size, bandwidth=bandwidth, restore_bandwidth=1e9, provision=10.0
    )
    for at in (405.0, 420.0, 440.0, 499.0):
        found = extra(made(settings, killed(at)))
        since = 400.0 if at - 400.0 > copying else 300.0
        assert found["recovery_point"] == pytest.approx(at - since)
        assert found["lost_writes"] == pytest.approx((at - since) * RATE, abs=1.0)


def test_half_a_period_is_lost_on_average() -> None:
    """Machines that are lost at any time: RPO is at most the period, and half of it on average."""
    settings = Backup(every=60.0, bytes=1e6, provision=5.0)
    ages = [extra(made(settings, killed(300.0 + 6.1 * k)))["recovery_point"] for k in range(10)]
    assert max(ages) <= 60.0
    assert sum(ages) / len(ages) == pytest.approx(30.0, abs=6.1)


def test_a_machine_that_comes_back_has_kept_what_it_had() -> None:
    settings = Backup(every=100.0, bytes=1e9, provision=60.0)
    found = extra(made(settings, killed(350.0, 30.0)))
    assert (found["restores"], found["lost_writes"]) == (0.0, 0.0)
    assert found["outage"]["longest"] == pytest.approx(30.0)


def test_what_was_lost_once_is_not_lost_again() -> None:
    """The restored machine dies before the next copy: only what was written to it is lost then."""
    settings = Backup(every=500.0, bytes=1e6, provision=10.0)
    first, second = killed(600.0, 5.0 * 60.0), killed(700.0)
    found = extra(made(settings, first, second))
    assert found["restores"] == 2.0
    assert found["lost_writes"] == pytest.approx((100.0 + 90.0) * RATE, abs=3.0)


def test_a_standby_is_there_before_a_copy_is() -> None:
    settings = Backup(every=100.0, bytes=1e6, provision=60.0)
    found = extra(made(settings, killed(350.0), failover=Failover(promote=10.0)))
    assert (found["failovers"], found["restores"]) == (1.0, 0.0)
    assert found["lost_writes"] == 0.0


@pytest.mark.parametrize("fencing", [True, False])
def test_a_copy_does_not_take_the_place_of_a_standby_that_is_being_promoted(fencing: bool) -> None:
    """Detected at 354 s, promoted by 414 s; a copy would be there at 360 s, without the writes since 300 s."""
    settings = Backup(every=100.0, bytes=1e6, provision=10.0)
    standby = Failover(promote=60.0, fencing=fencing)
    found = extra(made(settings, killed(350.0), failover=standby))
    assert (found["failovers"], found["restores"]) == (1.0, 0.0)
    assert found["outage"]["longest"] == pytest.approx(64.0)
    assert found["lost_writes"] == 0.0


def test_writes_that_a_failover_has_lost_are_not_lost_again_with_the_machine() -> None:
    """To the old leader until 386 s, once it is back; the copy is of 300 s, and its machine dies at 450.5 s."""
    settings = Backup(every=300.0, bytes=1e6, provision=1.0)
    standby = Failover(promote=30.0, fencing=False)
    frozen = event(350.5, 10.0, "freeze", nodes=("db",))
    found = extra(made(settings, frozen, killed(450.5), failover=standby))
    assert (found["failovers"], found["restores"]) == (1.0, 1.0)
    assert found["lost_writes"] == pytest.approx(150.5 * RATE, abs=3.0)


def test_copies_of_a_dead_machine_are_none() -> None:
    settings = Backup(every=100.0, bytes=1e9, bandwidth=1e8, provision=1e6)
    simulation = Simulation(made(settings, killed(405.0, 250.0)))
    simulation.advance(1000.0)
    check_laws(simulation.machine)
    # At 100, 200, 300 s; that of 400 s is broken off, nobody is there at 500 and 600 s; 700, 800, 900 s.
    body = simulation.machine.nodes["db"].extra(1000.0)
    assert body["copies"] == 6.0


def test_a_copy_that_takes_longer_than_the_period_is_told() -> None:
    config = {"backup": {"every": 60, "bytes": 1e12, "bandwidth": 1e9}}
    nodes = [client_of(), node_of("db", "sql_database", **config)]
    findings = check(design(nodes, [link_of("users", "db")]))
    [finding] = [each for each in findings if each.code == "slow-backup"]
    assert "every 60 s" in finding.message
    assert "16.7 min" in finding.message
