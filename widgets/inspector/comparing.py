"""Puts what theory predicts beside what the last seconds measured: lines of text, no widgets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.model.metrics import LIVE_METRICS, measured_unit, named
from engine.model.names import name_of
from engine.model.prediction import difference, full_at
from engine.model.units import format_figure, format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.model.design import Design
    from engine.model.prediction import ClientPrediction, NodePrediction, Theory
    from engine.sim.snapshot import NodeSample, Percentiles, Sample

_FAR: Final = 0.25
"""Relative difference from which it is coloured: what a few seconds measure varies by less."""
_VERY_FAR: Final = 1.0
_RATE: Final = named("rate", LIVE_METRICS["node"]).unit
_BUSY: Final = named("utilization", LIVE_METRICS["node"]).unit
_TIME: Final = named("mean", LIVE_METRICS["node"]).unit
_WAIT: Final = measured_unit("node", "wait.mean")
_GOODPUT: Final = measured_unit("client", "goodput")
_NOTHING: Final = 1e-8
"""Smaller numbers are shown as 0."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A line: what it is, predicted, measured, and by how much that differs."""

    title: str
    predicted: str
    measured: str = ""
    apart: str = ""
    state: str = ""
    """A health that colours it, or nothing."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All lines about a node or a client, and what is to be known about the model."""

    lines: tuple[Compared, ...] = ()
    model: str = ""
    notes: tuple[str, ...] = ()

    @property
    def has_measured(self) -> bool:
        """Whether anything was measured."""
        return any(line.measured for line in self.lines)


@dataclass(frozen=True, slots=True)
class Averages:
    """What the samples of some seconds say of one node; None where nothing was measured."""

    rate: float
    completed: float
    utilization: float
    wait: float | None
    mean: float | None
    p99: float | None


def averages_of(node: str, samples: Iterable[Sample]) -> Averages | None:
    """Rates and means over samples; None without any."""
    pairs = [(each.end - each.start, each.nodes[node]) for each in samples if node in each.nodes]
    span = sum(length for length, _ in pairs)
    if span <= 0.0:
        return None
    parts = [part for _, part in pairs]
    arrivals = sum(part.arrivals for part in parts)
    queue = sum(length * part.queue for length, part in pairs)
    entered = arrivals - sum(part.failed.get("queue_full", 0) for part in parts)
    return Averages(
        rate=arrivals / span,
        completed=sum(part.completed for part in parts) / span,
        utilization=sum(length * part.utilization for length, part in pairs) / span,
        wait=queue / entered if entered > 0 else None,
        mean=_weighted(parts, "mean"),
        p99=_weighted(parts, "p99"),
    )


def _weighted(parts: Sequence[NodeSample], name: str) -> float | None:
    """A number of the latencies, weighted by their counts."""
    measured: list[Percentiles] = [
        part.latency for part in parts if part.latency.count and not math.isnan(part.latency.mean)
    ]
    count = sum(each.count for each in measured)
    if not count:
        return None
    return sum(float(getattr(each, name)) * each.count for each in measured) / count


def compare_node(predicted: NodePrediction, measured: Averages | None) -> Comparison:
    """A node's prediction beside its measurement."""
    busy = measured.utilization if measured is not None else None
    lines = [_line("Arrivals", predicted.rate, measured.rate if measured else None, _RATE)]
    if predicted.utilization is not None:
        lines.append(_line("Utilization", predicted.utilization, busy, _BUSY))
    if predicted.wait is not None or predicted.utilization is not None:
        lines.append(_line("Wait", _waited(predicted), measured.wait if measured else None, _WAIT))
    lines += [
        _line("Residence", predicted.residence, measured.mean if measured else None, _TIME),
        _line("Residence p99", predicted.residence_p99, measured.p99 if measured else None, _TIME),
    ]
    if predicted.loss > 1e-4:
        lines.insert(2, Compared("No place", format_quantity(round(predicted.loss, 4), "%")))
    if predicted.left > 1e-4:
        lines.insert(2, Compared("Gave up waiting", format_quantity(round(predicted.left, 4), "%")))
    return Comparison(_worthwhile(lines), predicted.model, _notes(predicted))


def _waited(predicted: NodePrediction) -> float | None:
    """The mean wait of everybody, as it is measured: also of those who give it up."""
    if predicted.left > 0.0 and predicted.queue is not None:
        return predicted.queue / predicted.rate
    return predicted.wait


def compare_client(predicted: ClientPrediction, measured: Averages | None) -> Comparison:
    """A client's prediction beside its measurement."""
    lines = [
        _line("Goodput", predicted.goodput, measured.completed if measured else None, _GOODPUT),
        _line("Latency", predicted.latency, measured.mean if measured else None, _TIME),
        _line("Latency p99", predicted.latency_p99, measured.p99 if measured else None, _TIME),
    ]
    if math.isfinite(predicted.bound):
        lines.append(Compared("At most", format_quantity(predicted.bound, _GOODPUT)))
    if predicted.knee is not None and math.isfinite(predicted.knee):
        lines.append(Compared("Waits from", f"{predicted.knee:,.1f} users"))
    return Comparison(_worthwhile(lines), predicted.model, _notes(predicted))


def describe_design(theory: Theory, design: Design) -> Comparison:
    """What ends first, and what is not known anywhere."""
    doubt = theory.bottleneck_doubt
    notes = [*([doubt] if doubt else []), *theory.doubts]
    if theory.bottleneck is not None:
        text = f"bottleneck: {name_of(design, theory.bottleneck)}"
        full = full_at(theory)
        notes.insert(0, f"{text}, {full}" if full else text)
    return Comparison(notes=tuple(notes))


def _notes(predicted: NodePrediction | ClientPrediction) -> tuple[str, ...]:
    """Why there is no number, and what is stretched."""
    first = (predicted.reason,) if predicted.reason else ()
    said = (*first, *predicted.doubts)
    # "not modelled: topic, which may change everything here" has said "not modelled: topic".
    return tuple(each for each in said if not any(one.startswith(f"{each},") for one in said))


def _worthwhile(lines: Iterable[Compared]) -> tuple[Compared, ...]:
    """Lines in which there is a prediction or a measurement."""
    return tuple(line for line in lines if line.predicted != "–" or line.measured)


def _line(title: str, predicted: float | None, measured: float | None, unit: str) -> Compared:
    """One line."""
    apart = difference(predicted, measured, unit)
    return Compared(
        title, _number(predicted, unit), _measured(measured, unit), _apart(apart), _state(apart)
    )


def _number(value: float | None, unit: str) -> str:
    """A predicted number."""
    if value is None:
        return "–"
    return format_quantity(0.0 if value < _NOTHING else value, unit)


def _measured(value: float | None, unit: str) -> str:
    """A measured number; nothing where nothing was."""
    return "" if value is None else _number(value, unit)


def _apart(apart: float | None) -> str:
    """A difference as people say it: a share, or so many times."""
    if apart is None:
        return ""
    return (
        f"× {format_figure(1.0 + apart, 2)}"
        if apart >= 1.0
        else f"{round(100.0 * apart):+d} %".replace("-", "\u2212")
    )


def _state(apart: float | None) -> str:
    """What colours a difference."""
    if apart is None or abs(apart) < _FAR:
        return ""
    return "failing" if apart >= _VERY_FAR else "saturated"
