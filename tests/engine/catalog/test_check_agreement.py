"""Coordinators and leases: what the checks say of those that will fail, and that they are silent about those that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.builders import client, constant, design, link, node, run
from tests.helpers.findings import found

if TYPE_CHECKING:
    from engine.model.design import Design

ZONES = ("a", "b", "c")


def leased(*events: dict[str, Any], ttl: float = 5.0, webs: int = 3, **granting: Any) -> Design:
    """A service with leases of a coordinator."""
    frame = {"x": 0, "y": 0, "width": 9, "height": 9, "kind": "zone"}
    lease = {"coordinator": "granting", "ttl": ttl}
    return design(
        [
            client("users", 50.0),
            node("web", "service", instances=webs, service_time=constant(0.001), lease=lease),
            node("granting", "coordinator", **({"instances": 3} | granting)),
        ],
        [link("users", "web"), link("web", "granting", timeout=min(0.2, ttl / 4.0))],
        frames=[{"id": each, "config": {}, **frame} for each in ZONES],
        duration=40.0,
        warmup=5.0,
        events=list(events),
    )


def refused(made: Design) -> int:
    return int(run(made)["clients"]["users"]["failed"].get("unavailable", 0))


@pytest.mark.parametrize(
    ("over", "instances", "said"),
    [(("a", "b"), 3, 1), (("a", "b"), 4, 1), (ZONES, 3, 0), (ZONES, 5, 0), (("a", "a", "b"), 5, 1)],
)
def test_a_zone_without_which_no_majority_is_left(
    over: tuple[str, ...], instances: int, said: int
) -> None:
    kill = {"at": 15, "target": "a", "change": "kill"}
    made = leased(kill, ttl=2.0, spread=over, instances=instances)
    assert len(found(made, "majority-in-one-frame")) == said
    assert (refused(made) > 500) == bool(said)


@pytest.mark.parametrize(("ttl", "election", "said"), [(0.6, 2.0, 1), (10.0, 2.0, 0)])
def test_leases_that_run_out_while_a_leader_is_elected(
    ttl: float, election: float, said: int
) -> None:
    kill = {"at": 15, "target": "granting", "change": "kill", "instance": 1}
    made = leased(kill, ttl=ttl, election=election)
    assert len(found(made, "lease-below-election")) == said
    assert (refused(made) > 0) == bool(said)


@pytest.mark.parametrize(("ttl", "said"), [(0.1, 1), (10.0, 0)])
def test_more_renewals_than_can_be_answered(ttl: float, said: int) -> None:
    many = leased(ttl=ttl, webs=40, workers=1, service_time=constant(0.01))
    assert len(found(many, "many-renewals")) == said
    assert (refused(many) > 500) == bool(said)
