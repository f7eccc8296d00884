"""O31: what a query costs over an index, without one, page by page, and one by one."""

from __future__ import annotations

import pytest

from engine.catalog import check, lower
from engine.model.policies.query import Query
from engine.plan.theory import predict
from tests.helpers.builders import client, constant, design, link, node, run
from tests.helpers.findings import found, one, settled

PLAIN = {"rows": 500_000, "block": 1024, "key": 3, "pointer": 4}


@pytest.mark.oracle(31)
@pytest.mark.parametrize(
    ("settings", "estimate", "seeks"),
    [(PLAIN, 3.865, 4), ({"rows": 10**9}, 4.041, 5), ({"rows": 1}, 1.0, 1)],
)
def test_seeks_are_those_of_the_manual(settings, estimate, seeks) -> None:
    query = Query(**settings)
    assert query.estimate == pytest.approx(estimate, abs=5e-4)
    assert query.seeks == seeks


def database(query: dict | None, keys: int = 100, rate: float = 50.0, **config):
    kinds = [
        {"name": "read", "operation": "read", "keys": {"law": "uniform", "count": keys}},
        {"name": "write", "operation": "write"},
    ]
    users = client("users", rate, mix={"read": 0.8, "write": 0.2})
    made = node("db", "sql_database", query=query, write_time=constant(0.003), **config)
    return design([users, made], [link("users", "db")], classes=kinds, duration=200, warmup=0)


def test_an_index_takes_its_seeks_and_a_scan_all_rows() -> None:
    for index, seeks, rows in ((True, 4, 1), (False, 0, 500_000)):
        made = database(PLAIN | {"index": index}, connections=1000)
        result = run(made)
        extra = result["nodes"]["db"]["extra"]
        reads = extra["rows_scanned"] / rows
        assert (extra["seeks"], extra["rows_per_read"]) == (seeks, rows)
        assert reads == pytest.approx(8000, rel=0.05)
        took = Query(**PLAIN, index=index).seconds(rows)
        assert took == pytest.approx(4e-4 + 1e-6 if index else 0.5)
        longest = result["nodes"]["db"]["residence"]["max"]
        assert longest == pytest.approx(max(took, 0.003), rel=0.01)


def test_theory_knows_what_reads_take() -> None:
    made = database({"rows": 10**6, "seek_time": 0.002}, connections=2, rate=150.0)
    theory, result = predict(lower(made)), run(made)
    assert not any("query" in doubt for doubt in theory.nodes["db"].doubts)
    assert result["nodes"]["db"]["utilization"] == pytest.approx(
        theory.nodes["db"].utilization, rel=0.03
    )


@pytest.mark.parametrize(("paging", "rows"), [("offset", 10_000**2 / 200), ("cursor", 10_000)])
def test_pages_by_offset_look_at_half_the_square_of_the_rows(paging, rows) -> None:
    """n²/2p rows for n rows in pages of p, and n with a cursor: a read of each page, drawn at random."""
    made = database({"rows": 10_000, "page": 100, "paging": paging}, keys=100, rate=500.0)
    extra = run(made)["nodes"]["db"]["extra"]
    whole = extra["rows_per_read"] * 100
    assert whole == pytest.approx(rows + (10_000 / 2 if paging == "offset" else 0), rel=0.01)


def test_every_page_looks_at_what_the_page_needs() -> None:
    query = Query(rows=1050, page=100, paging="offset")
    assert query.pages == 11
    assert [query.rows_read(page) for page in (0, 1, 10, 11)] == [100, 200, 1050, 100]
    cursor = Query(rows=1050, page=100, paging="cursor")
    assert [cursor.rows_read(page) for page in (0, 10)] == [100, 50]
    assert sum(query.rows_read(page) for page in range(11)) == 100 * 55 + 1050
    assert Query(rows=1050, index=False, paging="cursor").rows_read(3) == 1050


def test_the_mean_over_the_pages_is_that_of_their_popularity() -> None:
    law = (
        lower(database({"rows": 10_000, "page": 100, "paging": "offset"})).nodes[1].station.work[0]
    )
    assert law.mean == pytest.approx(3e-4 + 1e-6 * 5050, rel=1e-9)
    unknown = lower(database({"rows": 10_000, "page": 100, "paging": "offset"}))
    assert any("query plan" in doubt for doubt in predict(unknown).nodes["db"].doubts)


def asking(**config):
    kinds = [client("users", 5), node("web", "service", service_time=constant(0.0), **config)]
    made = node("db", "sql_database", read_time=constant(0.001))
    return [*kinds, made], link("users", "web")


@pytest.mark.parametrize(("times", "trips"), [(101, 101), (2, 2)])
def test_a_hundred_items_one_by_one_take_a_hundred_and_one_trips(times, trips) -> None:
    """Each trip is a query of 1 ms and a round trip of 2 ms, one after the other."""
    nodes, entry = asking()
    made = design(
        nodes, [entry, link("web", "db", delay=0.001, times=times)], duration=60, warmup=5
    )
    result = run(made)
    assert result["nodes"]["db"]["arrivals"] / result["nodes"]["web"]["arrivals"] == pytest.approx(
        trips, rel=0.01
    )
    latency = result["clients"]["users"]["latency"]["mean"]
    assert latency == pytest.approx(trips * 0.003, rel=0.01)
    assert len(found(made, "n-plus-one")) == (1 if times > 5 else 0)


def test_loops_of_a_flow_are_found_and_what_goes_on_at_once_is_not() -> None:
    for steps, many in (
        ([{"loop": 20, "do": [{"call": "web-db"}]}], 1),
        ([{"parallel": [{"call": "web-db"}], "copies": 20}], 0),
        ([{"loop": 3, "do": [{"call": "web-db"}]}], 0),
    ):
        nodes, entry = asking(flow=steps)
        made = design(nodes, [entry, link("web", "db")])
        assert len(found(made, "n-plus-one")) == many


def test_a_pool_serves_connections_over_the_time_they_are_held() -> None:
    """20 connections held for 4 ms each: 5000 queries a second, whoever asks for more."""
    users = client("users", 8000.0)
    made = node("db", "sql_database", connections=20, read_time=constant(0.004), queue_limit=100)
    result = run(design([users, made], [link("users", "db")], duration=10, warmup=1))
    assert result["clients"]["users"]["goodput"] == pytest.approx(20 / 0.004, rel=0.002)


def test_a_scan_that_takes_long_is_remarked_on() -> None:
    finding = one(database(PLAIN | {"index": False}), "odd-query")
    assert (finding.id, finding.field) == ("db", "config.query")
    assert "with one it takes 4 seeks" in finding.message
    assert not [each for each in check(database(PLAIN)) if each.code == "odd-query"]


def test_the_last_of_many_pages_is_remarked_on_and_a_read_time_beside_a_plan() -> None:
    deep = database({"rows": 10**6, "paging": "offset"})
    assert "The last of 10k pages looks at all 1M rows" in one(deep, "odd-query").message
    assert found(database({"rows": 10**6, "paging": "cursor"}), "odd-query") == []
    both = database(PLAIN, read_time=constant(0.001))
    assert found(settled(both, one(both, "no-effect")), "no-effect") == []
