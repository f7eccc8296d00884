"""What hovering tells: fuller numbers than fit on a card or a link, as rich text."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from engine.model.failures import failure_title
from engine.model.metrics import LINK_METRICS
from widgets.canvas.frame_painter import frame_label
from widgets.canvas.wording import (
    short_number,
    short_percent,
    short_quantity,
    short_rate,
    short_time,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.model.component import Component
    from engine.model.design import Design, Frame, Link, Node
    from engine.model.findings import Finding
    from widgets.canvas.blast_map import BlastMark
    from widgets.canvas.health import LinkHealth, NodeHealth
    from widgets.canvas.outcomes import Flow
    from widgets.canvas.totals import Totals

_LIMIT = 300
_SEEN = 0.0005
"""Share of the workers that shows."""


def node_tip(
    node: Node,
    component: Component | None,
    health: NodeHealth | None,
    findings: Iterable[Finding],
) -> str:
    """Numbers and findings of a node."""
    title = component.title if component else node.kind
    rows: list[tuple[str, str]] = []
    if health is not None:
        rows = _node_rows(health, component)
    state = f" · {health.state}" if health is not None else ""
    head = f"<b>{_clean(node.name or title)}</b><br>{_clean(title)}{state}"
    return _page(head, rows, findings)


def frame_tip(frame: Frame, totals: Totals, design: Design, findings: Iterable[Finding]) -> str:
    """The totals of a collapsed frame in full, and whom it is about that is worst off."""
    rows = [("Nodes", str(totals.nodes))]
    if totals.instances:
        rows.append(("Instances up", f"{totals.ready} of {totals.instances}"))
    if totals.worst:
        rows.append(("Comes in", short_rate(totals.rate)))
        if totals.failing >= _SEEN:
            rows.append(("Fails", short_percent(totals.failing)))
        rows += [
            (failure_title(reason), short_percent(share))
            for reason, share in _commonest(totals.ratios)
        ]
        worst = design.node_by_id[totals.worst]
        rows.append(("Worst off", f"{worst.name or worst.kind}: {totals.state}"))
    return _page(f"<b>{_clean(frame_label(frame))}</b>", rows, findings)


def mark_tip(name: str, mark: BlastMark) -> str:
    """What a map of failures says of an item, in full."""
    return _page(f"<b>{_clean(name)}</b><br>{_clean(mark.word)}<br>{_clean(mark.detail)}", (), ())


def link_tip(
    link: Link,
    design: Design,
    health: LinkHealth | None,
    findings: Iterable[Finding],
    taken: Iterable[tuple[str, str]] = (),
) -> str:
    """Rate, latency and failures by reason of a link, and what it takes from around it."""
    names = [
        _clean(node.name or node.id) if (node := design.node_by_id.get(end)) else _clean(end)
        for end in (link.source, link.target)
    ]
    rows: list[tuple[str, str]] = []
    recast = link.config.get("class")
    if isinstance(recast, str):
        rows.append(("Calls of class", recast))
    rows += taken
    if health is not None:
        rows += _flow_rows(health.flow)
        rows.append(("In flight", short_number(health.in_flight)))
        rows += [
            (
                metric.heading,
                short_quantity(health.extra[metric.name].value, metric.unit),
            )
            for metric in LINK_METRICS
            if metric.name in health.extra and math.isfinite(health.extra[metric.name].value)
        ]
    return _page(f"<b>{names[0]} → {names[1]}</b>", rows, findings)


def _node_rows(health: NodeHealth, component: Component | None) -> list[tuple[str, str]]:
    """Everything measured at a node."""
    rows = _flow_rows(health.flow)
    utilization = health.utilization.at_least()
    dead = any(cell.state != "ready" for cell in health.cells)
    whose = "Utilization of those up" if dead else "Utilization"
    rows.append((whose, short_percent(utilization)))
    working = utilization * health.working.at_least(1.0)
    if utilization - working > _SEEN:
        rows.append(("At work", short_percent(working)))
        rows.append(("Held or standing still", short_percent(utilization - working)))
    rows.append(("Waiting", short_number(health.queue.at_least())))
    rows.append(("In system", short_number(health.in_system)))
    if health.instances > 1:
        ready = sum(1 for cell in health.cells if cell.state == "ready")
        total = len(health.cells)
        rows.append(("Instances", f"{ready} of {total} ready" if total else str(health.instances)))
    units = {metric.name: metric for metric in component.metrics} if component else {}
    for name, value in health.extra.items():
        metric = units.get(name)
        # A count is one of the last interval, whose length a tip does not tell; the inspector has it.
        if metric is not None and not metric.counts:
            shown = short_quantity(value.value, metric.unit)
            rows.append((metric.heading, shown))
    rows += [("Fault", fault) for fault in health.faults]
    return rows


def _flow_rows(flow: Flow) -> list[tuple[str, str]]:
    """Rate, latency, failures by reason, the commonest first."""
    rows = [("Rate", short_rate(flow.rate.at_least()))]
    retries = flow.retry_rate.at_least()
    if retries >= 0.05:
        rows.append(("Retries", short_rate(retries)))
    p50, p99 = flow.percentiles
    if p99 > 0.0:
        whose = ", failures included" if flow.counts_failures else ""
        rows.append((f"p50{whose}", short_time(p50)))
        rows.append((f"p99{whose}", short_time(p99)))
    rows += [
        (failure_title(reason), short_percent(share)) for reason, share in _commonest(flow.ratios)
    ]
    return rows


def _commonest(ratios: Mapping[str, float]) -> list[tuple[str, float]]:
    """Reasons that matter, the commonest first."""
    shown = [(reason, share) for reason, share in ratios.items() if share >= 0.0005]
    return sorted(shown, key=lambda pair: -pair[1])


def _page(head: str, rows: Iterable[tuple[str, str]], findings: Iterable[Finding]) -> str:
    """Head, table, findings."""
    body = "".join(
        f"<tr><td>{_clean(name)}&nbsp;&nbsp;</td><td align='right'>{_clean(value)}</td></tr>"
        for name, value in rows
    )
    table = f"<table cellspacing='1'>{body}</table>" if body else ""
    notes = "".join(f"<p style='margin:4px 0 0 0'>{_clean(f.message)}</p>" for f in findings)
    return f"<div style='min-width:150px'>{head}{table}{notes}</div>"


def _clean(text: str) -> str:
    """Text from a design file is shown, never interpreted."""
    shown = text if len(text) <= _LIMIT else f"{text[:_LIMIT]}…"
    return escape(shown)
