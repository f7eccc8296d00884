"""A signing key that rotates: whom it costs requests, and what makes it cost nobody anything."""

from __future__ import annotations

import pytest

from engine.model.edits import SetDesign, SetField
from tests.designs.running import changed, mean, measured, says, shipped, watched

JWKS = ("config", "admission", "auth", "jwks")


def test_a_third_of_the_requests_fail_for_a_minute() -> None:
    design = shipped("key-rotation")
    says(
        design,
        "At 60 s Accounts signs with another key, and withdraws the old one at once",
        "About a third of the requests of that minute fail",
    )
    seconds = watched(design, 180.0)

    def failed(start: float, end: float) -> float:
        return mean(
            seconds,
            start,
            end,
            lambda each: (
                sum(each.nodes["readers"].failed.values()) / max(1, each.nodes["readers"].arrivals)
            ),
        )

    assert failed(0.0, 59.0) == 0.0
    assert failed(60.0, 120.0) == pytest.approx(1.0 / 3.0, abs=0.1)
    assert failed(125.0, 180.0) == 0.0


def test_unknown_keys_that_are_fetched_at_once_leave_one_request_a_reader() -> None:
    design = shipped("key-rotation")
    says(design, "A cooldown of 0 s", "only old tokens are refused, once each")
    quick = changed(design, SetField("news", (*JWKS, "cooldown"), 0.0, "No cooldown"))
    refused = measured(quick)["nodes"]["news"]["extra"]["unknown_key"]
    assert refused == pytest.approx(200.0, rel=0.1)


def test_nobody_is_refused_where_the_key_is_ahead_and_the_old_one_stays() -> None:
    design = shipped("key-rotation-fixed")
    says(
        design, "published 60 s before it signs", "the old one stays for 120 s", "Nobody is refused"
    )
    result = measured(design)
    assert result["clients"]["readers"]["failed"] == {}
    says(design, "An overlap of 60 s: half of the tokens")
    (event,) = design.model_dump(exclude_unset=True, by_alias=True)["scenario"]["events"]
    shorter = changed(design, SetDesign(("scenario", "events"), [event | {"overlap": 60}]))
    refused = measured(shorter)["nodes"]["news"]["extra"]["unknown_key"]
    assert refused == pytest.approx(100.0, abs=20.0)
