"""One vocabulary of metrics and of failure reasons."""

from __future__ import annotations

from typing import get_args

import pytest

from engine.catalog import COMPONENTS
from engine.catalog.measures import metric_of, unit_of
from engine.model.design import Design
from engine.model.failures import FAILURE_NAMES, FAILURES, FailureName, failure_help, failure_title
from engine.model.metrics import (
    LIVE_METRICS,
    METRICS,
    live_text,
    measured_text,
    metrics_of,
    named,
)
from engine.plan import primitives
from engine.run.session import Session
from engine.sim.lane import codes
from tests.helpers.builders import client, design, link, node
from widgets.theme import DARK, FAILURE_REASONS, LIGHT

UNITS = {"", "s", "B", "B/s", "rps", "/s", "%", "$/h"}


def a_run() -> Design:
    scenario = {"duration": 20, "warmup": 2}
    return design([client(), node("web", "service")], [link("users", "web")], scenario=scenario)


@pytest.mark.parametrize("known", [*METRICS.values(), *LIVE_METRICS.values()])
def test_names_differ_and_units_are_known(known: tuple[object, ...]) -> None:
    names = [metric.name for metric in known]  # type: ignore[attr-defined]
    assert len(set(names)) == len(names)
    assert all(m.title and m.unit in UNITS for m in known)  # type: ignore[attr-defined]


def test_the_records_name_what_a_result_has() -> None:
    session = Session(a_run())
    session.advance(20)
    result = session.result()
    for sort, section in (("client", "clients"), ("node", "nodes"), ("link", "links")):
        (item,) = result[section].values()
        flat = {
            f"{key}.{figure}" if isinstance(part, dict) else key
            for key, part in item.items()
            for figure in (part if isinstance(part, dict) else (None,))
            if not key.startswith("ci95") and figure != "ci95"
        }
        known = {metric.name for metric in metrics_of(sort)}  # type: ignore[arg-type]
        assert flat - {"extra", "failed", "instances"} <= known | {
            f"extra.{m.name}" for m in _all_extras()
        }


def _all_extras() -> list[object]:
    return [metric for component in COMPONENTS for metric in component.metrics]


def test_a_full_name_leads_to_its_record() -> None:
    made = a_run()
    assert unit_of(made, "users.latency.p99") == "s"
    assert unit_of(made, "users.goodput") == "rps"
    assert unit_of(made, "web.utilization") == "%"
    assert unit_of(made, "web.extra.memory") == "B"
    assert unit_of(made, "users-web.extra.connection_rate") == "/s"
    found = metric_of(made, "users.failed.queue_full")
    assert found is not None
    assert found.title == "failed: queue full"
    for name in ("users.beauty", "nobody.goodput", "users"):
        assert metric_of(made, name) is None
        assert unit_of(made, name) == ""


def test_values_are_told_in_their_unit() -> None:
    assert measured_text("client", "latency.p99", 0.25) == "250 ms"
    assert measured_text("client", "latency.p99", None) == "–"
    assert live_text("node", "utilization", 0.5) == "50 %"
    with pytest.raises(KeyError):
        named("beauty", METRICS["node"])


def test_a_heading_begins_with_a_capital_but_for_percentiles() -> None:
    headings = [metric.heading for metric in LIVE_METRICS["node"]]
    assert headings[0] == "Arrivals"
    assert headings[-1] == "p99 latency"


def test_failure_reasons_are_the_same_everywhere() -> None:
    assert primitives.FAILURES is FAILURE_NAMES
    assert get_args(FailureName) == FAILURE_NAMES
    assert FAILURE_REASONS is FAILURE_NAMES
    for theme in (DARK, LIGHT):
        assert set(theme.failures) == set(FAILURE_NAMES)
    assert all(each.title and each.help.endswith(".") for each in FAILURES)
    assert len(set(FAILURE_NAMES)) == 14
    assert failure_title("queue_full") == "queue full"
    assert failure_title("of_a_later_version") == "of a later version"
    assert failure_help("of_a_later_version") == ""


def test_the_lane_counts_reasons_in_the_same_order() -> None:
    known = {name: getattr(codes, name.upper(), None) for name in FAILURE_NAMES}
    assert known == {name: place for place, name in enumerate(FAILURE_NAMES)}
    assert len(FAILURE_NAMES) == codes.REASONS
