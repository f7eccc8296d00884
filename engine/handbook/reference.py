"""Pages to look things up in: metrics, reasons of failures, kinds of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.handbook.page import Page
from engine.model.event_kinds import EVENT_KINDS
from engine.model.failures import FAILURES
from engine.model.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.model.component import Component
    from engine.model.metric import Metric

SHELF: Final = "Look up"
_SORTS: Final = {"client": "Of clients", "node": "Of nodes", "link": "Of links"}
_METRICS: Final = """\
What a run measures. Objectives, studies and `--metric` take these names behind the id of an item, such as
`users.latency.p99` or `web.utilization`; what a component adds stands under `extra`, such as `store.extra.hit_ratio`.
How a result is laid out: [What a result holds](help:results)."""
_FAILURES: Final = """\
Each request that does not succeed fails for one of these reasons. Cards wear the main one, charts stack them, the
legend names them, and results count them under `failed`."""
_EVENTS: Final = """\
What can happen to a design, now (*Break it* in the menu of a node or a link) or on the timeline. An event has a time and,
unless it lasts to the end, a duration; when it ends, what it changed is as it was. How to use them:
[Breaking things](help:events)."""


def reference_pages(components: Iterable[Component]) -> Iterator[Page]:
    """All of them."""
    yield Page("reference/metrics", "Metrics", SHELF, "\n".join(_metrics(components)))
    yield Page(
        "reference/failures",
        "Reasons of failures",
        SHELF,
        "\n".join(
            [
                "# Reasons of failures",
                "",
                _FAILURES,
                "",
                *(
                    f"## {each.title.capitalize()}\n\n`{each.name}`: {each.help}\n"
                    for each in FAILURES
                ),
            ]
        ),
    )
    yield Page("reference/events", "Kinds of events", SHELF, "\n".join(_events()))


def _metrics(components: Iterable[Component]) -> Iterator[str]:
    """Of everything, then what each kind adds."""
    yield from ("# Metrics", "", _METRICS, "")
    for sort, metrics in METRICS.items():
        yield from (f"## {_SORTS[sort]}", "", *_listed(metrics), "")
    for component in components:
        if component.metrics:
            adds = [each.extra for each in component.metrics]
            yield from (f"## {component.title} adds", "", *_listed(adds), "")


def _listed(metrics: Iterable[Metric]) -> Iterator[str]:
    """A line each."""
    for each in metrics:
        unit = f", {each.unit}" if each.unit else ""
        yield f"- `{each.name}`: {each.title}{unit}"


def _events() -> Iterator[str]:
    """A heading a kind, with the fields that it reads."""
    yield from ("# Kinds of events", "", _EVENTS, "")
    for kind in EVENT_KINDS:
        yield from (f"## {kind.title}", "", f"`{kind.name}`: {kind.help}", "")
        for field in kind.fields:
            yield f"- {field.title} (`{field.name}`): {field.help}"
        yield ""
