"""Predictions as tables for a terminal, what was measured beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from engine.cli.tables import airy_table
from engine.cli.terminal import shown
from engine.model.metrics import LIVE_METRICS, measured_unit, named
from engine.model.names import name_of
from engine.model.prediction import difference, full_at
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType
    from rich.table import Table

    from engine.model.design import Design
    from engine.model.prediction import ClientPrediction, NodePrediction, Theory

_NOTHING: Final = 1e-8
"""Smaller numbers are shown as 0."""
_FAR: Final = 0.1
"""Relative difference from which a prediction is coloured."""


def theory_tables(
    theory: Theory, result: Mapping[str, Any] | None, design: Design
) -> Iterable[RenderableType]:
    """Everything that is predicted, for reading."""
    yield _headline(theory, result, design)
    yield _clients(theory, result, design)
    yield _nodes(theory, result, design)
    notes = list(_notes(theory, design))
    if notes:
        yield Text("\nWhat does not hold, or is not known", "italic")
        yield from notes


def _headline(theory: Theory, result: Mapping[str, Any] | None, design: Design) -> Text:
    """What it is about, and what ends first."""
    text = Text(f"\n{shown(design.title)}: queueing theory", "bold")
    if result is not None:
        span = format_quantity(result["duration"] - result["warmup"], "s")
        text.append(f", beside {span} measured (seed {result['seed']})")
    if theory.bottleneck is not None:
        name = shown(name_of(design, theory.bottleneck))
        line = f"\nBottleneck {name}"
        full = full_at(theory)
        line += f": {full}" if full else ""
        text.append(f"{line}\n", "dim not bold")
    if theory.bottleneck_doubt:
        text.append(f"\n{shown(theory.bottleneck_doubt)}\n", "dim not bold")
    return text


def _clients(theory: Theory, result: Mapping[str, Any] | None, design: Design) -> Table:
    """What users see."""
    table = airy_table("Client", "goodput", "mean", "p99", "model", title="Clients")
    table.columns[-1].justify = "left"
    for name, each in theory.clients.items():
        seen = result["clients"][name] if result is not None else {}
        latency = seen.get("latency", {})
        table.add_row(
            Text(shown(name_of(design, name))),
            _pair(each.goodput, seen.get("goodput"), measured_unit("client", "goodput")),
            _pair(each.latency, latency.get("mean"), measured_unit("client", "latency.mean")),
            _pair(each.latency_p99, latency.get("p99"), measured_unit("client", "latency.p99")),
            Text(each.model, "dim"),
        )
    return table


def _nodes(theory: Theory, result: Mapping[str, Any] | None, design: Design) -> Table:
    """What happens at the nodes."""
    columns = ("Node", "rate", "busy", "wait", "residence", "p99", "model")
    table = airy_table(*columns, title="\nNodes")
    table.columns[-1].justify = "left"
    for name, each in theory.nodes.items():
        seen = result["nodes"][name] if result is not None else {}
        span = result["duration"] - result["warmup"] if result is not None else 1.0
        rate = seen["arrivals"] / span if seen else None
        residence = seen.get("residence", {})
        table.add_row(
            Text(shown(name_of(design, name))),
            _pair(each.rate, rate, named("rate", LIVE_METRICS["node"]).unit),
            _pair(each.utilization, seen.get("utilization"), measured_unit("node", "utilization")),
            _pair(each.wait, seen.get("wait", {}).get("mean"), measured_unit("node", "wait.mean")),
            _pair(each.residence, residence.get("mean"), measured_unit("node", "residence.mean")),
            _pair(each.residence_p99, residence.get("p99"), measured_unit("node", "residence.p99")),
            Text(each.model, "dim"),
        )
    return table


def _pair(predicted: float | None, measured: float | None, unit: str) -> Text:
    """A prediction, what was measured under it, and by how much that differs."""
    text = Text(
        "–"
        if predicted is None
        else format_quantity(0.0 if predicted < _NOTHING else predicted, unit)
    )
    if measured is None:
        return text
    text.append(f"\n{format_quantity(measured, unit)}", "dim")
    apart = difference(predicted, measured, unit)
    if apart is not None:
        text.append(f" {apart:+.0%}", "yellow" if abs(apart) > _FAR else "dim green")
    return text


def _notes(theory: Theory, design: Design) -> Iterable[Text]:
    """Reasons and doubts."""
    for doubt in theory.doubts:
        yield Text(f"  {shown(str(doubt))}")
    both: list[tuple[str, ClientPrediction | NodePrediction]] = [
        *theory.clients.items(),
        *theory.nodes.items(),
    ]
    for name, each in both:
        for note in (*([each.reason] if each.reason else []), *each.doubts):
            line = Text(f"  {shown(name_of(design, name))}: ", "dim")
            yield line.append(note, "not dim")
