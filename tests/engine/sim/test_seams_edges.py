"""Edges: laws at their bounds, late acknowledgements, runs that nobody watches to the end."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.catalog import check
from engine.control.simulation import Simulation
from engine.plan.primitives import INFINITE, LawPlan
from engine.sim.lane.draws import Streams
from engine.sim.samplers import make_sampler
from tests.helpers.builders import design, node
from tests.helpers.builders import link as raw_link
from tests.helpers.plans import client, link, plan, queue, simulate, station


def message(rate: Any) -> str:
    users = node("users", "client", arrivals={"process": "poisson", "rate": rate})
    [finding] = [
        finding
        for finding in check(design([users, node("web", "service")], [raw_link("users", "web")]))
        if finding.level == "error"
    ]
    return finding.message


def test_an_empty_schedule_is_called_empty() -> None:
    assert "the list of the rate is empty; give a number" in message([])
    assert "should be a number" in message("fast")


@pytest.mark.parametrize(("cv2", "fits"), [(5e-324, False), (9e-7, False), (1e-6, True)])
def test_a_gamma_law_has_room_for_its_shape(cv2: float, fits: bool) -> None:
    law = {"law": "gamma", "mean": 0.01, "cv2": cv2}
    made = design(
        [node("users", "client"), node("web", "service", service_time=law)],
        [raw_link("users", "web")],
    )
    errors = [finding.field for finding in check(made) if finding.level == "error"]
    assert errors == ([] if fits else ["config.service_time.cv2"])


def test_the_narrowest_gamma_law_is_all_but_constant() -> None:
    law = make_sampler(LawPlan(law="gamma", mean=0.01, cv2=1e-6), Streams(1), "web", "work")
    drawn = [law.draw() for _ in range(1000)]
    assert all(math.isfinite(value) for value in drawn)
    assert min(drawn) > 0.0099
    assert max(drawn) < 0.0101


@pytest.mark.parametrize(("work", "dead"), [(0.5, 0.0), (1.5, 1.0), (2.5, 1.0)])
def test_what_is_given_up_while_its_answer_is_on_its_way_is_done_all_the_same(
    work: float, dead: float
) -> None:
    # Delivered over 0.5 s, answered over 0.5 s, given up after 2 s: of 1.5 s, the answer is on its way.
    nodes = [
        client(process="trace", times=(1.0,)),
        queue("jobs", visibility=2.0, max_receive=1),
        station("worker", work, pulls=True),
    ]
    links = [link("users", "jobs"), link("jobs", "worker", delay=0.5)]
    extra = simulate(plan(nodes, links))["nodes"]["jobs"]["extra"]
    assert extra["effects"] == 1.0
    assert extra["consumed"] + extra["dead_lettered"] == 1.0
    assert extra["dead_lettered"] == dead


def test_memory_is_bounded_where_nobody_looks_again() -> None:
    nodes = [client(rate=0.01), station("web", 0.01)]
    simulation = Simulation(plan(nodes, [link("users", "web")], duration=1.0))
    simulation.look()
    simulation.advance(5000.0)
    assert 1000 <= len(simulation.samples) <= 2000
    assert simulation.samples[-1].end == 5000.0
    ends = [sample.end for sample in simulation.samples]
    assert [later.start for later in simulation.samples[1:]] == ends[:-1]


def test_sharing_holds_no_worker_and_counts_those_beyond_the_workers() -> None:
    nodes = [
        client(process="trace", times=(1.0, 1.1, 1.2, 1.3)),
        station("web", 0.0, workers=1, queue_limit=2, discipline="ps", hold=True),
        station("db", 5.0, workers=None),
    ]
    result = simulate(plan(nodes, [link("users", "web"), link("web", "db", timeout=INFINITE)]))
    assert result["clients"]["users"]["succeeded"] == 4, "nobody keeps the worker from the others"
    nodes[1] = station("web", 5.0, workers=1, queue_limit=2, discipline="ps")
    result = simulate(plan(nodes[:2], [link("users", "web")]))
    assert result["clients"]["users"]["failed"] == {"queue_full": 1}, "one and two beyond"
