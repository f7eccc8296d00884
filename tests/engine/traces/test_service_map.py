"""The service map of sampled traces: rates, errors and latencies against those of the whole run, and its columns."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.trace_settings import TraceSettings
from engine.run.session import Session
from engine.traces.edge import Edge
from engine.traces.layers import columns
from tests.helpers.builders import client, constant, design, exponential, link, node


def shop() -> Any:
    """A balancer before web servers that call a database for two of three requests, and fail now and then."""
    web = {"instances": 2, "workers": 8, "service_time": exponential(0.02)}
    db = {"connections": 10, "read_time": exponential(0.01)}
    nodes = [client("users", 100.0), node("lb", "load_balancer"), node("web", "service", **web), node("db", "sql_database", **db)]  # fmt: skip
    links = [
        link("users", "lb"),
        link("lb", "web", delay=constant(0.002)),
        link("web", "db", probability=0.6667, retry={"attempts": 2}),
    ]
    fault = {"at": 0, "target": "db", "change": "error", "probability": 0.1}
    return design(nodes, links, duration=200, warmup=0, seed=4, events=[fault])


@pytest.mark.parametrize("share", [1.0, 0.2])
def test_rates_errors_and_latencies_are_those_of_the_run(share: float) -> None:
    """Of all requests exactly; of a fifth, to what chance leaves of 4 000."""
    session = Session(shop(), traces=TraceSettings(share=share, spans=3_000_000))
    session.advance(200.0)
    result, recording = session.result(), session.recording()
    edges = {each.link: each for each in recording.edges()}
    assert set(edges) == {"users-lb", "lb-web", "web-db"}
    near = 0.005 if share == 1.0 else 0.05
    for name, edge in edges.items():
        measured = result["links"][name]
        assert edge.rate == pytest.approx(measured["attempts"] / 200.0, rel=near)
        failed = sum(measured["failed"].values()) / measured["attempts"]
        assert edge.error_share == pytest.approx(failed, abs=near)
        assert edge.p50 == pytest.approx(measured["latency"]["p50"], rel=0.1)
        assert edge.p99 == pytest.approx(measured["latency"]["p99"], rel=0.03 if share == 1.0 else 0.15)  # fmt: skip
    stops = {each.node: each for each in recording.map_nodes()}
    assert list(stops) == ["users", "lb", "web", "db"]
    for name in ("lb", "web", "db"):
        came = result["nodes"][name]["arrivals"] / 200.0
        assert stops[name].rate == pytest.approx(came, rel=near)
    users = result["clients"]["users"]
    assert stops["users"].rate == pytest.approx(users["offered"] / 200.0, rel=near)
    assert stops["web"].p99 == pytest.approx(result["nodes"]["web"]["residence"]["p99"], rel=0.03 if share == 1.0 else 0.15)  # fmt: skip
    assert stops["db"].error_share == pytest.approx(0.1, abs=0.03)


def edges(*pairs: str) -> list[Edge]:
    """Edges by the letters of their ends."""
    return [
        Edge(link=each, source=each[0], target=each[1], calls=1, retries=0, failed=0, p99=0.0)
        for each in pairs
    ]


def test_each_node_is_to_the_right_of_all_that_call_it() -> None:
    assert columns(edges("ab", "ac", "bc", "cd")) == [["a"], ["b"], ["c"], ["d"]]
    assert columns([]) == []


def test_nodes_stand_beside_those_that_call_them() -> None:
    """Drawn as they come, the last two would cross."""
    assert columns(edges("ab", "ac", "cd", "be")) == [["a"], ["b", "c"], ["e", "d"]]


def test_a_circle_has_columns_too() -> None:
    found = columns(edges("ab", "bc", "cb"))
    assert sorted(each for column in found for each in column) == ["a", "b", "c"]
    assert found[0] == ["a"]
