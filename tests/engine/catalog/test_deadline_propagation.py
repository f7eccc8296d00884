"""Deadlines and cancels in designs: what they lower to, and where they mean nothing."""

from __future__ import annotations

from engine.catalog import check, lower
from engine.plan.deadline_propagation import deadline_propagation
from tests.helpers.builders import client, design, link, node

BOTH = {"deadline_propagation": True, "cancellation": True}


def test_balancers_hand_on_what_they_are_told_and_queues_do_not() -> None:
    nodes = [client("users"), node("lb", "load_balancer"), node("inner", "load_balancer")]
    nodes += [node("web", "service"), node("jobs", "queue"), node("worker", "worker")]
    links = [
        link("users", "lb", cancellation=True),
        link("lb", "inner"),
        link("inner", "web"),
        link("web", "jobs", deadline_propagation=True),
        link("jobs", "worker", **BOTH),
    ]
    made = design(nodes, links)
    found = deadline_propagation(lower(made))
    assert found.cancelling == {"users-lb", "lb-inner", "inner-web"}
    assert found.propagating == {"web-jobs"}
    assert found.told == {"lb", "inner", "web", "jobs"}
    void = [each for each in check(made) if each.code == "no-effect"]
    assert [each.field for each in void] == ["config.deadline_propagation", "config.cancellation"]
    assert void[0].message.startswith("Deadline propagation has no effect on Jobs → Worker")


def test_retries_that_are_called_off_make_no_storm() -> None:
    nodes = [client("users", 150.0), node("web", "service", workers=1)]
    policy = {"timeout": 1.0, "retry": {"attempts": 2}}
    for cancellation in (False, True):
        made = design(nodes, [link("users", "web", cancellation=cancellation, **policy)])
        storms = [each for each in check(made) if each.code == "retry-storm"]
        assert bool(storms) is not cancellation
