"""What holds for every component of the catalog. A new one is tested by being in the list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

from engine.catalog import COMPONENTS, check, component, lower, typed_config
from engine.model.component import CATEGORIES, can_link
from engine.model.design import Node
from engine.model.event_kinds import event_kind
from engine.model.fields import field_help
from engine.run.session import Session
from tests.helpers.builders import client, design, link, node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from engine.model.component import Component
    from engine.model.design import Design

ICONS = Path(__file__).resolve().parents[3] / "assets" / "icons"
UNITS = {"", "s", "B", "rps", "B/s", "/s", "%", "$/h"}
EVERY = pytest.mark.parametrize("each", COMPONENTS, ids=lambda each: each.kind)


def fields_of(config: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    for name, info in config.model_fields.items():
        if name not in {"law", "process"}:
            yield name, info


def minimal(each: Component) -> Design:
    """The smallest design in which a component has work."""
    sample: dict[str, Any] = dict(each.sample)
    nodes, links = [node("it", each.kind, **sample)], []
    if each.input == "none":
        nodes.append(node("web", "service"))
        links.append(link("it", "web"))
    elif each.input == "messages":
        nodes += [client("users", 20), node("inbox", "queue")]
        links += [link("users", "inbox"), link("inbox", "it")]
    else:
        nodes.append(client("users", 20))
        links.append(link("users", "it"))
    if each.output == "messages":
        nodes.append(node("taker", "worker"))
        links.append(link("it", "taker"))
    elif each.output == "calls" and each.input != "none":
        nodes.append(node("behind", "service"))
        links.append(link("it", "behind"))
    return design(nodes, links, duration=30, warmup=2)


def test_the_list_has_each_kind_once() -> None:
    kinds = [each.kind for each in COMPONENTS]
    assert len(set(kinds)) == len(kinds)
    assert {"client", "load_balancer", "service", "cache", "sql_database", "queue", "worker"} <= {
        *kinds
    }
    assert component("nothing") is None


@EVERY
class TestEach:
    def test_it_can_be_found_and_read_about(self, each: Component) -> None:
        assert component(each.kind) is each
        assert each.category in CATEGORIES
        assert each.title
        assert each.summary
        assert len(each.summary) < 60
        assert len(each.help) > 100
        assert "**" in each.help

    def test_its_icon_exists(self, each: Component) -> None:
        assert (ICONS / f"{each.icon}.svg").is_file()

    def test_its_fields_say_what_they_are(self, each: Component) -> None:
        for name, info in fields_of(each.config):
            told = field_help(info)
            assert told.title, name
            assert told.help.endswith("."), name
            assert told.unit in UNITS, name
            assert told.group != "General", name

    def test_its_metrics_say_what_they_are(self, each: Component) -> None:
        names = [metric.name for metric in each.metrics]
        assert len(set(names)) == len(names)
        assert all(metric.title and metric.unit in UNITS for metric in each.metrics)
        assert not each.headline or each.headline in names

    def test_its_defaults_are_valid_and_round_trip(self, each: Component) -> None:
        default = each.config()
        raw = json.loads(default.model_dump_json())
        made = typed_config(Node(id="it", kind=each.kind, config=raw))
        assert made == default
        typed_config(Node(id="it", kind=each.kind, config=dict(each.sample)))

    def test_its_schema_can_be_written(self, each: Component) -> None:
        assert json.loads(json.dumps(each.config.model_json_schema()))["properties"]

    def test_it_fits_to_something(self, each: Component) -> None:
        others = [other for other in COMPONENTS if can_link(each, other) or can_link(other, each)]
        assert others

    def test_it_lowers_to_primitives(self, each: Component) -> None:
        plan = lower(minimal(each))
        made = next(each for each in plan.nodes if each.id == "it")
        assert len(made.station.work) == len(plan.classes)
        roles = [made.traffic, made.router, made.backlog]
        assert sum(role is not None for role in roles) <= 1

    def test_a_minimal_design_has_nothing_wrong_and_runs(self, each: Component) -> None:
        made = minimal(each)
        assert [finding for finding in check(made) if finding.level != "risk"] == []
        session = Session(made)
        session.advance(made.scenario.duration)
        result = session.result()
        users = next(iter(result["clients"].values()))
        assert users["offered"] > 300
        inside = users["offered"] - users["succeeded"] - sum(users["failed"].values())
        assert abs(inside) < 50
        if each.input != "none":
            always = {
                metric.name.split(".")[0]
                for metric in each.metrics
                if not (metric.needs or metric.event or metric.writes or metric.taker)
            }
            assert always <= set(result["nodes"]["it"]["extra"])

    def test_what_is_measured_needs_fields_that_there_are(self, each: Component) -> None:
        needed = {field for metric in each.metrics for field in metric.needs.split()}
        assert needed <= set(each.config.model_fields)
        taken = {metric.taker for metric in each.metrics if metric.taker}
        takers = [other for other in COMPONENTS if other.input == "messages"]
        assert all(any(name in taker.config.model_fields for taker in takers) for name in taken)

    def test_the_same_seed_gives_the_same_numbers(self, each: Component) -> None:
        hashes = []
        for _ in range(2):
            session = Session(minimal(each))
            session.advance(10)
            hashes.append(session.result()["hash"])
        assert hashes[0] == hashes[1]

    @pytest.mark.parametrize("change", ["kill", "slow", "error", "delay"])
    def test_it_survives_faults(self, each: Component, change: str) -> None:
        made = minimal(each)
        event = {"at": 5, "duration": 5, "target": "it", "change": change}
        event |= {field.name: field.default for field in event_kind(change).fields}
        raw = made.model_dump(mode="json", by_alias=True, exclude_unset=True)
        raw["scenario"]["events"] = [event]
        session = Session(type(made).model_validate(raw))
        session.advance(30)
        assert session.result()["requests"] > 300
