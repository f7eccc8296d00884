"""The error budget that is left, against Erlang's loss formula and a share of an exponential."""

from __future__ import annotations

import math

import pytest

from engine.model.alerts import budget_left
from engine.model.uncertainty import verdict
from tests.helpers.builders import client, design, exponential, link, node, run


def test_what_is_left_of_a_budget() -> None:
    """M/M/1/1 offered 4 loses .8 of all; M/M/1 with 5 left of 10 a second takes over .5 s with e^-2.5."""
    lossy = node("web", "service", workers=1, service_time=exponential(0.1), queue_limit=0)
    lost = run(
        design(
            [client("users", 40.0), lossy], [link("users", "web")], duration=2000, warmup=10,
            objectives=[{"metric": "users.availability", "above": 0.1}, {"metric": "users.availability", "above": 0.9}],
        )
    )["objectives"]  # fmt: skip
    assert lost[0]["budget_left"] == pytest.approx(1 - 0.8 / 0.9, abs=0.01)
    assert lost[1]["budget_left"] == pytest.approx(1 - 0.8 / 0.1, abs=0.05)
    assert [each["met"] for each in lost] == [True, False]
    assert verdict(lost[0]).endswith("% of its error budget left")
    assert verdict(lost[1]).startswith("missed, 7.99")
    assert verdict(lost[1]).endswith(" × its error budget used")
    queued = node("web", "service", workers=1, service_time=exponential(0.1))
    slow = run(
        design(
            [client("users", 5.0), queued], [link("users", "web")], duration=8000, warmup=100,
            objectives=[{"metric": "users.latency.above.0.5", "below": 0.2}],
        )
    )["objectives"]  # fmt: skip
    assert slow[0]["budget_left"] == pytest.approx(1 - math.exp(-2.5) / 0.2, abs=0.05)


def test_what_has_no_budget_has_none_left() -> None:
    assert budget_left("users.latency.p99", None, 0.25, 0.1) is None
    assert budget_left("users.availability", 0.999, None, None) is None
    assert budget_left("users.availability", 0.999, None, 1.0) == 1.0
    assert "budget" not in verdict({"metric": "m", "value": 1.0, "met": True})
