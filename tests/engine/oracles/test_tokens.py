"""Authentication: who is asked how often, how long revoked users get in, and what an outage leaves."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.auth import Auth
from engine.plan.forwarding import as_forwarded
from engine.plan.primitives import INFINITE, EventPlan, IssuePlan, NodePlan, Plan, TrafficPlan
from engine.sim.invariants import check
from engine.sim.lane.gates.authentication import Authentication
from engine.sim.report import Result, result_of
from tests.helpers.plans import constant, exponential, link, plan, router, station

ISSUE = IssuePlan(login=constant(0.1), refresh=constant(0.002))


def population(users: int, think: float) -> NodePlan:
    traffic = TrafficPlan(process="closed", users=users, think=exponential(think))
    return NodePlan(id="users", traffic=traffic)


def server(name: str = "idp", **changes: Any) -> NodePlan:
    made = station(name, exponential(0.0005), **({"workers": 64} | changes))
    return NodePlan(id=name, station=made.station, issue=ISSUE)


def guarded(
    auth: Auth,
    *events: EventPlan,
    users: int = 100,
    think: float = 1.0,
    duration: float = 100.0,
    over: dict[str, Any] | None = None,
    others: tuple[NodePlan, ...] = (),
    **api: Any,
) -> Plan:
    """Users who ask an API that asks an auth server."""
    nodes = [
        population(users, think),
        station("api", 0.0, **({"workers": None} | api), gates=(auth,)),
        server(),
        *others,
    ]
    links = [link("users", "api"), link("api", "idp", **(over or {}))]
    known = {node.id: node for node in nodes}
    links = [as_forwarded(each, known[each.source]) for each in links]
    return plan(nodes, links, events=events, duration=duration)


def checked(made: Plan) -> Result:
    simulation = Simulation(made)
    simulation.advance(made.duration)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


def at_api(result: Result) -> dict[str, float]:
    return result["nodes"]["api"]["extra"]


def revoke(at: float, share: float, until: float = INFINITE, **changes: Any) -> EventPlan:
    fields: dict[str, Any] = {"nodes": ("idp",), "probability": share}
    return EventPlan(at=at, end=until, change="revoke", **(fields | changes))


@pytest.mark.parametrize(
    ("users", "rate", "ttl"), [(1000, 5.0, 3600.0), (200, 2.0, 60.0), (50, 10.0, 20.0)]
)
def test_tokens_are_renewed_once_a_lifetime_and_looked_up_never(
    users: int, rate: float, ttl: float
) -> None:
    """COURSE 8.4: 1000 users of 5 rps renew .278 tokens a second where they last an hour."""
    duration = 30.0 if users == 1000 else 200.0
    found = checked(
        guarded(
            Auth(mode="token", server="idp", ttl=ttl),
            users=users,
            think=1.0 / rate,
            duration=duration,
        )
    )
    renewed = users * duration / ttl
    extra = at_api(found)
    assert extra["token_refreshes"] == pytest.approx(renewed, abs=3.0 * renewed**0.5 + 1.0)
    assert extra["introspections"] == extra["logins"] == extra["unauthorized"] == 0
    assert 0 <= found["nodes"]["idp"]["arrivals"] - extra["token_refreshes"] <= 2


@pytest.mark.parametrize(("users", "rate"), [(1000, 5.0), (200, 2.0)])
def test_introspection_asks_about_every_request(users: int, rate: float) -> None:
    """COURSE 8.4: 5000 rps at the auth server, to the last request."""
    duration = 8.0
    found = checked(
        guarded(
            Auth(mode="introspection", server="idp"),
            users=users,
            think=1.0 / rate,
            duration=duration,
        )
    )
    assert found["nodes"]["idp"]["arrivals"] / duration == pytest.approx(users * rate, rel=0.02)
    extra = at_api(found)
    assert extra["auth_calls"] == found["nodes"]["idp"]["arrivals"]
    assert extra["auth_calls"] == found["nodes"]["api"]["arrivals"]
    on_the_way = extra["auth_calls"] - extra["introspections"] - extra["token_refreshes"]
    assert on_the_way == extra["checking"]


@pytest.mark.parametrize("ttl", [15.0, 40.0])
def test_revoked_users_get_in_for_half_a_lifetime_and_a_whole_one_at_most(ttl: float) -> None:
    """Nothing tells a token that is checked where it is shown: it is good until it ends."""
    found = checked(
        guarded(
            Auth(mode="token", server="idp", ttl=ttl),
            revoke(50.0, 0.5),
            users=1000,
            think=0.5,
            duration=91.0,
        )
    )
    extra = at_api(found)
    assert extra["revoked_access"] == pytest.approx(
        ttl / 2.0 - 0.5, rel=0.08
    )  # at its last request
    assert ttl * 0.97 < extra["revoked_access_max"] <= ttl
    left = ttl / 2.0 * ttl / (ttl + 0.5)  # none between the end of a token and the next request
    assert extra["stale_authorised"] == pytest.approx(500 * left / 0.5, rel=0.08)
    assert found["clients"]["users"]["failed"]["unauthorized"] == extra["unauthorized"] > 0


@pytest.mark.parametrize("mode", ["introspection", "session"])
def test_whoever_is_looked_up_is_out_at_once(mode: Any) -> None:
    found = checked(guarded(Auth(mode=mode, server="idp"), revoke(50.0, 0.3)))
    extra = at_api(found)
    assert extra["stale_authorised"] == 0
    assert extra["unauthorized"] == pytest.approx(0.3 * 100 * 50.0, rel=0.05)


@pytest.mark.parametrize("cache", [1.0, 2.0])
def test_kept_answers_are_stale_for_as_long_as_they_are_kept(cache: float) -> None:
    """A look-up every cache time and one request: revoked users stay for a bit less than half of it."""
    auth = Auth(mode="introspection", server="idp", cache=cache, ttl=1e6)
    found = checked(guarded(auth, revoke(50.0, 0.5), users=1000, think=0.25, duration=80.0))
    extra = at_api(found)
    asked = (1000 * 50.0 + 500 * 30.0) / (cache + 0.25) + 500  # and whom the server refuses
    assert extra["introspections"] == pytest.approx(asked, rel=0.05)
    assert extra["revoked_access_max"] <= cache
    assert 0.8 * cache / 2.0 < extra["revoked_access"] < 1.03 * cache / 2.0


def test_only_what_succeeds_is_a_renewal() -> None:
    """The server is down: it is called again and again, and renews nothing."""
    kill = EventPlan(at=0.0, end=INFINITE, change="kill", nodes=("idp",))
    extra = at_api(checked(guarded(Auth(mode="token", server="idp", ttl=20.0), kill)))
    assert extra["token_refreshes"] == extra["logins"] == 0
    assert extra["auth_calls"] == extra["unchecked"] > 0


def test_tokens_of_nowhere_are_renewed_as_often_as_they_end() -> None:
    extra = at_api(checked(guarded(Auth(mode="token", ttl=20.0), think=0.2)))
    assert extra["token_refreshes"] == pytest.approx(100 * 100.0 / 20.0, rel=0.03)
    assert extra["auth_calls"] == 0


def test_answers_of_before_the_start_end_one_by_one() -> None:
    """Nobody asks at once about everybody: as many in the first second as in any other."""
    auth = Auth(mode="introspection", server="idp", cache=20.0, ttl=1e6)
    simulation = Simulation(guarded(auth, users=1000, think=0.25, duration=40.0))
    simulation.look()
    simulation.advance(40.0)
    asked = [each.nodes["idp"].arrivals / (each.end - each.start) for each in simulation.samples]
    assert max(asked) < 2.0 * 1000.0 / 20.25
    assert sum(asked) / len(asked) == pytest.approx(1000.0 / 20.25, rel=0.1)


def test_whose_access_is_restored_logs_in_again() -> None:
    found = checked(guarded(Auth(mode="introspection", server="idp"), revoke(30.0, 0.2, 60.0)))
    extra = at_api(found)
    assert 19 <= extra["logins"] <= 21
    assert extra["unauthorized"] == pytest.approx(20 * 30.0, rel=0.15)


def test_one_user_is_revoked_by_number() -> None:
    auth = Auth(mode="introspection", server="idp")
    found = checked(guarded(auth, revoke(50.0, 0.1, user=7), users=20))
    assert at_api(found)["unauthorized"] == pytest.approx(50.0, rel=0.4)


@pytest.mark.parametrize("ttl", [80.0, 200.0])
def test_an_outage_takes_those_out_whose_tokens_end(ttl: float) -> None:
    """COURSE 10.2: after t of an outage a share 1 - t/ttl still gets in; by introspection nobody does."""
    kill = EventPlan(at=20.0, end=INFINITE, change="kill", nodes=("idp",))
    auth = Auth(mode="token", server="idp", ttl=ttl)
    simulation = Simulation(guarded(auth, kill, users=1000, think=0.5, duration=100.0))
    simulation.look()
    simulation.advance(100.0)
    for sample in simulation.samples:
        if sample.start >= 20.0:
            node = sample.nodes["api"]
            out = sum(node.failed.values()) / max(1, node.completed + sum(node.failed.values()))
            passed = min(1.0, ((sample.start + sample.end) / 2.0 - 20.0) / ttl)
            assert out == pytest.approx(passed, abs=0.05)


def test_an_outage_takes_everybody_out_who_is_looked_up() -> None:
    kill = EventPlan(at=50.0, end=INFINITE, change="kill", nodes=("idp",))
    found = checked(guarded(Auth(mode="introspection", server="idp"), kill))
    extra = at_api(found)
    assert extra["unchecked"] == extra["unauthorized"] > 0
    assert extra["unauthorized"] / (extra["authorized"] + extra["unauthorized"]) == pytest.approx(
        0.5, abs=0.02
    )


def test_all_log_in_who_are_not_signed_in_and_wait_for_it() -> None:
    """100 ms of work each on 64 workers: 300 logins that come nearly at once take .5 s."""
    auth = Auth(mode="token", server="idp", signed_in=0.0)
    made = guarded(auth, users=300, think=0.05, duration=2.0)
    found = checked(made)
    assert at_api(found)["logins"] == found["nodes"]["idp"]["extra"]["logged_in"] == 300
    assert found["clients"]["users"]["latency"]["max"] == pytest.approx(0.45, abs=0.06)


def test_a_check_is_work() -> None:
    auth = Auth(mode="token", cost=0.01)
    found = checked(guarded(auth, users=10, think=1.0, workers=1))
    assert found["nodes"]["api"]["utilization"] == pytest.approx(0.1, rel=0.1)


def test_nodes_that_ask_the_same_server_share_what_users_hold() -> None:
    """A token from one of them is good at the other."""
    auth = Auth(mode="token", server="idp", signed_in=0.0, ttl=1e6)
    nodes = [
        population(50, 1.0),
        station("api", 0.0, workers=None, gates=(auth,)),
        station("app", 0.0, workers=None, gates=(auth,)),
        server(),
    ]
    links = [
        link("users", "api"),
        link("users", "app", order=1),
        link("api", "idp", checks=True),
        link("app", "idp", checks=True),
    ]
    found = checked(plan(nodes, links))
    assert found["nodes"]["idp"]["extra"]["logged_in"] == 50


def test_a_server_behind_a_balancer_is_asked_and_revokes() -> None:
    auth = Auth(mode="introspection", server="door")
    nodes = [
        population(50, 1.0),
        station("api", 0.0, workers=None, gates=(auth,)),
        router("door"),
        server(instances=3),
    ]
    links = [link("users", "api"), link("api", "door", checks=True), link("door", "idp")]
    found = checked(plan(nodes, links, events=(revoke(50.0, 1.0),)))
    assert found["nodes"]["idp"]["extra"]["looked_up"] > 0
    assert at_api(found)["unauthorized"] == pytest.approx(50 * 50.0, rel=0.1)


def test_a_router_keeps_its_link_to_the_server_apart() -> None:
    auth = Auth(mode="introspection", server="idp")
    door = NodePlan(id="door", router=router("door").router, gates=(auth,))
    nodes = [population(50, 1.0), door, station("api", 0.001, workers=8), server()]
    links = [link("users", "door"), link("door", "api"), link("door", "idp", checks=True)]
    found = checked(plan(nodes, links))
    looked_up = found["nodes"]["idp"]["extra"]["looked_up"]
    assert found["nodes"]["api"]["arrivals"] == pytest.approx(looked_up, abs=5)
    assert found["clients"]["users"]["failed"] == {}


def test_live_edits_while_calls_are_held() -> None:
    """The mode is changed, the gate switched off and on, and the server killed: nobody is lost or kept."""
    slow = {"delay": 0.5, "timeout": 0.8}
    plans = [
        guarded(Auth(mode=mode, server="idp", ttl=3.0, cache=cache), over=slow, think=0.2)
        for mode, cache in (
            ("introspection", None),
            ("token", None),
            ("none", None),
            ("session", 0.5),
        )
    ]
    bare = plan(
        [population(100, 0.2), station("api", 0.0, workers=None), server()],
        [link("users", "api"), link("api", "idp", **slow, probability=0.0)],
    )
    kill = EventPlan(at=0.0, end=INFINITE, change="kill", nodes=("idp",))
    simulation = Simulation(plans[0])
    for place, made in enumerate((*plans, bare, *reversed(plans), plans[0], plans[0])):
        simulation.advance(1.3 * (place + 1))
        dead = made if place % 3 else plan(made.nodes, made.links, events=(kill,))
        simulation.follow(dead)
        check(simulation.machine)
    simulation.advance(30.0)
    check(simulation.machine)
    gates = [each.thing for each in simulation.machine.nodes["api"].gates]
    assert any(isinstance(each, Authentication) for each in gates)


def test_the_server_is_removed_while_it_is_asked() -> None:
    asked = guarded(Auth(mode="introspection", server="idp"), over={"delay": 0.5}, think=0.2)
    simulation = Simulation(asked)
    simulation.advance(3.0)
    gone = plan(asked.nodes[:2], asked.links[:1])
    simulation.follow(gone)
    simulation.advance(6.0)
    check(simulation.machine)
    assert at_api(result_of(simulation.machine, (), 0.0))["unchecked"] > 0
    simulation.follow(asked)
    simulation.advance(9.0)
    check(simulation.machine)


def test_nothing_is_drawn_where_nobody_is_checked() -> None:
    made = guarded(Auth(mode="none", server="idp"))
    nodes = [*made.nodes[:1], station("api", 0.0, workers=None), made.nodes[2]]
    bare = plan(nodes, made.links[:1])
    assert checked(made)["clients"] == checked(bare)["clients"]
