"""What theory doubts where few keep the answers of DNS, so that its targets have unequal loads by chance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.model.prediction import Theory, is_grave
from engine.plan.primitives import NodePlan, Plan, ResolverPlan, SessionPlan
from engine.plan.theory import predict
from tests.helpers.plans import (
    client,
    closed,
    constant,
    exponential,
    link,
    plan,
    router,
    simulate,
    station,
)

FEW = "few keep the answers of dns"


def design(
    users: int | NodePlan = 3,
    *,
    rate: float = 650.0,
    policy: Any = "round_robin",
    ttl: float = 1000.0,
    targets: tuple[str, ...] = ("a", "b"),
    instances: int = 1,
    **more: Any,
) -> Plan:
    asking = client("users", rate, known_users=users) if isinstance(users, int) else users
    picker = "weighted" if policy == "weighted" else "round_robin"
    resolver = ResolverPlan(policy=policy, ttl=ttl, **more)
    return plan(
        [
            asking,
            router("dns", picker, resolver=resolver),
            *(station(n, exponential(0.01), workers=4, instances=instances) for n in targets),
        ],
        [link("users", "dns"), *(link("dns", each) for each in targets)],
        duration=60.0,
    )


def told(found: Theory, name: str = "a") -> bool:
    return any(FEW in each for each in found.nodes[name].doubts)


def test_three_users_do_not_halve_a_load() -> None:
    made = design()
    found = predict(made)
    assert told(found)
    assert told(found, "b")
    assert any(FEW in each and is_grave(each) for each in found.clients["users"].doubts)
    assert FEW in found.bottleneck_doubt
    said, measured = found.nodes["a"].utilization, simulate(made)["nodes"]["a"]["utilization"]
    assert said == pytest.approx(0.8125)
    assert abs(measured / said - 1.0) > 0.1


def test_the_doubt_tells_the_binomial_standard_deviation_of_a_load() -> None:
    draws = np.random.default_rng(5).binomial(50, 0.25, 100_000) / (50 * 0.25)
    assert draws.std() == pytest.approx(math.sqrt(3.0 / 50.0), rel=0.01)
    found = predict(design(50, targets=("a", "b", "c", "d"), ttl=1e6))
    assert any("±24 %" in each for each in found.nodes["a"].doubts)


@pytest.mark.parametrize(
    "made",
    [
        design(100_000),
        design(400, rate=200.0),
        design(3, ttl=0.0),
        design(3, targets=("a",)),
        design(3, policy="anycast"),
        design(100_000, policy="weighted"),
        design(
            client(
                "users", 200.0, process="sessions", session=SessionPlan(mean=1.0, law="constant")
            )
        ),
    ],
    ids=[
        "many",
        "enough for a low load",
        "asked each time",
        "one target",
        "nothing is kept",
        "many, by weights",
        "one request each",
    ],
)
def test_nothing_is_doubted_where_chance_does_not_matter(made: Plan) -> None:
    assert not any(FEW in each for node in predict(made).nodes.values() for each in node.doubts)


@pytest.mark.parametrize(
    "made",
    [
        design(1000),
        design(3, policy="weighted"),
        design(3, targets=("a",), instances=2),
        design(1000, ttl=0.0, stretched=0.5, stretch=1e6),
        design(closed("users", 40, constant(0.05))),
        design(
            client(
                "users",
                0.1,
                process="sessions",
                think=constant(1.0),
                session=SessionPlan(mean=20.0, law="constant"),
            )
        ),
    ],
    ids=[
        "hundreds at a high load",
        "by weights",
        "instances of one target",
        "some keep it for long",
        "closed",
        "few sessions at a time",
    ],
)
def test_few_are_doubted_however_they_come(made: Plan) -> None:
    assert told(predict(made))
