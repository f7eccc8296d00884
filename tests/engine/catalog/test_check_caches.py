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
        ({"write_policy": "through"}, False, "no-effect", "has no link over which writes could go"),
    ],
)
def test_what_is_dangerous_or_does_nothing_is_told(
    config: dict[str, Any], link: bool, code: str, words: str
) -> None:
    assert words in "\n".join(said(cached(config, link=link), code))


def test_what_is_usual_is_not() -> None:
    for policy in ("invalidate", "around", "through"):
        assert said(cached({"write_policy": policy}), "write-behind") == []
        assert said(cached({"write_policy": policy}), "no-effect") == []
