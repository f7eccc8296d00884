"""Results and findings as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from engine.catalog import component, lower
from engine.catalog.measures import title_of, unit_of
from engine.cli.console import WIDE
from engine.cli.terminal import shown
from engine.model.costing import cost_line, costly_parts
from engine.model.exposing import blast_line, compromised_parts
from engine.model.failures import failure_title
from engine.model.metrics import (
    COMPROMISED,
    NETWORK_METRICS,
    live_text,
    measured_text,
    measured_unit,
    named,
)
from engine.model.names import name_of
from engine.model.prices import COST
from engine.model.uncertainty import about, measured, settling, verdict, with_margin
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType

    from engine.model.design import Design
    from engine.model.findings import Finding

_ROOMY: Final = 95
"""Columns from which on a table of clients has room for all numbers."""
_SEEN: Final = 0.0005
"""Share of the workers that shows."""
_NAME: Final = 9
"""Columns that are left to the names at least."""
_FOLDED: Final = ("", "failed")
"""Columns of numbers that may take two lines."""
_LEVEL_STYLES: Final = {"error": "bold red", "warning": "yellow", "risk": "cyan"}


def result_tables(
    result: Mapping[str, Any], design: Design, width: int = WIDE
) -> Iterable[RenderableType]:
    """Everything that a run measured, for reading in so many columns."""
    yield _headline(result)
    if line := settling(result):
        yield Text(f"{line}\n", "yellow")
    yield _clients(result, design, width)
    if result["nodes"]:
        yield _nodes(result, design)
    if result["links"]:
        yield _links(result, design)
    if line := cost_line(result):
        yield _costs(result, design, line)
    if line := blast_line(result):
        yield _compromised(result, design, line)
    if result["objectives"]:
        yield _objectives(result, design)
    if result.get("citations"):
        yield _citations(result, design)


def findings_table(findings: Iterable[Finding], design: Design) -> Table:
    """Findings, one a row."""
    table = airy_table("Level", "Where", "Field", "What, and what to do")
    for finding in findings:
        where = name_of(design, finding.id) if finding.id else "design"
        table.add_row(
            Text(finding.level, _LEVEL_STYLES[finding.level]),
            Text(
                shown(where if where == finding.id or not finding.id else f"{where} ({finding.id})")
            ),
            Text(shown(finding.field or "")),
            Text(shown(finding.message)),
        )
    return table


def airy_table(*columns: str, title: str = "") -> Table:
    """An airy table whose first column is text."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for index, column in enumerate(columns):
        last_text = title == "" or index == 0
        table.add_column(column, justify="left" if last_text else "right", header_style="dim")
    return table


def _kept_whole(table: Table) -> Table:
    """The table with its numbers on one line each, however narrow the terminal."""
    for column in table.columns[1:]:
        column.no_wrap = column.header not in _FOLDED
    name = table.columns[0]
    name.min_width = min(_NAME, max((len(str(cell)) for cell in name.cells), default=0))
    return table


def _headline(result: Mapping[str, Any]) -> Text:
    """What was run, and how fast."""
    wall = result["wall_seconds"]
    speed = f", {format_quantity(result['requests'] / wall, '')}/s" if wall > 0.0 else ""
    text = Text(f"\n{shown(result['title'])}", "bold")
    text.append(
        f"\n{format_quantity(result['duration'], 's')} simulated (measured from "
        f"{format_quantity(result['warmup'], 's')}), seed {result['seed']}, "
        f"{result['requests']:,} requests in {wall:.2f} s{speed}\nhash {result['hash']}\n",
        "dim not bold",
    )
    return text


def _clients(result: Mapping[str, Any], design: Design, width: int) -> Table:
    """What the users saw; the longest times only where there is room."""
    more = ("max",) if width >= _ROOMY else ()
    columns = ("offered", "goodput", "failed", "mean", "p50", "p95", "p99", *more)
    table = airy_table("Client", *columns, title="Clients")
    span = max(result["duration"] - result["warmup"], 1e-9)
    for name, each in result["clients"].items():
        latency = each["latency"]
        table.add_row(
            Text(shown(name_of(design, name))),
            live_text("node", "rate", each["offered"] / span),
            measured_text("client", "goodput", each["goodput"]),
            _failures(each["failed"], each["offered"]),
            with_margin(latency, "mean", measured_unit("client", "latency.mean")),
            *(
                measured_text("client", f"latency.{key}", latency.get(key))
                for key in ("p50", "p95")
            ),
            with_margin(latency, "p99", measured_unit("client", "latency.p99")),
            *(measured_text("client", f"latency.{key}", latency.get(key)) for key in more),
        )
        if any(each["failed"].values()):
            _add_all_requests(table, each.get("latency_all", {}), more)
    return _kept_whole(table)


def _add_all_requests(table: Table, latency: Mapping[str, Any], more: tuple[str, ...]) -> None:
    """A row below a client's: the times of all its requests, until the failure was known where one failed."""
    unit = measured_unit("client", "latency_all.p99")
    table.add_row(
        Text("  all requests", "dim"),
        *[""] * 3,
        with_margin(latency, "mean", unit),
        *(
            measured_text("client", f"latency_all.{key}", latency.get(key))
            for key in ("p50", "p95")
        ),
        with_margin(latency, "p99", unit),
        *(measured_text("client", f"latency_all.{key}", latency.get(key)) for key in more),
    )


def _nodes(result: Mapping[str, Any], design: Design) -> Table:
    """What the nodes did."""
    table = airy_table(
        "Node", "rate", "failed", "busy", "waiting", "mean", "p99", "", title="\nNodes"
    )
    span = max(result["duration"] - result["warmup"], 1e-9)
    limited = {node.id for node in lower(design).nodes if node.station.workers is not None}
    for name, each in result["nodes"].items():
        table.add_row(
            Text(shown(name_of(design, name))),
            live_text("node", "rate", each["arrivals"] / span),
            _failures(each["failed"], each["arrivals"]),
            _busy(each) if name in limited else "–",
            measured_text("node", "queue_mean", round(each["queue_mean"], 2)),
            with_margin(each["residence"], "mean", measured_unit("node", "residence.mean")),
            with_margin(each["residence"], "p99", measured_unit("node", "residence.p99")),
            _extra(each["extra"], name, design),
        )
    return _kept_whole(table)


def _busy(node: Mapping[str, Any]) -> str:
    """How many workers are busy, and of which how many work where the others are held or stand still."""
    busy = measured_text("node", "utilization", node["utilization"])
    working = node.get("working", node["utilization"])
    if node["utilization"] - working < _SEEN:
        return busy
    return f"{busy} ({measured_text('node', 'working', working)} at work)"


def _links(result: Mapping[str, Any], design: Design) -> Table:
    """What the callers saw."""
    titles = ["attempts", "retries", "failed", "mean", "p99"]
    carrying = any("extra" in each for each in result["links"].values())
    table = airy_table("Link", *titles, *["carries"] * carrying, title="\nLinks")
    span = max(result["duration"] - result["warmup"], 1e-9)
    for name, each in result["links"].items():
        table.add_row(
            Text(shown(name_of(design, name))),
            live_text("link", "rate", each["attempts"] / span),
            live_text("link", "retries", each.get("retries", 0) / span),
            _failures(each["failed"], each["attempts"]),
            *(
                measured_text("link", f"latency.{key}", each["latency"].get(key))
                for key in ("mean", "p99")
            ),
            *[_carried(each.get("extra", {}))] * carrying,
        )
    return table


def _carried(extra: Mapping[str, float | None]) -> str:
    """How full a link's busier direction is, and how many connections are open."""
    used = [extra.get(f"{way}_utilization") for way in ("request", "response")]
    known = [each for each in used if each is not None]
    parts = [named("request_utilization", NETWORK_METRICS).text(max(known))] if known else []
    if "connections" in extra:
        parts.append(f"{extra['connections']:.0f} open")
    return ", ".join(parts) or "–"


def _costs(result: Mapping[str, Any], design: Design, line: str) -> Table:
    """What the design costs, and what of it."""
    table = airy_table("Cost", "$/h", title=f"Costs: {line}")
    for name, hour in costly_parts(result):
        table.add_row(Text(shown(name_of(design, name))), COST.text(hour))
    return table


def _compromised(result: Mapping[str, Any], design: Design, line: str) -> Table:
    """What attackers have had."""
    table = airy_table("Node", COMPROMISED.title, title=f"\nCompromised: {line}")
    for name, share in compromised_parts(result):
        table.add_row(Text(shown(name_of(design, name))), COMPROMISED.text(share))
    return table


def _objectives(result: Mapping[str, Any], design: Design) -> Table:
    """Whether the objectives were met."""
    table = airy_table("Objective", "measured", "", title="\nObjectives")
    for each in result["objectives"]:
        style = "green" if each["met"] else "bold red"
        style = "yellow" if each.get("sure") is False else style
        value = measured(each, unit_of(design, each["metric"]))
        table.add_row(Text(shown(about(each))), value, Text(verdict(each), style))
    return table


def _citations(result: Mapping[str, Any], design: Design) -> Table:
    """Whether the numbers that notes cite hold in this run."""
    table = airy_table("Cited", "cited", "measured", "", title="\nCited numbers")
    for each in result["citations"]:
        unit, value = unit_of(design, each["metric"]), each["measured"]
        word, style = ("holds", "green") if each["holds"] else ("no longer holds", "bold red")
        if not each["same_design"]:
            word += ", cited for another design"
        table.add_row(
            Text(shown(title_of(design, each["metric"]))),
            Text(format_quantity(each["cited"], unit)),
            Text("–" if value is None else format_quantity(value, unit)),
            Text(word, style),
        )
    return table


def _failures(failed: Mapping[str, int], total: int) -> Text:
    """The share of failures and their main reason."""
    worst = max(failed, key=lambda reason: failed[reason], default=None)
    if worst is None or failed[worst] == 0:
        return Text("–", "dim")
    share = format_quantity(min(1.0, sum(failed.values()) / max(total, 1)), "%")
    return Text(f"{share} {failure_title(worst)}", "red")


def _extra(extra: Mapping[str, Any], node_id: str, design: Design) -> str:
    """The metric that a component shows beside the usual ones, and how long it was up."""
    parts = [_own_metric(extra, node_id, design), _up(extra)]
    return ", ".join(part for part in parts if part)


def _up(extra: Mapping[str, Any]) -> str:
    """For which share of the time a node was up that fails by itself, and its longest outage."""
    share, outage = extra.get("availability"), extra.get("outage")
    if share is None or not isinstance(outage, dict):
        return ""
    up = f"up {with_margin(extra, 'availability', '%')}"
    longest = outage.get("longest")
    return f"{up}, longest outage {format_quantity(longest, 's')}" if longest else up


def _own_metric(extra: Mapping[str, Any], node_id: str, design: Design) -> str:
    """The metric that a component shows beside the usual ones."""
    found = component(design.node_by_id[node_id].kind)
    for metric in found.metrics if found else ():
        value = extra.get(metric.name)
        if found and metric.name == found.headline and value is not None:
            return f"{metric.title} {metric.text(value)}"
    return ""
