"""Which metrics the items of a design have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.catalog.registry import component
from engine.model.metrics import metric_of_design, metrics_of, named
from engine.model.names import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.component import Component
    from engine.model.design import Design, Node
    from engine.model.metric import Metric
    from engine.model.metrics import Sort


_KNOWN: Final[dict[str, tuple[Component | None, tuple[Metric, ...]]]] = {}
"""By kind, the component that has these metrics: designs have thousands of nodes, of few kinds."""


def measured_of(node: Node | None) -> tuple[Metric, ...]:
    """What is measured of a node, or of a link where there is no node."""
    if node is None:
        return metrics_of("link")
    found = component(node.kind)
    known = _KNOWN.get(node.kind)
    if known is not None and known[0] is found:
        return known[1]
    sort: Sort = "client" if node.kind == "client" else "node"
    metrics = metrics_of(sort, found.metrics, found.times) if found else metrics_of(sort)
    _KNOWN[node.kind] = (found, metrics)
    return metrics


def metric_of(design: Design, metric: str) -> Metric | None:
    """The record of a metric such as ``users.latency.p99``; None where nothing is measured so."""
    item_id, _, name = metric.partition(".")
    if not name:
        return metric_of_design(metric)
    node = design.node_by_id.get(item_id)
    if node is None and item_id not in design.link_by_id:
        return None
    try:
        return named(name, measured_of(node))
    except KeyError:
        return None


def unit_of(design: Design, metric: str) -> str:
    """The SI unit of a metric such as ``users.latency.p99``; none where nobody knows it."""
    found = metric_of(design, metric)
    return found.unit if found is not None else ""


def title_of(design: Design, metric: str) -> str:
    """What people call a metric: ``Shoppers: p99 latency``; its path where nothing is measured so."""
    found = metric_of(design, metric)
    if found is not None and "." not in metric:
        return found.heading
    return (
        metric if found is None else f"{name_of(design, metric.partition('.')[0])}: {found.title}"
    )


def with_titles(design: Design, text: str, others: Mapping[str, str] | None = None) -> str:
    """A text with the paths of metrics replaced by what people call them.

    Args:
        design: whose metrics they are.
        text: to read.
        others: what other paths of its items are called, such as those of settings.
    """
    if "." not in text:
        return text
    ids = sorted((*design.node_by_id, *design.link_by_id), key=len, reverse=True)
    if not ids:
        return text
    words = "|".join(re.escape(each) for each in ids)
    paths = rf"(?<![\w.-])(?:{words})\.\w+(?:\.\w+)*(?![\w-])"
    known = others or {}
    return re.sub(paths, lambda found: known.get(found[0]) or title_of(design, found[0]), text)
