"""Where traffic comes from, and the load that a design asks for."""

from __future__ import annotations

import numpy as np
import pytest

from engine.model.design import Design
from widgets.instruments.sources import PlannedLoad, sources


def design(arrivals: object, events: list[dict[str, object]] | None = None) -> Design:
    return Design.model_validate(
        {
            "nodes": [
                {"id": "users", "kind": "client", "config": {"arrivals": arrivals}},
                {"id": "lonely", "kind": "client"},
                {"id": "web", "kind": "service"},
                {"id": "spare", "kind": "service"},
            ],
            "links": [{"id": "a", "source": "users", "target": "web"}],
            "scenario": {"events": events or []},
        }
    )


def load(arrivals: object, events: list[dict[str, object]] | None = None) -> list[float]:
    made = design(arrivals, events)
    only = made.model_copy(update={"nodes": made.nodes[:1] + made.nodes[2:]})
    return [round(float(x), 6) for x in PlannedLoad(only).at(np.array([0.0, 10.0, 20.0, 30.0]))]


def test_sources_are_what_nobody_calls_and_what_calls_others() -> None:
    assert sources(design({"process": "poisson"})) == ("users", "lonely")


@pytest.mark.parametrize(
    ("arrivals", "wanted"),
    [
        ({"process": "poisson", "rate": 300}, [300.0] * 4),
        ({"process": "deterministic", "rate": [[0, 0], [20, 100]]}, [0.0, 50.0, 100.0, 100.0]),
        ({"process": "closed", "users": 30, "think_time": 2.0}, [15.0] * 4),
        (
            {"process": "mmpp", "rate": 60, "burst_factor": 5, "burst_mean": 5, "calm_mean": 55},
            [80.0] * 4,
        ),
        ({"process": "trace", "times": [1, 2, 3, 25]}, [0.3, 0.0, 0.1, 0.0]),
        ({"process": "trace", "times": [2, 4, 6, 50], "speed": 2}, [0.3, 0.0, 0.1, 0.0]),
        ({"process": "trace", "times": [1, 2, 11], "repeat": 20}, [0.2, 0.1, 0.2, 0.1]),
        ({"process": "trace"}, [0.0] * 4),
        ({"process": "active_users", "users": 30, "rate_per_user": 0.5}, [15.0] * 4),
        (
            {"process": "sessions", "rate": [[0, 1], [5, 1], [5, 4]], "requests": 5},
            [5.0, 20.0, 20.0, 20.0],
        ),
        (
            {"process": "poisson", "rate": [[0, 8], [10, 8], [10, 2], [25, 2], [25, 0]]},
            [8.0, 2.0, 2.0, 0.0],
        ),
        ({"process": "from the future"}, [50.0] * 4),
    ],
)
def test_plans(arrivals: object, wanted: list[float]) -> None:
    assert load(arrivals) == pytest.approx(wanted)


def test_traffic_events_multiply_while_they_last() -> None:
    events: list[dict[str, object]] = [
        {"at": 10, "duration": 10, "change": "traffic", "factor": 3},
        {"at": 30, "change": "traffic", "factor": 0.5, "target": "users"},
        {"at": 0, "change": "traffic", "factor": 9, "target": "web"},
    ]
    assert load({"process": "poisson", "rate": 10}, events) == [10.0, 30.0, 10.0, 5.0]
