"""The error budget over time: against sums of the steps' own counts, the alerts, and what the result says."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.run.session import Session
from tests.helpers.builders import client, design, exponential, link, node

RULES = [[5.0, 60.0, 10.0], [2.0, 120.0, 30.0]]
AVAILABLE = {"metric": "users.availability", "above": 0.9, "alerts": {"rules": RULES}}
FAST = {"metric": "users.latency.above.0.3", "below": 0.2}


def shop(*objectives: dict[str, Any], **more: Any) -> Any:
    """A lossy station that fails every request of two minutes."""
    web = node("web", "service", workers=4, service_time=exponential(0.1), queue_limit=3)
    fault = {"at": 200, "duration": 120, "target": "web", "change": "error", "probability": 0.6}
    fields = {"duration": 600, "warmup": 50, "seed": 5, "events": [fault]} | more
    return design([client("users", 30.0), web], [link("users", "web")], objectives=list(objectives), **fields)  # fmt: skip


def series(made: Any, step: float = 1.0) -> tuple[dict[str, Any], dict[str, Any]]:
    """The series of a run, and its result."""
    session = Session(made)
    session.measure(step=step)
    session.advance(made.scenario.duration)
    result = session.result()
    return result["series"], result


def burn_by_hand(bad: list[float], whole: list[float], end: int, window: int, budget: float) -> float:  # fmt: skip
    """The bad share of the last so many seconds; of those before the run all were good, and as many a second."""
    begin = max(0, end - window)
    came = math.fsum(whole[begin:end]) * max(1.0, window / (end - begin))
    return math.fsum(bad[begin:end]) / came / budget if came else 0.0


def test_the_burn_rate_is_that_of_the_counts() -> None:
    found, _ = series(shop(AVAILABLE))
    users, (line,) = found["clients"]["users"], found["objectives"]
    bad = users["failed"]
    whole = [a + b for a, b in zip(users["succeeded"], bad, strict=True)]
    assert (line["bad"], line["whole"]) == (bad, whole)
    assert [(each["burn"], each["long"], each["short"]) for each in line["burn"]] == [
        tuple(each) for each in RULES
    ]
    for rule in line["burn"]:
        for name, window in (("in_long", rule["long"]), ("in_short", rule["short"])):
            wanted = [burn_by_hand(bad, whole, end, int(window), 0.1) for end in range(1, 601)]
            assert rule[name] == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    assert max(line["burn"][0]["in_short"]) > 5.0


def test_the_budget_falls_to_what_the_result_says() -> None:
    """It is 1 when the measurement begins, nothing is said before, and falls fastest while all goes wrong."""
    found, result = series(shop(AVAILABLE, FAST))
    for line, judged in zip(found["objectives"], result["objectives"], strict=True):
        left = line["budget_left"]
        assert left[:49] == [None] * 49
        assert left[49] == pytest.approx(1.0)
        assert left[-1] == pytest.approx(judged["budget_left"], abs=1e-9)
        bad = math.fsum(line["bad"][50:300]) / math.fsum(line["whole"][50:300])
        assert left[299] == pytest.approx(1.0 - bad / line["budget"] * 250.0 / 550.0)
    left = found["objectives"][0]["budget_left"]
    assert left[320] - left[200] < 5.0 * (left[599] - left[480])
    assert found["objectives"][1]["whole"] == found["clients"]["users"]["succeeded"]


def test_a_page_comes_when_both_windows_burn_more_than_the_rule() -> None:
    """The alert's own times, looked up in the series."""
    found, result = series(shop(AVAILABLE), step=0.5)
    (judged,), (line,) = result["objectives"], found["objectives"]
    for rule, shown in zip(judged["alerts"], line["burn"], strict=True):
        ends = [0.5 * (place + 1) for place in range(len(shown["in_long"]))]
        both = [min(pair) for pair in zip(shown["in_long"], shown["in_short"], strict=True)]
        fires = [at for at, value in zip(ends, both, strict=True) if value > shown["burn"]]
        assert fires, "the fault is long enough"
        first = rule["pages"][0]["at"]
        assert fires[0] == pytest.approx(first, abs=0.51 + shown["short"] / 300.0)
        assert rule["worst"] == pytest.approx(max(shown["in_long"]), rel=0.03)


def test_a_part_of_the_run_and_the_rules_of_the_workbook() -> None:
    """Without alerts the windows are those of the workbook, an hour of which is a minute."""
    part = {"metric": "users.availability", "above": 0.9, "from": 210, "to": 260}
    found, result = series(shop(part))
    (line,) = found["objectives"]
    assert (line["from"], line["to"]) == (210, 260)
    assert line["budget_left"][209] == pytest.approx(1.0)
    assert line["budget_left"][259] == pytest.approx(result["objectives"][0]["budget_left"])
    assert line["budget_left"][259] == line["budget_left"][599]
    rules = [(each["burn"], each["long"], each["short"]) for each in line["burn"]]
    assert rules == [(14.4, 60.0, 5.0), (6.0, 360.0, 30.0), (1.0, 4320.0, 360.0)]


def test_counting_changes_nothing_and_is_not_there_unasked() -> None:
    made = shop(AVAILABLE, FAST)
    plain = Session(made)
    plain.advance(600.0)
    watched = Session(made)
    watched.snapshot()
    watched.advance(600.0)
    samples = watched.snapshot().samples
    _, result = series(made)
    assert plain.result()["hash"] == watched.result()["hash"] == result["hash"]
    bad = sum(each.spending["users.availability"].bad for each in samples)
    assert bad == sum(result["series"]["clients"]["users"]["failed"])
    assert "objectives" not in series(shop())[0]
