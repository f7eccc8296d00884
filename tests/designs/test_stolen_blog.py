"""An attacker in the blog: how far he comes in a flat network, and through trust zones."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.design import Design
from engine.run.session import Session
from tests.designs.running import measured, says, shipped


def test_a_flat_network_gives_him_nearly_everything() -> None:
    design = shipped("stolen-blog")
    says(
        design,
        "the Shop is his at 45 s, the orders and Payments at 60 s, and Card numbers at 75 s",
        "seven of nine nodes",
        "Nobody is served worse",
    )
    session = Session(design)
    came: dict[str, float] = {}
    for time in range(180):
        session.advance(time + 0.5)
        for name, gauge in session.snapshot().gauges.items():
            if gauge.compromised is not None:
                came.setdefault(name, float(time))
    assert came == {
        "blog": 30.0,
        "shop": 45.0,
        "posts": 45.0,
        "mail": 60.0,
        "orders": 60.0,
        "payments": 60.0,
        "cards": 75.0,
    }
    result = measured(design)
    assert (result["blast_radius"], len(design.nodes)) == (7, 9)
    assert result["clients"]["shoppers"]["failed"] == {}
    assert not result["objectives"][0]["met"]


def test_zones_and_a_call_that_goes_the_other_way_leave_him_two() -> None:
    design = shipped("stolen-blog-fixed")
    says(design, "three zones", "he has the Blog and its Posts, two of nine nodes")
    result = measured(design)
    assert result["compromised"] == ["blog", "posts"]
    assert result["clients"]["shoppers"]["failed"] == {}
    assert result["objectives"][0]["met"]


def raw_of(design: Design) -> dict[str, Any]:
    return design.model_dump(exclude_unset=True, by_alias=True)


def test_who_takes_the_shop_still_has_payments() -> None:
    design = shipped("stolen-blog-fixed")
    says(design, "Who takes the Shop still has Payments")
    raw = raw_of(design)
    raw["scenario"]["events"][0]["target"] = "shop"
    result = measured(Design.model_validate(raw))
    assert {"payments", "cards"} <= set(result["compromised"])


@pytest.mark.parametrize(("config", "radius"), [({}, 2), ({"allowed": True}, 7)])
def test_only_a_link_that_is_allowed_lets_him_further(config: dict[str, Any], radius: int) -> None:
    design = shipped("stolen-blog-fixed")
    says(design, "One zone more never lets anybody further; a link that is allowed may")
    raw = raw_of(design)
    for each in raw["links"]:
        if each["id"] == "shop-blog":
            each |= {"source": "blog", "target": "shop", "config": {"probability": 0.2} | config}
    assert measured(Design.model_validate(raw))["blast_radius"] == radius
