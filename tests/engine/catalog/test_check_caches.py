"""What the checks say of how caches keep what is written and renew what they hold."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.model.files import from_raw


def cached(config: dict[str, Any], *, link: bool = True, **more: Any) -> dict[str, Any]:
    """A cache before a database, or beside nothing."""
    nodes = [
        {"id": "users", "kind": "client", "name": "Users", "config": {}},
        {"id": "cache", "kind": "cache", "name": "Cache", "config": config},
    ]
    links = [{"id": "a", "source": "users", "target": "cache", "config": {}}]
    if link:
        nodes.append({"id": "db", "kind": "sql_database", "name": "DB", "config": {}})
        links.append({"id": "b", "source": "cache", "target": "db", "config": {}})
    return {"windtunnel": 1, "nodes": nodes, "links": links, **more}


def said(made: dict[str, Any], code: str) -> list[str]:
    """Messages with a code."""
    return [each.message for each in check(from_raw(made)) if each.code == code]


@pytest.mark.parametrize(
    ("config", "link", "code", "words"),
    [
        ({"write_policy": "behind"}, True, "write-behind", "loses those of the last 1 s"),
        ({"write_policy": "behind", "write_behind": {"delay": 5.0}}, True, "write-behind", "5 s"),
        ({"stale_if_error": 60.0}, False, "no-effect", "never learns that a fetch has failed"),
        (
            {"stale_if_error": 1e6},
            True,
            "old-answers",
            "serves answers that expired up to 11.6 days ago",
        ),
        ({"write_policy": "through"}, False, "no-effect", "has no link over which writes could go"),
    ],
)
def test_what_is_dangerous_or_does_nothing_is_told(
    config: dict[str, Any], link: bool, code: str, words: str
) -> None:
    assert words in "\n".join(said(cached(config, link=link), code))


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"ttl": 5.0, "single_flight": False}, True),
        ({"ttl": 5.0, "fill": "none"}, True),
        ({"fill": "none"}, False),
        ({"ttl": 5.0}, False),
        ({"ttl": 5.0, "fill": "lease"}, False),
        ({"ttl": 5.0, "fill": "early"}, False),
        ({"ttl": 5.0, "fill": "none", "stale_while_revalidate": 1.0}, False),
    ],
)
def test_hot_keys_that_everybody_fetches_at_once(config: dict[str, Any], told: bool) -> None:
    made = cached(config)
    made["classes"] = [{"name": "hot", "keys": {"law": "zipf", "count": 1, "alpha": 1.0}}]
    made["nodes"][0]["config"] = {"arrivals": {"process": "poisson", "rate": 1000}}
    made["nodes"][2]["config"] = {"read_time": {"law": "constant", "mean": 0.2}}
    found = said(made, "stampede")
    assert bool(found) == told
    if told:
        assert "about 201 requests fetch it at once: 1000/s for the 200 ms" in found[0]


def test_what_is_usual_is_not() -> None:
    for policy in ("invalidate", "around", "through"):
        assert said(cached({"write_policy": policy}), "write-behind") == []
        assert said(cached({"write_policy": policy}), "no-effect") == []
