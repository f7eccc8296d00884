"""Settings and events that do nothing, or name what is not there: each is told in one line."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check
from engine.model.files import from_raw


def design(
    web: dict[str, Any] | None = None,
    link: dict[str, Any] | None = None,
    events: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "windtunnel": 1,
        "classes": [{"name": "read"}, {"name": "write"}],
        "nodes": [
            {"id": "users", "kind": "client", "config": {"mix": {"read": 1}}},
            {"id": "web", "kind": "service", "name": "Web", "config": web or {}},
        ],
        "links": [{"id": "l", "source": "users", "target": "web", "config": link or {}}],
        "scenario": {"events": events or []},
    }


def at_once(**fields: Any) -> list[dict[str, Any]]:
    return [{"at": 1} | fields]


@pytest.mark.parametrize(
    ("made", "code", "words"),
    [
        (
            design(events=at_once(target="users", change="set", path="mix", value={"reed": 1})),
            "bad-event",
            "'reed' is no request class; did you mean 'read'?",
        ),
        (
            design(events=at_once(target="l", change="set", path="classes", value=["pay"])),
            "bad-event",
            "'pay' is no request class",
        ),
        (
            design(events=at_once(target="web", change="error", probability=1, instances=3)),
            "few-instances",
            "about 3 instances, and Web has 1",
        ),
        (
            design(events=at_once(target="web", change="omission", probability=0.5)),
            "endless-wait",
            "waits for ever once Web never answers",
        ),
        (
            design(events=at_once(target="users", change="leak", workers=1)),
            "no-effect",
            "no workers that could be lost",
        ),
        (
            design({"autoscale": {"up": {"percent": 0, "instances": 0}}}),
            "idle-autoscaler",
            "Web may never grow",
        ),
        (design({"autoscale": {"steps": []}}), "idle-autoscaler", "The steps of Web are empty"),
        (design({"flow": []}), "bad-value", "flow should have at least 1"),
        (design(link={"hedge": {}}), "odd-hedge", "goes to the same instance again"),
        (
            design({"instances": 2}, {"timeout": 0.5, "hedge": {"delay": 0.5}}),
            "odd-hedge",
            "the caller gives up after 500 ms",
        ),
        (
            design(link={"timeout": 0.5, "breaker": {"slow_call": 0.7}}),
            "odd-breaker",
            "each ends after 500 ms at the latest",
        ),
        (
            design({"admission": {"concurrency": {"algorithm": "aimd", "limit": 2000}}}),
            "odd-concurrency",
            "begins at 1000, not at 2000",
        ),
        (
            design(link={"hedge": {"delay": "p97"}}),
            "bad-value",
            "p50, p90, p95, p98 or p99, not 'p97'",
        ),
    ],
)
def test_it_is_told_in_one_line(made: dict[str, Any], code: str, words: str) -> None:
    found = [each for each in check(from_raw(made)) if each.code == code]
    assert len(found) == 1
    assert words in found[0].message
    assert "\n" not in found[0].message


def test_what_does_something_is_not_told_of() -> None:
    made = design(
        {
            "instances": 3,
            "autoscale": {"min": 2},
            "admission": {"concurrency": {"algorithm": "gradient", "limit": 1000}},
        },
        {"hedge": {"delay": 0.4}, "timeout": 0.5, "breaker": {"slow_call": 0.4}},
        [
            *at_once(target="web", change="error", probability=1, instances=3),
            *at_once(target="users", change="set", path="mix", value={"write": 1}),
        ],
    )
    codes = {each.code for each in check(from_raw(made))}
    assert not codes & {"bad-event", "few-instances", "idle-autoscaler", "odd-hedge", "bad-value"}
    assert not codes & {"odd-breaker", "odd-concurrency"}
