"""Coordinators and leases, against order statistics, and against what a majority can and cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.catalog.checking import check
from engine.run.session import Session
from tests.helpers.builders import client, constant, design, exponential, link, node, run

if TYPE_CHECKING:
    from engine.model.design import Design

WRITE = [{"name": "write", "operation": "write"}]
PLACE = {"x": 0, "y": 0, "width": 9, "height": 9, "kind": "zone"}


def asked(
    *events: dict[str, Any],
    operation: str = "write",
    frames: list[dict[str, Any]] | None = None,
    duration: float = 400.0,
    **coordinator: Any,
) -> Design:
    """Users who ask a coordinator."""
    config = {"service_time": constant(0.0), "sync_time": exponential(0.01)} | coordinator
    return design(
        [client("users", 50.0), node("keeper", "coordinator", **config)],
        [link("users", "keeper", delay=constant(0.0), timeout=5.0)],
        classes=[{"name": "ask", "operation": operation}],
        frames=frames or [],
        duration=duration,
        warmup=0.0,
        events=list(events),
    )


def leased(
    *events: dict[str, Any], services: int = 3, duration: float = 100.0, **lease: Any
) -> Design:
    """Users of a service whose instances hold leases of a coordinator in three zones."""
    frames = [{"id": each, **PLACE} for each in "abc"]
    return design(
        [
            client("users", 30.0),
            node(
                "web",
                "service",
                instances=services,
                spread=list("abc"),
                service_time=constant(0.001),
                lease={"coordinator": "keeper", **lease},
            ),
            node("keeper", "coordinator", instances=3, spread=list("abc")),
        ],
        [link("users", "web", timeout=1.0), link("web", "keeper", timeout=1.0)],
        classes=WRITE,
        frames=frames,
        duration=duration,
        warmup=0.0,
        events=list(events),
    )


def share_failed(found: dict[str, Any]) -> float:
    users = found["clients"]["users"]
    return float(sum(users["failed"].values()) / users["offered"])


def test_a_write_takes_the_third_fastest_sync_of_five() -> None:
    """Of five exponential times of mean s the third is s (1/5 + 1/4 + 1/3) on average."""
    latency = run(asked())["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.01 * (1 / 5 + 1 / 4 + 1 / 3), rel=0.02)


def test_of_three_it_is_the_second_and_of_one_its_own() -> None:
    latency = run(asked(instances=3))["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.01 * (1 / 3 + 1 / 2), rel=0.02)
    latency = run(asked(instances=1))["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.01, rel=0.02)


def test_reads_ask_a_majority_and_take_the_way_to_the_nearest_that_makes_it() -> None:
    """The leader in a; b 20 ms and c 60 ms away there and back: a majority of three is 20 ms away.

    A third of the calls comes to each instance, and waits for the way to the leader first: (0 + 20 + 60) / 3 ms.
    """
    trips = {"round_trip": {"b": 0.02, "c": 0.06}}
    frames = [{"id": each, **PLACE, "config": trips if each == "a" else {}} for each in "abc"]
    more: dict[str, Any] = {
        "operation": "read",
        "frames": frames,
        "instances": 3,
        "spread": list("abc"),
    }
    latency = run(asked(**more))["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.02 + 0.08 / 3.0, rel=0.01)
    latency = run(asked(reads="leader", **more))["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.08 / 3.0, rel=0.01)


def test_two_of_five_may_die_and_three_may_not() -> None:
    two = {"at": 0, "target": "keeper", "change": "freeze", "instances": 2}
    found = run(asked(two, duration=60.0))
    assert found["clients"]["users"]["failed"].get("unavailable", 0) <= 50 * 1.2
    three = {"at": 0, "target": "keeper", "change": "kill", "instances": 3}
    assert share_failed(run(asked(three, duration=60.0))) == pytest.approx(1.0)


def test_another_leader_is_elected_after_the_timeout() -> None:
    """The leader freezes for good: for 1 s (and a tenth at most) nobody is answered."""
    event = {"at": 10, "target": "keeper", "change": "kill", "instances": 1}
    found = run(asked(event, election=1.0, duration=60.0))
    keeper = found["nodes"]["keeper"]
    assert keeper["extra"]["no_majority"] == pytest.approx(50 * 4 / 5 * 1.05, abs=15)


def test_renewals_are_calls() -> None:
    """Three instances, a call each every 10/3 s: .9 a second, and nobody loses a lease."""
    found = run(leased())
    assert found["links"]["web-keeper"]["attempts"] == pytest.approx(90, abs=3)
    web = found["nodes"]["web"]["extra"]
    assert web["renewals_failed"] == web["leases_expired"] == 0
    assert web["leases_held"] == 3
    assert share_failed(found) == 0.0


def test_without_a_majority_all_leases_end_within_their_time() -> None:
    """Dead from 20 s on: the last renewal is up to 10/3 s old, so all end between 26.7 and 30 s."""
    event = {"at": 20, "target": "keeper", "change": "kill"}
    session = Session(leased(event))
    session.advance(26.6)
    assert session.result()["nodes"]["web"]["extra"]["leases_expired"] == 0
    session.advance(30.1)
    assert session.result()["nodes"]["web"]["extra"]["leases_expired"] == 3
    session.advance(100.0)
    found = session.result()
    assert found["clients"]["users"]["failed"]["unavailable"] == pytest.approx(30 * 71.7, rel=0.06)
    assert found["nodes"]["web"]["extra"]["leases_held"] == 0


def test_leases_come_back_with_the_coordinator() -> None:
    event = {"at": 20, "duration": 30, "target": "keeper", "change": "kill"}
    found = run(leased(event))
    assert found["nodes"]["web"]["extra"]["leases_held"] == 3
    assert found["clients"]["users"]["failed"]["unavailable"] == pytest.approx(30 * 22, rel=0.15)


def test_the_smaller_side_of_a_cut_cannot_renew() -> None:
    """Zone c is cut off from the others: its instance asks its own keeper, which reaches no majority."""
    events = [
        {"at": 20, "target": "c", "change": "partition", "with": other} for other in ("a", "b")
    ]
    found = run(leased(*events, duration=200.0))
    web = found["nodes"]["web"]
    assert web["extra"]["leases_held"] == 2
    assert web["extra"]["leases_expired"] >= 1
    assert web["extra"]["without_lease"] > 0


def test_a_shorter_outage_than_a_lease_is_not_noticed() -> None:
    event = {"at": 20, "duration": 5, "target": "keeper", "change": "kill"}
    found = run(leased(event))
    assert found["nodes"]["web"]["extra"]["renewals_failed"] > 0
    assert found["nodes"]["web"]["extra"]["leases_expired"] == 0
    assert share_failed(found) == 0.0


def test_a_restarted_instance_needs_a_new_lease() -> None:
    event = {"at": 20, "duration": 10, "target": "web", "change": "kill", "instances": 1}
    found = run(leased(event))
    assert found["nodes"]["web"]["extra"]["leases_held"] == 3
    assert found["nodes"]["web"]["extra"]["leases_expired"] == 0


def test_what_is_told_before_a_run() -> None:
    codes = {each.code for each in check(leased())}
    assert "no-coordinator" not in codes
    assert [each.code for each in check(leased(coordinator="web")) if each.level == "error"] == [
        "no-coordinator"
    ]
    single = [each.id for each in check(leased()) if each.code == "single-point-group"]
    assert single == ["web", "keeper"]
    assert not any("lost zone" in each.message for each in check(leased()))
    assert "even-quorum" in {each.code for each in check(asked(instances=4))}
