"""Findings about messages: each where it is dangerous, none where it is not, and the fix takes it away."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog.checks.scenario import metric_problem
from engine.catalog.measures import metric_of
from engine.model.design import Design
from tests.helpers.builders import client, constant, design, exponential, link, node
from tests.helpers.findings import found, one, settled

Raw = dict[str, Any]


def queued(worker: Raw, **queue: Any) -> Design:
    nodes = [
        client("users", 5.0),
        node("inbox", "queue", **queue),
        node("jobs", "worker", **worker),
    ]
    return design(nodes, [link("users", "inbox"), link("inbox", "jobs")])


def logged(worker: Raw, events: tuple[Raw, ...] = (), **topic: Any) -> Design:
    nodes = [client("users", 50.0), node("log", "topic", **topic), node("jobs", "worker", **worker)]
    made = design(nodes, [link("users", "log"), link("log", "jobs")])
    scenario = made.scenario.model_validate(made.scenario.model_dump() | {"events": list(events)})
    return made.model_copy(update={"scenario": scenario})


def test_work_that_outlasts_the_visibility_timeout() -> None:
    made = queued({"service_time": exponential(10.0)})
    finding = one(made, "short-visibility")
    assert "5 % of the messages" in finding.message
    settled(made, finding)
    assert not found(queued({"service_time": constant(10.0)}), "short-visibility")
    assert one(queued({"service_time": constant(40.0)}), "short-visibility")


def test_deduplication_is_known() -> None:
    twice = queued({"service_time": exponential(10.0)})
    once = queued({"service_time": exponential(10.0), "dedupe": True})
    assert "take effect twice" in one(twice, "short-visibility").message
    assert "take effect twice" not in one(once, "short-visibility").message


def test_poison_that_is_never_put_aside() -> None:
    settled(queued({}, max_receive=1000), one(queued({}, max_receive=1000), "no-dead-letters"))
    assert not found(queued({}), "no-dead-letters")


def test_fewer_groups_than_workers() -> None:
    assert one(queued({"workers": 8}, fifo_groups=3), "few-groups").field == "config.fifo_groups"
    assert not found(queued({"workers": 8}, fifo_groups=8), "few-groups")


def test_instances_without_a_partition() -> None:
    made = logged({"instances": 8})
    assert "2 of the 8 instances" in one(made, "idle-consumers").message
    settled(made, one(made, "idle-consumers"))
    assert not found(logged({"instances": 6}), "idle-consumers")


def test_partitions_that_cannot_keep_up() -> None:
    """Six partitions of 200 ms a message do 30 of 50 a second, however many workers there are."""
    slow = {"instances": 2, "workers": 50, "service_time": constant(0.2)}
    made = logged(slow)
    assert "30 rps of 50 rps" in one(made, "few-partitions").message
    settled(made, one(made, "few-partitions"))
    assert not found(logged(slow, partitions=20), "few-partitions")


@pytest.mark.parametrize(
    ("retention", "events", "told"),
    [
        (604_800.0, (), False),
        (30.0, (), True),
        (100.0, (), False),
        (100.0, ({"at": 10, "duration": 200, "target": "jobs", "change": "kill"},), True),
        (300.0, ({"at": 10, "duration": 200, "target": "jobs", "change": "kill"},), False),
    ],
)
def test_retention_that_is_over_before_consumers_are_back(
    retention: float, events: tuple[Raw, ...], told: bool
) -> None:
    made = logged({"instances": 2}, events, retention=retention)
    assert bool(found(made, "short-retention")) is told
    if told:
        settled(made, one(made, "short-retention"))


def test_acknowledgements_before_the_replicas_have_it() -> None:
    settled(logged({}, acks="leader"), one(logged({}, acks="leader"), "early-acks"))
    assert not found(logged({}), "early-acks")
    assert not found(logged({}, acks="leader", replicas=1), "early-acks")


def test_objectives_may_be_about_one_group() -> None:
    made = logged({})
    assert metric_problem(made, "log.extra.lag.jobs") is None
    assert metric_problem(made, "log.extra.expired_by.jobs") is None
    assert metric_problem(made, "log.extra.lag") is not None
    assert metric_problem(made, "log.extra.shoe_size.jobs") is not None
    told = metric_of(made, "log.extra.lag.jobs")
    assert told is not None
    assert told.title == "lag of jobs"
