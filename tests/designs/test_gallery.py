"""The gallery: eight architectures under one workload, and what each of them buys and costs."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from engine.model.edits import SetDesign
from engine.model.files import dumps
from engine.study import Tournament, Variant
from engine.study.points import run_point
from tests.designs.running import changed, measured, says, shipped

ARCHITECTURES = (
    "layered",
    "client-server",
    "monolith",
    "microservices",
    "event-driven",
    "serverless",
    "cqrs",
    "cells",
)
RATE, WORK = 100.0, 0.02
"""Requests a second, and seconds of work for each, wherever it is done."""
INSIDE = {"layered": 3, "client-server": 0, "monolith": 1, "microservices": 3, "serverless": 2}
"""Calls inside that an answer waits for, one after the other."""
TRIP, ACCESS = 0.001, 0.04
"""Seconds there and back of a call inside, and of the users' own network."""
NUMBERS = {
    "layered": ("105 ms", "100 %", "0.579 $/h"),
    "client-server": ("133 ms", "0.02 %", "0.206 $/h"),
    "monolith": ("95 ms", "96.8 %", "0.494 $/h"),
    "microservices": ("73 ms", "100 %", "1.12 $/h"),
    "event-driven": ("100 ms", "100 %", "0.691 $/h"),
    "serverless": ("115 ms", "99.98 %", "0.703 $/h"),
    "cqrs": ("106 ms", "100 %", "0.888 $/h"),
    "cells": ("115 ms", "68.9 %", "0.878 $/h"),
}
"""99th percentile, share answered while a machine is dead, and cost, as the notes say them."""

every_one = pytest.mark.parametrize("name", ARCHITECTURES)


def title(name: str) -> str:
    """The file of an architecture."""
    return f"gallery-{name}"


@cache
def whole(name: str) -> dict[str, Any]:
    """The result of the scenario."""
    return measured(shipped(title(name)))


@cache
def calm(name: str) -> dict[str, Any]:
    """The result without anything that dies, for longer."""
    design = shipped(title(name))
    nothing: list[Any] = []
    return measured(changed(design, SetDesign(("scenario", "events"), nothing)), duration=3000.0)


@every_one
def test_all_have_the_same_workload(name: str) -> None:
    """The same users, classes, length, seed and prices: what differs is the architecture."""
    mine, first = shipped(title(name)), shipped(title(ARCHITECTURES[0]))
    assert mine.node_by_id["users"].config == first.node_by_id["users"].config
    assert (mine.classes, mine.prices) == (first.classes, first.prices)
    scenarios = [each.scenario.model_copy(update={"events": ()}) for each in (mine, first)]
    assert scenarios[0] == scenarios[1]
    assert len(mine.scenario.events) == 1


@every_one
def test_work_is_conserved(name: str) -> None:
    """Workers at work in all are rate times work, however it is divided (utilization law), to 1 %."""
    result, design = calm(name), shipped(title(name))
    busy = 0.0
    for key, each in result["nodes"].items():
        config = design.node_by_id[key].config
        kind = design.node_by_id[key].kind
        usual = {"sql_database": 100, "function": 1000}.get(kind, 4)
        workers = config.get("workers") or config.get("connections") or usual
        instances = len(each["instances"]) if kind != "function" else 1
        busy += each["working"] * workers * instances
    served = sum(each["succeeded"] for each in result["clients"].values()) / (
        result["duration"] - result["warmup"]
    )
    assert served == pytest.approx(RATE, rel=0.01)
    assert busy == pytest.approx(served * WORK, rel=0.01)


@pytest.mark.parametrize("name", INSIDE)
def test_calls_inside_take_their_round_trips(name: str) -> None:
    """No answer is sooner than its work and its round trips, and the mean is what both are together."""
    latency = calm(name)["clients"]["users"]["latency"]
    least = ACCESS + INSIDE[name] * TRIP
    assert latency["mean"] >= least
    if name != "microservices":  # its services work at the same time
        assert latency["mean"] == pytest.approx(least + WORK, rel=0.05)


@every_one
def test_the_notes_say_what_is_measured(name: str) -> None:
    """Tail, share answered while a machine is dead, and money."""
    p99, answered, cost = NUMBERS[name]
    result, design = whole(name), shipped(title(name))
    says(design, p99, answered, cost)
    share = next(each for each in result["objectives"] if each["metric"] == "users.availability")
    milliseconds = result["clients"]["users"]["latency"]["p99"] * 1e3
    assert milliseconds == pytest.approx(float(p99.split()[0]), abs=1.0)
    assert share["value"] * 100.0 == pytest.approx(float(answered.split()[0]), abs=0.06)
    assert result["cost_per_hour"] == pytest.approx(float(cost.split()[0]), rel=5e-3)


def test_a_cell_is_a_third() -> None:
    """Of three, one dies: the others lose nothing."""
    result = whole("cells")
    for cell in (1, 3):
        assert sum(result["nodes"][f"shop-{cell}"]["failed"].values()) == 0


def test_cold_starts_and_lag_are_those_of_the_notes() -> None:
    """What serverless and CQRS pay with."""
    assert whole("serverless")["nodes"]["shop"]["extra"]["cold_starts"] == 14.0
    assert whole("cqrs")["nodes"]["changes"]["extra"]["lag"] == pytest.approx(6.8, abs=0.05)


def test_the_tournament_finds_who_is_beaten_by_none() -> None:
    """By tail, availability and cost; the flagged ones are those of brute force."""
    variants = tuple(Variant(dumps(shipped(title(name)))) for name in ARCHITECTURES)
    study = Tournament(variants, seeds=1, metrics=("p99", "availability", "cost_per_hour"))
    report = study.conclude({point.key: run_point(point) for point in study.points({})})
    rows = report.table("designs").records()
    numbers = [(row["p99"], -row["availability"], row["cost_per_hour"]) for row in rows]
    for row, mine in zip(rows, numbers, strict=True):
        beaten = any(
            other != mine and all(a <= b for a, b in zip(other, mine, strict=True))
            for other in numbers
        )
        assert row["pareto"] is not beaten
    front = {name for name, row in zip(ARCHITECTURES, rows, strict=True) if row["pareto"]}
    assert {"client-server", "monolith", "microservices"} <= front
    assert "cells" not in front
