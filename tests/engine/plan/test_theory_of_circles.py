"""Where calls come round, theory says what it knows, or why it knows nothing; it never goes round itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.catalog import check, lower
from engine.model.design import Design
from engine.plan.theory import predict
from tests.helpers.builders import client, constant, design, exponential, link, node

TWO = [{"name": "foo"}, {"name": "bar"}]


def holding(**more: Any) -> Design:
    """Two that keep their workers while they call each other."""
    busy: dict[str, Any] = {"hold_while_waiting": True, "service_time": constant(0.001), **more}
    nodes = [client("users", 10.0), node("a", "service", **busy), node("b", "service", **busy)]
    links = [link("users", "a"), link("a", "b"), link("b", "a", probability=0.5)]
    return design(nodes, links)


def balanced(**more: Any) -> Design:
    """Balancers that hand on to each other, and to a service that may fail."""
    nodes = [client("users", 10.0), node("one", "load_balancer"), node("two", "load_balancer")]
    nodes.append(node("web", "service", **more))
    links = [link("users", "one"), link("one", "two"), link("two", "one"), link("two", "web")]
    return design(nodes, links)


def denied() -> Design:
    """A call to itself that is never let through, and a long line."""
    nodes = [client("users", 20.0), node("a", "service", queue_limit=50_000, workers=1)]
    return design(nodes, [link("users", "a"), link("a", "a", allowed=False)])


def failing() -> Design:
    """Nobody is answered, whatever is asked."""
    nodes = [client("users", 10.0, mix={"foo": 1, "bar": 1}), node("a", "service")]
    links = [link("users", "a", allowed=False, timeout=0.1)]
    return design(nodes, links, classes=TWO)


@pytest.mark.parametrize(
    "made",
    [
        holding(),
        holding(workers=1),
        holding(queue_limit=5),
        holding(queue_limit=5, workers=1, service_time=exponential(0.09)),
        balanced(),
        balanced(queue_limit=2, workers=1, service_time=exponential(0.2)),
        balanced(instances=3),
        denied(),
        failing(),
    ],
)
def test_there_is_a_prediction(made: Design) -> None:
    theory = predict(lower(made))
    json.dumps([finding.message for finding in check(made)])
    assert set(theory.nodes) == {each.id for each in made.nodes if each.kind != "client"}


def test_nothing_is_predicted_of_answers_that_never_come() -> None:
    users = predict(lower(failing())).clients["users"]
    assert users.latency_p99 is None
    assert users.goodput in (None, 0.0)
