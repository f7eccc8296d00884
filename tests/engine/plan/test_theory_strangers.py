"""What is added to plans later withholds by itself, until theory knows it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pytest

from engine.model.prediction import Theory
from engine.plan.network.strangers import stranger_in
from engine.plan.primitives import LinkPlan, Plan, RetryPlan, ScalingPlan, StationPlan
from engine.plan.theory import predict
from tests.helpers.plans import client, exponential, link, plan, station
from tests.helpers.random_plans import random_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterStation(StationPlan):
    swap: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterLink(LinkPlan):
    patience: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class TableScaling(ScalingPlan):
    pass


def design() -> Plan:
    nodes = [client(rate=50.0), station("web", exponential(0.01)), station("db", exponential(0.01))]
    return plan(nodes, [link("users", "web"), link("web", "db")])


def with_station(later: StationPlan) -> Theory:
    """The design with another station for its web server."""
    made = design()
    nodes = tuple(replace(n, station=later) if n.id == "web" else n for n in made.nodes)
    return predict(replace(made, nodes=nodes))


def test_all_that_plans_have_today_is_known() -> None:
    known = ("", "layer 7", "order recorded", "faults")
    known += (
        "picker hash",
        "picker shuffle",
        "picker ewma",
        "picker zone",
        "layer 4",
        "slow start",
        "wrong credentials",
    )
    known += ("eviction w_tinylfu", "eviction s3_fifo")
    known += ("affinity session", "affinity client", "resolver")
    known += ("fifo groups", "dedupe", "poison", "prefetch")
    known += ("write_policy through", "write_policy behind", "fill lease", "fill early")
    known += ("ttl jitter", "stale while revalidate", "stale if error")
    known += ("replication", "cluster", "quorum", "transaction")
    for seed in range(200):
        made = random_plan(seed)
        for part in (*made.nodes, *made.links):
            assert stranger_in(part) in known


@pytest.mark.parametrize(
    "station",
    [
        LaterStation(workers=1, work=(exponential(0.01),), swap=1.0),
        StationPlan(workers=1, work=(exponential(0.01),), scaling=TableScaling()),
        StationPlan(workers=1, work=(exponential(0.01),), discipline="edf"),  # type: ignore[arg-type]
    ],
    ids=["a field in use", "another part", "another word"],
)
def test_a_node_with_something_new_has_no_times(station: StationPlan) -> None:
    found = with_station(station)
    web, db, users = found.nodes["web"], found.nodes["db"], found.clients["users"]
    assert (web.residence, web.utilization, web.load) == (None, None, None)
    assert users.latency is None
    assert db.doubts == ("how much comes from web is doubted",)
    assert found.bottleneck is None


def test_a_field_that_is_not_in_use_changes_nothing() -> None:
    same = LaterStation(workers=1, work=(exponential(0.01),))
    assert with_station(same).nodes["db"].doubts == ()


def test_a_link_with_something_new_leaves_both_ends_without_times() -> None:
    made = design()
    later = LaterLink(id="web-db", source="web", target="db", patience=0.2, retry=RetryPlan())
    found = predict(replace(made, links=(made.links[0], later)))
    assert found.nodes["db"].reason == "not modelled: patience of web → db"
    assert found.nodes["web"].residence is None
    assert found.clients["users"].latency is None
