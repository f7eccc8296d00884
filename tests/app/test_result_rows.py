"""What the result card says of a client."""

from __future__ import annotations

from typing import Any

from app.result_card import _client_rows

SECONDS = {"mean": 0.1, "p50": 0.1, "p95": 0.2, "p99": 0.3}


def users(**failed: int) -> dict[str, Any]:
    return {
        "offered": 1000,
        "goodput": 5.0,
        "failed": failed,
        "latency": SECONDS,
        "latency_all": SECONDS | {"p99": 1.0},
    }


def test_the_times_of_all_requests_stand_below_where_some_failed() -> None:
    first, second = _client_rows("Users", users(timeout=500), 100.0)
    assert first[0] == "Users"
    assert first[3] == "50 % timeout"
    assert second[:4] == ["    all requests, failed too", "", "", ""]
    assert second[-1].startswith("1")
    assert len(first) == len(second)


def test_one_row_where_none_failed() -> None:
    assert len(_client_rows("Users", users(), 100.0)) == 1
