"""Signing keys that rotate: whom instances refuse that do not know the new key, and whose token is worth nothing."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.auth import Auth, Jwks
from engine.plan.primitives import INFINITE, EventPlan
from engine.sim.invariants import check
from tests.engine.oracles.test_tokens import at_api, checked, guarded, server

AT = 50.0
USERS = 1000
RATE = 500.0
"""Requests a second: a thousand users, each with one every two seconds."""


def rotate(at: float = AT, **fields: Any) -> EventPlan:
    return EventPlan(at=at, end=at, change="rotate", nodes=("idp",), **fields)


def expire(at: float = AT, node: str = "idp") -> EventPlan:
    return EventPlan(at=at, end=at, change="expire", nodes=(node,))


def tokens(*events: EventPlan, jwks: Jwks | None = None, ttl: float = 1e6, **more: Any) -> Any:
    auth = Auth(mode="token", server="idp", ttl=ttl, jwks=jwks)
    fields: dict[str, Any] = {"users": USERS, "think": USERS / RATE, "instances": 400}
    return guarded(auth, *events, **(fields | more))


@pytest.mark.parametrize(("ttl", "kept"), [(100.0, 30.0), (60.0, 40.0)])
def test_new_tokens_fail_where_the_keys_are_not_due_yet(ttl: float, kept: float) -> None:
    """Of those who renew, each N/ttl seconds, that request fails and all that come before the sets are due.

    After t a share t/ttl of the users has a new token, and 1 - t/kept of the instances do not know its key.
    """
    users, think = 4000, 2.0
    sets = Jwks(ttl=kept, cooldown=None)
    made = tokens(rotate(), jwks=sets, ttl=ttl, duration=AT + kept, users=users, think=think)
    found = [at_api(checked(replace(made, seed=seed))) for seed in range(2)]
    refused = users / (ttl + think) * (kept / 2.0 + kept * kept / (6.0 * think))
    for extra in found:
        assert extra["unknown_key"] == extra["unauthorized"]
    assert sum(extra["unknown_key"] for extra in found) / 2.0 == pytest.approx(refused, rel=0.13)


@pytest.mark.parametrize("kept", [20.0, 50.0])
def test_where_all_tokens_are_new_half_of_what_comes_meanwhile_fails(kept: float) -> None:
    """Everybody logs in with the new key: λ · ttl/2 requests fail before the last instance knows it."""
    made = tokens(expire(), rotate(), jwks=Jwks(ttl=kept, cooldown=None), duration=AT + kept)
    extra = at_api(checked(made))
    assert extra["unknown_key"] == pytest.approx(RATE * kept / 2.0, rel=0.12)
    assert extra["logins"] == USERS


@pytest.mark.parametrize(("kept", "cooldown"), [(60.0, 20.0), (40.0, 30.0)])
def test_an_unknown_key_is_fetched_unless_that_was_done_just_now(
    kept: float, cooldown: float
) -> None:
    """A share cooldown/ttl of the instances fetched so shortly before, and refuses for half of it on average."""
    made = tokens(expire(), rotate(), jwks=Jwks(ttl=kept, cooldown=cooldown), duration=AT + kept)
    refused = RATE * cooldown / kept * cooldown / 2.0
    assert at_api(checked(made))["unknown_key"] == pytest.approx(refused, rel=0.25)


def test_without_a_cooldown_nobody_is_refused() -> None:
    made = tokens(expire(), rotate(), jwks=Jwks(ttl=60.0, cooldown=0.0))
    extra = at_api(checked(made))
    assert extra["unauthorized"] == 0
    assert extra["jwks_fetches"] >= 400


@pytest.mark.parametrize(("overlap", "ttl"), [(0.0, 40.0), (10.0, 40.0), (30.0, 40.0)])
def test_an_overlap_shorter_than_a_token_costs_each_old_one_a_request(
    overlap: float, ttl: float
) -> None:
    """COURSE 10.4: no errors once the overlap is as long as tokens last.

    Else (ttl - overlap)/ttl of the tokens are old and would last longer; their users see one error each, but for
    those who come only when theirs has ended anyway.
    """
    think = USERS / RATE
    extra = at_api(checked(tokens(rotate(overlap=overlap), ttl=ttl)))
    left = ttl - overlap
    share = (left - think * (1.0 - exp(-left / think))) / (ttl + think)
    noise = 3.0 * (USERS * share * (1.0 - share)) ** 0.5
    assert extra["unknown_key"] == pytest.approx(USERS * share, abs=noise)


@pytest.mark.parametrize(("ahead", "overlap", "clean"), [(30.0, 40.0, True), (5.0, 40.0, False)])
def test_keys_that_are_published_as_early_as_sets_are_kept_cost_nobody_anything(
    ahead: float, overlap: float, clean: bool
) -> None:
    made = tokens(
        rotate(ahead=ahead, overlap=overlap), jwks=Jwks(ttl=30.0, cooldown=None), ttl=40.0,
        duration=180.0,
    )  # fmt: skip
    assert (at_api(checked(made))["unauthorized"] == 0) == clean


@pytest.mark.parametrize(("instances", "kept"), [(50, 10.0), (20, 25.0)])
def test_keys_are_fetched_once_an_instance_and_time_to_keep_them(
    instances: int, kept: float
) -> None:
    found = checked(tokens(jwks=Jwks(ttl=kept), instances=instances))
    fetched = instances * 100.0 / kept
    assert at_api(found)["jwks_fetches"] == pytest.approx(fetched, rel=0.1)
    served = found["nodes"]["idp"]["extra"]["keys_fetched"]
    assert served == at_api(found)["auth_calls"] == at_api(found)["jwks_fetches"]


def test_an_outage_shuts_those_out_who_hold_good_tokens_once_the_keys_are_due() -> None:
    """After t of an outage a share t/ttl of the instances cannot check a token any more."""
    kill = EventPlan(at=20.0, end=INFINITE, change="kill", nodes=("idp",))
    simulation = Simulation(tokens(kill, jwks=Jwks(ttl=60.0), duration=80.0))
    simulation.look()
    simulation.advance(80.0)
    check(simulation.machine)
    for sample in simulation.samples:
        if sample.start >= 20.0:
            node = sample.nodes["api"]
            out = sum(node.failed.values()) / max(1, node.completed + sum(node.failed.values()))
            passed = ((sample.start + sample.end) / 2.0 - 20.0) / 60.0
            assert out == pytest.approx(passed, abs=0.12)


def test_a_restarted_instance_fetches_the_keys_first() -> None:
    kill = EventPlan(at=30.0, end=40.0, change="kill", nodes=("api",), instances=10)
    extra = at_api(checked(tokens(kill, jwks=Jwks(ttl=1e6))))
    assert extra["jwks_fetches"] == 10


def test_keys_rotate_while_calls_wait_for_them() -> None:
    """Switched on and off, rotated and killed meanwhile: nobody is lost or kept."""
    slow = {"delay": 0.5, "timeout": 0.8}
    events = [rotate(at=0.7 * turn, overlap=0.5, ahead=0.2) for turn in range(1, 12)]
    sets = [Jwks(ttl=1.0, cooldown=0.3), None, Jwks(ttl=0.2, cooldown=None)]
    plans = [
        tokens(*events, jwks=jwks, ttl=3.0, over=slow, users=50, think=0.2, instances=3)
        for jwks in sets
    ]
    simulation = Simulation(plans[0])
    for place in range(9):
        simulation.advance(1.1 * (place + 1))
        simulation.follow(plans[place % 3])
        check(simulation.machine)
    simulation.advance(40.0)
    check(simulation.machine)


@pytest.mark.parametrize(("users", "workers"), [(1000, 64), (500, 8)])
def test_all_who_are_logged_out_come_at_once_and_wait_for_each_other(
    users: int, workers: int
) -> None:
    """A login is 100 ms of work: N of them that come within a moment take N · .1 s over the workers."""
    auth = Auth(mode="token", server="idp", ttl=1e6)
    made = guarded(auth, expire(), users=users, think=0.05, duration=AT + 20.0)
    nodes = (*made.nodes[:2], server(workers=workers))
    found = checked(replace(made, nodes=nodes))
    assert at_api(found)["logins"] == users
    wave = users * 0.1 / workers
    assert found["clients"]["users"]["latency"]["max"] == pytest.approx(wave, rel=0.1)
