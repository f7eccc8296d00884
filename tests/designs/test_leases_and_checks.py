"""October 2025, after the name was found again: leases that nobody gets back, and checks that take good capacity."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from engine.model.edits import SetField
from engine.run.session import Session
from tests.designs.running import (
    broken,
    changed,
    failures,
    first_time,
    goodput,
    mean,
    node,
    says,
    shipped,
    watched,
    within,
)

if TYPE_CHECKING:
    from engine.sim.snapshot import Sample

LEASES, CHECKS = "ec2-leases-2025", "nlb-checks-2025"


@cache
def run_of(name: str) -> tuple[list[Sample], list[tuple[float, str]], Session]:
    """The seconds of the whole run of a design, its notices with their times (s), and the run."""
    design = shipped(name)
    session = Session(design)
    session.snapshot()
    session.advance(design.scenario.duration)
    snapshot = session.snapshot()
    return list(snapshot.samples), [(each.at, each.text) for each in snapshot.notices], session


def renewed(sample: Sample) -> float:
    """Renewals that were answered in time."""
    return float(sample.links["hosts-dwfm"].succeeded)


def waiting(sample: Sample) -> float:
    return sample.nodes["dwfm"].queue


def test_leases_run_out_while_those_who_grant_them_need_what_is_gone() -> None:
    samples, notices, _ = run_of(LEASES)
    assert mean(samples, 50.0, 100.0, goodput("launches")) == 0.0
    lost = [at for at, text in notices if "without its lease" in text]
    assert 40.0 < lost[0] < 50.0


def test_renewals_time_out_faster_than_they_are_done() -> None:
    says(shipped(LEASES), "37 renewals are in time in the first second", "from 101 s on not one")
    says(shipped(LEASES), "DWFM does 80 a second", "240 a second", "grows by 160 each second")
    samples, _, session = run_of(LEASES)
    assert sum(renewed(each) for each in within(samples, 100.0, 101.0)) == 37
    assert sum(renewed(each) for each in within(samples, 101.0, 240.0)) == 0
    done = mean(samples, 101.0, 240.0, node("dwfm", lambda each: float(each.completed)))
    assert done == pytest.approx(2 / 0.025, rel=0.03)
    asked = mean(samples, 105.0, 235.0, node("dwfm", lambda each: float(each.arrivals)))
    assert asked == pytest.approx(200 * 3 / (3 * 0.5 + 1.0), rel=0.01)
    assert min(waiting(each) for each in within(samples, 101.0, 240.0)) > 80.0 * 0.5
    says(shipped(LEASES), "has 22 000 at the end")
    assert waiting(samples[-1]) == pytest.approx(22_000, rel=0.02)
    assert session.result()["nodes"]["hosts"]["extra"]["leases_held"] == 0
    assert mean(samples, 111.0, 240.0, goodput("launches")) == 0.0


def test_a_restart_alone_only_begins_anew() -> None:
    says(shipped(LEASES), "Kill DWFM for 1 s at 150 s", "a minute later it is as long as before")
    samples = watched(shipped(LEASES), 240.0, (150.0, broken("dwfm", "kill", duration=1.0)))
    assert mean(samples, 151.0, 152.0, waiting) < 300.0
    before = mean(samples, 149.0, 150.0, waiting)
    assert mean(samples, 200.0, 205.0, waiting) > before
    assert mean(samples, 170.0, 240.0, renewed) == 0.0


def test_a_throttle_cures_it_and_fewer_tries_do_not() -> None:
    says(shipped(LEASES), "A rate limit of 70 a second (burst 20)", "one try in place of three")
    limit = {"rate_limit": {"rate": 70, "burst": 20}}
    throttled = changed(shipped(LEASES), SetField("dwfm", ("config", "admission"), limit))
    samples = watched(throttled, 180.0)
    assert mean(samples, 110.0, 180.0, failures("launches")) == 0.0
    assert mean(samples, 110.0, 180.0, renewed) == pytest.approx(60.0, rel=0.02)
    once = SetField("hosts-dwfm", ("config", "retry"), {"attempts": 1})
    samples = watched(changed(shipped(LEASES), once), 180.0)
    assert mean(samples, 115.0, 180.0, goodput("launches")) == 0.0


def test_a_short_queue_gives_all_leases_back() -> None:
    fixed = shipped(f"{LEASES}-fixed")
    says(fixed, "all leases are by 104 s", "launches go on at 50 a second", "3 s after DynamoDB")
    samples, notices, session = run_of(f"{LEASES}-fixed")
    back = [at for at, text in notices if "have their leases again" in text]
    assert [round(each) for each in back] == [103]
    assert mean(samples, 104.0, 240.0, failures("launches")) == 0.0
    assert mean(samples, 104.0, 240.0, goodput("launches")) == pytest.approx(50.0, rel=0.05)
    assert session.result()["nodes"]["hosts"]["extra"]["leases_held"] == 200


@pytest.mark.parametrize(("restart", "back"), [(False, 164.0), (True, 125.0)])
def test_a_limit_that_comes_late_waits_for_the_old_queue_or_a_restart(
    restart: bool, back: float
) -> None:
    says(shipped(f"{LEASES}-fixed"), "at 120 s, the limit helps after 44 s", "restart, after 5 s")

    def limit(session: Session) -> None:
        session.apply(SetField("dwfm", ("config", "queue_limit"), 30))
        if restart:
            broken("dwfm", "kill", duration=1.0)(session)

    samples = watched(shipped(LEASES), 200.0, (120.0, limit))
    first = first_time(samples, 111.0, lambda each: failures("launches")(each) == 0.0)
    assert first == pytest.approx(back, abs=1.0)
    assert mean(samples, back + 1.0, 200.0, failures("launches")) == 0.0


@pytest.mark.parametrize(("limit", "recovers"), [(35, True), (60, False)])
def test_a_queue_is_short_enough_below_what_is_done_while_somebody_waits(
    limit: int, recovers: bool
) -> None:
    says(shipped(f"{LEASES}-fixed"), "80 renewals a second × .5 s of patience = 40 places")
    says(shipped(f"{LEASES}-fixed"), "With 35 it recovers as well; with 60 all that wait")
    field = SetField("dwfm", ("config", "queue_limit"), limit)
    samples = watched(changed(shipped(LEASES), field), 180.0)
    answered = mean(samples, 120.0, 180.0, goodput("launches"))
    assert answered == pytest.approx(50.0 if recovers else 0.0, abs=2.5)


def outs(notices: list[tuple[float, str]]) -> int:
    """How often a target went out of rotation."""
    return sum("out of rotation" in text for _, text in notices)


def test_checks_that_fail_by_halves_take_good_capacity() -> None:
    says(shipped(CHECKS), "Of 130 requests a second 74 are answered", "while the targets are 39 %")
    says(shipped(CHECKS), "44 times one goes out", "twice what it can do, and half of all checks")
    samples, notices, _ = run_of(CHECKS)
    assert mean(samples, 70.0, 180.0, goodput("users")) == pytest.approx(74.0, abs=0.5)
    busy = mean(samples, 70.0, 180.0, node("targets", lambda each: each.utilization))
    assert busy == pytest.approx(0.39, abs=0.005)
    assert outs(notices) == 44
    refused = mean(samples, 70.0, 180.0, failures("launches", "queue_full"))
    asked = mean(samples, 70.0, 180.0, node("launches", lambda each: float(each.arrivals)))
    assert refused / asked == pytest.approx(0.5, abs=0.02)
    assert sum(failures("users")(each) for each in within(samples, 0.0, 60.0)) == 0.0
    assert sum(failures("users")(each) for each in within(samples, 190.0, 240.0)) == 0.0


@pytest.mark.parametrize(
    ("field", "value", "answered"),
    [
        ("fail_open", True, 76.0),
        ("failures", 5, 130.8),
        ("depth", "shallow", 130.8),
        ("panic", 0.5, 123.0),
    ],
)
def test_other_checks(field: str, value: object, answered: float) -> None:
    says(shipped(CHECKS), "it only helps once all are out (76 a second)", "all 130 are answered")
    says(shipped(CHECKS), "Shallow checks, of the targets alone")
    says(shipped(f"{CHECKS}-fixed"), "a threshold of 50 % four do 100, and only 123")
    design = changed(shipped(CHECKS), SetField("nlb", ("config", "health", field), value))
    samples = watched(design, 180.0)
    assert mean(samples, 70.0, 180.0, goodput("users")) == pytest.approx(answered, abs=0.5)


def test_a_limit_of_removals_keeps_all_requests() -> None:
    says(
        shipped(f"{CHECKS}-fixed"), "Targets go out 41 times", "44 % of all requests", "none fails"
    )
    samples, notices, session = run_of(f"{CHECKS}-fixed")
    assert outs(notices) == 41
    result = session.result()
    assert result["nodes"]["nlb"]["extra"]["panic_share"] == pytest.approx(0.44, abs=0.005)
    assert not result["clients"]["users"]["failed"]
    assert mean(samples, 70.0, 180.0, goodput("users")) == pytest.approx(130.0, rel=0.02)
