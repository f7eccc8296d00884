"""Designs about sessions: who is logged out when a server dies, and when the store does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.catalog import check
from engine.model.edits import Remove, SetDesign, SetField
from tests.designs.running import changed, measured, says, shipped

if TYPE_CHECKING:
    from engine.model.edits import Edit


def shop(design: str, *edits: Edit) -> dict[str, Any]:
    """What is measured of the sessions of the shop, and the result."""
    result = measured(changed(shipped(design), *edits))
    found: dict[str, Any] = result["nodes"]["shop"]["extra"]
    return {**found, "result": result}


def sessions(field: str, value: Any) -> SetField:
    return SetField("shop", ("config", "sessions", field), value)


def test_a_server_takes_a_fifth_of_the_sessions_along() -> None:
    says(
        shipped("sticky-sessions"),
        "about 200 sessions are lost, a fifth, and those 200 shoppers are logged out",
        "it gets no request of theirs",
    )
    found = shop("sticky-sessions")
    assert found["sessions_lost"] == pytest.approx(200.0, abs=30.0)
    assert found["logged_out"] == found["sessions_lost"]
    counts = [each["arrivals"] for each in found["result"]["nodes"]["shop"]["instances"]]
    assert min(counts) == counts[0]
    assert counts[0] < 0.4 * sum(counts[1:]) / 4.0


def test_without_affinity_four_in_five_are_logged_out() -> None:
    says(shipped("sticky-sessions"), "four requests in five log somebody out", "The check says so")
    off = SetField("balancer", ("config", "affinity"), "none")
    found = shop("sticky-sessions", off)
    answered = found["result"]["nodes"]["shop"]["completed"]
    assert found["logged_out"] / answered == pytest.approx(0.8, abs=0.02)
    codes = [each.code for each in check(changed(shipped("sticky-sessions"), off))]
    assert "stray-sessions" in codes


@pytest.mark.parametrize(("where", "sent"), [("replicated", 1.6e6), ("cookie", 4e5)])
def test_kept_elsewhere_nobody_is_lost_and_bytes_are_sent(where: str, sent: float) -> None:
    says(shipped("sticky-sessions"), "2 kB to four others: 1.6 MB/s", "400 kB/s over each link")
    found = shop("sticky-sessions", sessions("where", where))
    assert found["sessions_lost"] == found["logged_out"] == 0.0
    assert found["session_bytes"] == pytest.approx(sent, rel=0.08)  # one is dead for a while


def test_with_a_store_servers_are_free() -> None:
    says(
        shipped("session-store"),
        "Each request first asks Redis: .6 ms more",
        "nobody is logged out",
    )
    found = shop("session-store")
    bare = shop("session-store", sessions("where", "cookie"), Remove.of("redis"))
    assert found["sessions_lost"] == found["logged_out"] == 0.0
    times = [each["result"]["links"]["balancer-shop"]["latency"]["mean"] for each in (found, bare)]
    assert times[0] - times[1] == pytest.approx(0.0006, abs=0.0003)


def test_the_store_takes_all_sessions_along() -> None:
    design = shipped("session-store")
    says(
        design, "afterwards everybody is logged out", "a single point of failure", "forgets nothing"
    )
    kill = {"at": 120, "duration": 10, "target": "redis", "change": "kill"}
    found = shop("session-store", SetDesign(("scenario", "events"), [kill]))
    assert found["sessions_lost"] == pytest.approx(1000.0, abs=5.0)
    assert found["logged_out"] == pytest.approx(1000.0, abs=10.0)
    failed = found["result"]["clients"]["shoppers"]["failed"]
    assert sum(failed.values()) == pytest.approx(10.0 * 200.0, rel=0.15)
    assert ("single-point", "redis") in [(each.code, each.id) for each in check(design)]


def test_a_store_with_half_the_room_logs_out_half_of_them() -> None:
    says(shipped("session-store"), "about half of the requests find their session evicted")
    found = shop("session-store", SetField("redis", ("config", "capacity"), 500))
    answered = found["result"]["nodes"]["shop"]["completed"]
    assert found["logged_out"] / answered == pytest.approx(0.5, abs=0.05)


def test_the_balancer_counts_whom_it_has_to_send_elsewhere_once() -> None:
    found = shop("sticky-sessions")
    moved = found["result"]["nodes"]["balancer"]["extra"]["sessions_lost"]
    assert moved == pytest.approx(found["sessions_lost"], abs=15.0)
