"""Findings about drains: nobody left, no time, no end."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.model.findings import Finding
from tests.helpers.builders import client, design, link, node

CODES = ("drains-all", "short-drain", "endless-drain", "bad-event")


def found(event: dict[str, Any], layer: int = 7, **web: Any) -> list[Finding]:
    """What is said of one drain of a service of three behind a balancer, which has a spare behind it as well."""
    nodes = [
        client(),
        node("lb", "load_balancer", layer=layer),
        node("web", "service", **({"instances": 3} | web)),
        node("spare", "service"),
        node("db", "sql_database"),
    ]
    links = [link("users", "lb"), link("lb", "web"), link("lb", "spare")]
    links += [link("web", "db"), link("spare", "db")]
    event = {"at": 10, "duration": 60, "change": "drain", "seconds": 30} | event
    made = design(nodes, links, events=[event])
    findings = [each for each in check(made) if each.code in CODES]
    for each in findings:
        if each.fix is not None:
            mended = each.fix.apply(made).design
            assert each.code not in {other.code for other in check(mended)}
    return findings


@pytest.mark.parametrize(
    ("event", "more", "codes"),
    [
        ({"target": "web", "instances": 1}, {}, []),
        ({"target": "web"}, {}, []),
        ({"target": "db"}, {}, ["drains-all"]),
        ({"target": "db", "instances": 1}, {}, ["drains-all"]),
        ({"target": "web", "instances": 1, "duration": 20}, {}, ["short-drain"]),
        ({"target": "web", "instances": 1, "duration": None}, {}, []),
        ({"target": "web", "instances": 1, "seconds": None}, {}, []),
        ({"target": "web", "instances": 1, "seconds": None}, {"layer": 4}, ["endless-drain"]),
        ({"target": "web", "instances": 1, "seconds": None}, {"layer": 4, "drain": 5}, []),
        ({"target": "users"}, {}, ["bad-event"]),
    ],
)
def test_what_is_said_of_a_drain(
    event: dict[str, Any], more: dict[str, Any], codes: list[str]
) -> None:
    assert [each.code for each in found(event, **more)] == codes


def test_all_behind_a_balancer_are_nobody() -> None:
    nodes = [client(), node("lb", "load_balancer"), node("web", "service", instances=3)]
    links = [link("users", "lb"), link("lb", "web")]
    event = {"at": 10, "duration": 60, "change": "drain", "target": "web", "seconds": 30}
    made = design(nodes, links, events=[event])
    (finding,) = [each for each in check(made) if each.code == "drains-all"]
    assert "what Lb sends there meanwhile fails with unavailable" in finding.message
    assert finding.fix is not None
    assert finding.fix.apply(made).design.scenario.events[0].instances == 1
