"""Designs that fall over and stay down, and what keeps them up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from engine.model.edits import Edit, SetField
from engine.run.session import Session
from tests.designs.running import (
    changed,
    failures,
    first_time,
    goodput,
    load,
    mean,
    measured,
    node,
    says,
    shipped,
    watched,
)

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.sim.snapshot import Sample


def back_at(samples: list[Sample], rate: float) -> float:
    """Seconds after the disturbance (it ends at 70 s) until goodput is good for good."""
    return first_time(samples, 70.0, lambda each: goodput("users")(each) > 0.8 * rate) - 70.0


def test_a_retry_storm_never_ends() -> None:
    design = shipped("retry-storm")
    says(design, "goodput is 0 of 280 a second, for ever", "560 a second arrive, 300 are worked on")
    result = measured(design)
    users, link = result["clients"]["users"], result["links"]["users-web"]
    assert users["offered"] / 180.0 == pytest.approx(280.0, rel=0.02)
    assert users["succeeded"] == 0
    assert link["attempts"] / 180.0 == pytest.approx(560.0, rel=0.02)
    assert result["nodes"]["web"]["completed"] / 180.0 == pytest.approx(300.0, rel=0.02)


def test_less_to_carry() -> None:
    design = shipped("retry-storm")
    says(design, "Load ×0.5 is 140", "that takes 110 s", "(attempts 1), at ×1, it takes 114 s")
    half = watched(design, 220.0, (0.0, load(0.5)))
    assert back_at(half, 140.0) == pytest.approx(110.0, abs=5.0)
    once = changed(design, SetField("users-web", ("config", "retry", "attempts"), 1))
    assert back_at(watched(once, 220.0), 280.0) == pytest.approx(114.0, abs=5.0)


def test_the_cure_at_hand() -> None:
    design = shipped("retry-storm")
    says(design, "Turn the load to ×0.1 at 120 s until the line is empty, for 80 s")
    samples = watched(design, 260.0, (120.0, load(0.1)), (200.0, load(1.0)))
    assert mean(samples, 199.0, 200.0, node("web", lambda each: each.queue)) < 2.0
    assert mean(samples, 202.0, 260.0, goodput("users")) == pytest.approx(280.0, rel=0.03)


def test_a_short_queue_tames_the_storm() -> None:
    design = shipped("retry-storm-fixed")
    says(design, "At 71 s, one second after Web is itself again, goodput is back", "within 0.7 s")
    samples = watched(design, 120.0)
    assert back_at(samples, 280.0) <= 2.0
    assert mean(samples, 72.0, 120.0, goodput("users")) == pytest.approx(280.0, rel=0.03)
    assert mean(samples, 63.0, 70.0, failures("users", "queue_full")) > 200.0
    slowest = max(sample.nodes["web"].latency.p99 for sample in samples if sample.start >= 73.0)
    assert slowest < 0.7


@pytest.mark.parametrize(
    ("limit", "recovers"), [(100, True), (200, True), (300, True), (360, False)]
)
def test_how_short_is_short(limit: int, *, recovers: bool) -> None:
    says(shipped("retry-storm-fixed"), "Queue limit 100, 200 or 300 recovers; 360 never does")
    design = changed(
        shipped("retry-storm-fixed"), SetField("web", ("config", "queue_limit"), limit)
    )
    samples = watched(design, 300.0)
    assert (back_at(samples, 280.0) <= 5.0) is recovers
    assert (mean(samples, 200.0, 300.0, goodput("users")) > 270.0) is recovers


def pool_after(edit: Edit | None = None) -> list[Sample]:
    """The seconds of the design with the pool, perhaps changed before."""
    design = shipped("exhausted-pool")
    return watched(changed(design, edit) if edit else design, 140.0)


def exhausted_at(design: Design) -> float:
    """When somebody first waits for a thread, to a tenth of a second."""
    session = Session(design)
    session.advance(58.0)
    while session.now < 70.0:
        session.advance(session.now + 0.1)
        gauge = session.snapshot().gauges["web"]
        if gauge.waiting > 0:
            assert gauge.instances[0].busy == 50
            return session.now
    return math.inf


def test_the_pool_runs_dry() -> None:
    design = shipped("exhausted-pool")
    says(design, "60 threads, and there are 50", "1.7 s later", "browsing is down as well")
    assert exhausted_at(design) - 60.0 == pytest.approx(1.7, abs=0.2)
    says(design, "From 80 s on, not one of 70 browsers a second gets an answer in time.")
    samples = pool_after()
    assert mean(samples, 30.0, 60.0, goodput("browsers")) == pytest.approx(70.0, rel=0.05)
    assert mean(samples, 80.0, 120.0, goodput("browsers")) == 0.0
    assert mean(samples, 123.0, 140.0, failures("browsers")) == 0.0


def test_a_timeout_keeps_the_pool() -> None:
    says(shipped("exhausted-pool"), "a timeout of 500 ms: 15 threads wait, browsing stays at 70")
    samples = pool_after(SetField("web-prices", ("config", "timeout"), 0.5))
    assert mean(samples, 65.0, 120.0, goodput("browsers")) == pytest.approx(70.0, rel=0.04)
    assert mean(samples, 65.0, 120.0, goodput("buyers")) == 0.0
    busy = 50.0 * mean(samples, 65.0, 120.0, node("web", lambda each: each.utilization))
    assert busy - 100.0 * 0.02 == pytest.approx(15.0, abs=1.0)


def test_no_thread_while_waiting() -> None:
    says(shipped("exhausted-pool"), "even quotes are answered, after 2 s")
    samples = pool_after(SetField("web", ("config", "hold_while_waiting"), False))
    assert mean(samples, 65.0, 120.0, goodput("browsers")) == pytest.approx(70.0, rel=0.04)
    assert mean(samples, 65.0, 120.0, goodput("buyers")) == pytest.approx(30.0, rel=0.06)
    answered = mean(samples, 65.0, 120.0, node("buyers", lambda each: each.latency.mean))
    assert answered == pytest.approx(2.02, abs=0.05)
