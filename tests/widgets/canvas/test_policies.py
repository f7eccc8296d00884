"""The signs of policies: their number while all is well, their state where that is news."""

from __future__ import annotations

import pytest

from engine.model.admission import Admission
from engine.model.link import LinkConfig
from engine.model.policies.of_nodes import OF_NODES
from engine.model.policies.policy import policies_in
from engine.model.policies.tenants import Tenants
from widgets.canvas.pill import Pill
from widgets.canvas.policies import gate_pills, link_pills

BREAKER = {"breaker": {"failure_share": 0.25}}
LIMIT = {"admission": {"rate_limit": {"rate": 300, "burst": 10}}}
POLICIES = [
    *policies_in(LinkConfig).items(),
    *policies_in(Admission).items(),
    *((each.field, each) for each in OF_NODES),
    ("tenants", Tenants),
]


def test_a_breaker_shows_where_it_opens_until_it_does() -> None:
    assert link_pills(BREAKER, {}) == (Pill("breaker", "25 %"),)
    assert link_pills(BREAKER, {"breaker": "closed"}) == (Pill("breaker", "25 %"),)
    assert link_pills(BREAKER, {"breaker": "open"}) == (Pill("breaker", "open", "failing"),)
    half = link_pills(BREAKER, {"breaker": "half_open"})
    assert half == (Pill("breaker", "half-open", "strained"),)


def test_a_rate_limit_shows_its_rate_until_it_limits() -> None:
    assert gate_pills(LIMIT, {}) == (Pill("rate_limiter", "300 rps"),)
    limiting = gate_pills(LIMIT, {"rate_limit": "limiting"})
    assert limiting == (Pill("rate_limiter", "limiting", "strained"),)


def test_a_client_shows_its_last_mile() -> None:
    assert gate_pills({"profile": "3g"}, {}) == (Pill("distance", "3g"),)
    assert gate_pills({"profile": "5g"}, {}) == gate_pills({"profile": None}, {}) == ()


@pytest.mark.parametrize(
    "config", [{}, {"breaker": None}, {"breaker": 7}, {"breaker": {"open": -1}}]
)
def test_what_is_off_or_wrong_has_no_sign(config: dict[str, object]) -> None:
    assert link_pills(config, {"breaker": "open"}) == ()
    assert gate_pills({"admission": config}, {}) == ()


@pytest.mark.parametrize(("field", "policy"), POLICIES)
def test_every_policy_has_what_the_canvas_needs(field, policy, qapp) -> None:
    from engine.assets import asset_path

    assert policy.field == field
    assert asset_path("icons", f"{policy.icon}.svg").is_file()
    assert policy.title == policy.title.lower()
    assert policy().label()
    assert policy.metrics
    for state in policy.states.values():
        assert state.tone in ("healthy", "strained", "failing")
        assert state.word or state.tone == "healthy"


def test_where_signs_are_many_only_news_keep_their_words() -> None:
    crowded = {"timeout": 1.0, "retry": {"attempts": 3}, "bulkhead": {"concurrent": 9}, **BREAKER}
    assert [pill.text for pill in link_pills(crowded, {})] == [""] * 4
    shown = link_pills(crowded, {"breaker": "open"})
    assert [pill.text for pill in shown if pill.text] == ["open"]


def test_connections_of_users_and_who_closes_them_have_signs() -> None:
    config: dict[str, object] = {"connection": {"per": "user", "server_idle_timeout": 5}}
    assert link_pills(config, {}) == (Pill("link", "per user"), Pill("cut", "5 s"))
    assert link_pills({"connection": {}}, {}) == ()


def test_limits_on_waiting_and_retries_elsewhere_have_signs() -> None:
    config = {"queue_timeout": 0.5, "retry": {"attempts": 2, "other_instance": True}}
    assert link_pills(config, {}) == (Pill("queue", "500 ms"), Pill("restart", "×2 elsewhere"))


def test_a_balancer_by_zone_says_how_it_spills_over() -> None:
    assert gate_pills({"picker": "zone"}, {}) == (Pill("frame", "own zone"),)
    even = gate_pills({"picker": "zone", "zone": {"spill_over": "even"}}, {})
    assert even == (Pill("frame", "even zones"),)


def test_dns_says_by_what_it_answers_and_for_how_long() -> None:
    assert gate_pills({"policy": "geo", "ttl": 60}, {}) == (Pill("dns", "geo · 60 s"),)
    assert gate_pills({"policy": "round_robin"}, {}) == (Pill("dns", "round robin"),)
    assert gate_pills({"policy": "anycast", "ttl": 60}, {}) == (Pill("dns", "anycast"),)
    assert gate_pills({"ttl": 60}, {}) == ()


def test_a_service_shows_where_it_keeps_sessions() -> None:
    assert gate_pills({"sessions": {}}, {}) == (Pill("sessions", "memory"),)
    kept = {"sessions": {"where": "store", "store": "redis"}}
    assert gate_pills(kept, {}) == (Pill("sessions", "store"),)
    assert gate_pills({"sessions": {"where": "elsewhere"}}, {}) == ()


def test_a_client_says_whose_users_they_are_and_how_many_are_not_who_they_say() -> None:
    config = {"tenants": {"count": 20}, "wrong_credentials": {"share": 0.25, "of": "users"}}
    texts = [pill.text for pill in gate_pills(config, {})]
    assert texts == ["20 tenants", "25 % wrong"]


def test_messages_show_what_keeps_them_in_order_and_from_acting_twice() -> None:
    assert gate_pills({"fifo_groups": 8, "dedupe": True}, {}) == (
        Pill("queue", "8 FIFO groups"),
        Pill("idempotency", "once"),
    )
    assert gate_pills({"prefetch": 10, "dedupe": None}, {}) == (Pill("worker", "prefetch 10"),)
    assert gate_pills({"poison": 0.05}, {}) == (Pill("error", "5 % poison", "fault"),)
    assert gate_pills({"acks": "leader"}, {}) == (Pill("copy", "acks leader"),)
    assert gate_pills({"acks": "all"}, {}) == ()
    assert link_pills({"group": "billing"}, {}) == (Pill("group", "billing"),)


def test_a_leader_shows_its_followers_until_something_is_wrong_between_them() -> None:
    config: dict[str, object] = {"replicas": 2, "acknowledge": "semi_sync"}
    assert gate_pills(config, {}) == (Pill("replicas", "1 + 2 · semi-sync"),)
    assert gate_pills({"replicas": 0}, {}) == ()
    split = gate_pills(config, {"replication": "two leaders"})
    assert split == (Pill("replicas", "two leaders", "failing"),)
    behind = gate_pills(config, {"replication": "lag 3 s"})
    assert behind == (Pill("replicas", "lag 3 s", "strained"),)
    spare = gate_pills({"replicas": 1, "failover": {}}, {"failover": "promoting"})
    assert spare[1] == Pill("failover", "promoting", "failing")


def test_a_cache_shows_that_it_gives_leases_or_fetches_early() -> None:
    assert gate_pills({"fill": "lease"}, {}, "cache") == (Pill("cache", "leases"),)
    assert gate_pills({"fill": "early"}, {}, "cache") == (Pill("cache", "early fetch"),)
    assert gate_pills({"fill": "single_flight"}, {}, "cache") == ()


@pytest.mark.parametrize(
    ("config", "state", "pills"),
    [
        ({}, "", (Pill("replicas", "3 · W2 R2"),)),
        ({"consistency": "ap"}, "", (Pill("replicas", "3 · W2 R2 · AP"),)),
        ({"mode": "single_leader", "replicas": 5}, "", (Pill("replicas", "1 + 4 · W2"),)),
        (
            {"mode": "single_leader"},
            "2 without leader",
            (Pill("replicas", "2 without leader", "failing"),),
        ),
        ({}, "12 hints", (Pill("replicas", "12 hints", "strained"),)),
        (
            {"mode": "multi_leader", "conflict": "versions", "partition_rate": 1000},
            "",
            (
                Pill("replicas", "3 leaders"),
                Pill("group", "siblings"),
                Pill("grid", "1.0k rps each"),
            ),
        ),
    ],
)
def test_a_cluster_shows_how_its_replicas_agree(
    config: dict[str, object], state: str, pills: tuple[Pill, ...]
) -> None:
    states = {"cluster": state} if state else {}
    assert gate_pills(config, states, "key_value_cluster") == pills
