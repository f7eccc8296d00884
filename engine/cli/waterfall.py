"""A trace in the terminal: a line a span, with a bar that says when it did what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from engine.cli.tables import airy_table
from engine.cli.terminal import shown
from engine.model.failures import failure_title
from engine.model.names import name_of
from engine.model.units import format_quantity, format_share
from engine.traces.critical import self_times, spent
from engine.traces.span import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import RenderableType
    from rich.table import Table

    from engine.model.design import Design
    from engine.traces.edge import Edge
    from engine.traces.span import Part, Segment, Span, Trace

_BAR: Final = 40
"""Columns of a bar."""
_ROWS: Final = 40
"""Spans of a trace that are shown."""
_SIGNS: Final[Mapping[Part, tuple[str, str]]] = {
    "queue": ("q", "yellow"),
    "connection": ("c", "magenta"),
    "work": ("w", "green"),
    "network": ("n", "blue"),
    "retry": ("r", "red"),
    "hold": ("h", "cyan"),
    "other": ("o", "dim"),
}
"""The letter of a part in a bar, and its colour."""
_CALLS: Final = "·"
"""A span that waits for its calls."""


def waterfalls(traces: Iterable[Trace], design: Design) -> Iterator[RenderableType]:
    """Traces, one after the other, with what the letters mean at the end."""
    for trace in traces:
        yield _headline(trace, design)
        yield _waterfall(trace, design)
    legend = Text("\n")
    for part, (sign, style) in _SIGNS.items():
        legend.append(f"{sign} ", style)
        legend.append(f"{PARTS[part]}\n", "dim")
    legend.append(f"{_CALLS} waits for its calls; * is on the critical path", "dim")
    yield legend


def edges_table(edges: Iterable[Edge], design: Design) -> Table:
    """The service map, an edge a row."""
    table = airy_table("Calls", "count", "again", "failed", "p99", title="Service map (sampled)")
    for edge in edges:
        table.add_row(
            shown(name_of(design, edge.link)),
            f"{edge.calls:,}",
            f"{edge.retries:,}",
            format_share(edge.error_share, 1),
            format_quantity(edge.p99, "s"),
        )
    return table


def _headline(trace: Trace, design: Design) -> Text:
    """Whose request it was, when, how long it took, on what, and how it ended."""
    root = trace.root
    text = Text(f"\n{shown(name_of(design, root.node))}", "bold")
    kind = "" if root.kind == "request" else f" {root.kind}"
    text.append(f"{kind} at {format_quantity(root.sent, 's')}: ", "not bold")
    text.append(format_quantity(trace.duration, "s"))
    if trace.reason is not None:
        text.append(f", failed: {failure_title(trace.reason)}", "red not bold")
    on = ", ".join(
        f"{format_quantity(seconds, 's')} {part}" for part, seconds in spent(trace).items()
    )
    text.append(f"\n{on}\ntrace {trace.id}", "dim not bold")
    return text


def _waterfall(trace: Trace, design: Design) -> Table:
    """A line a span, those that others were made for first."""
    table = airy_table("Span", "took", "", "")
    table.columns[1].justify = "right"
    for column in table.columns[:3]:
        column.no_wrap = True
    own = self_times(trace)
    callers = {span.parent for span in trace.spans}
    rows = list(_rows(trace))
    scale = _BAR / max(trace.shown_length, 1e-9)
    for span, depth in rows[:_ROWS]:
        mark = "* " if own.get(span.id, 0.0) > 0.0 else "  "
        table.add_row(
            Text(f"{mark}{'  ' * depth}{_title(span, design)}"),
            format_quantity(span.duration, "s"),
            _bar(span, trace.start, scale, _CALLS if span.id in callers else _SIGNS["other"][0]),
            Text(_outcome(span), "red" if span.reason is not None else "dim"),
        )
    if len(rows) > _ROWS or trace.missing:
        table.add_row(Text(f"  and {len(rows) - _ROWS + trace.missing:,} more", "dim"))
    return table


def _rows(trace: Trace) -> Iterator[tuple[Span, int]]:
    """The spans as a tree is read, with how deep they lie."""
    children = trace.children()
    stack = [(trace.root, 0)]
    while stack:
        span, depth = stack.pop()
        yield span, depth
        stack += [(each, depth + 1) for each in reversed(children.get(span.id, []))]


def _title(span: Span, design: Design) -> str:
    """What a span is of."""
    name = shown(name_of(design, span.node))
    if span.instance is not None:
        name += f" #{span.instance}"
    if span.kind == "branch":
        name += " (branch)"
    if span.hedge:
        name += " (hedge)"
    elif span.attempt > 1:
        name += f" (attempt {span.attempt})"
    return name if span.awaited else f"{name} (nobody waits)"


def _outcome(span: Span) -> str:
    """How a span ended, where that is worth a word."""
    if span.reason is None:
        return "" if span.ended is not None or span.kind == "branch" else "under way"
    told = failure_title(span.reason)
    late = span.replied is not None and span.ended is not None and span.replied > span.ended
    return f"{told}; the node went on for nobody" if late else told


def _bar(span: Span, start: float, scale: float, rest: str) -> Text:
    """When a span did what, with a sign for what is left."""
    cells = [" "] * _BAR
    styles = [""] * _BAR
    for column in _columns(span.sent - start, span.end - start, scale):
        cells[column], styles[column] = rest, "dim"
    for segment in sorted(span.segments, key=_length):
        sign, style = _SIGNS[segment.part]
        for column in _columns(segment.start - start, segment.end - start, scale):
            over = start + (column + 0.5) / scale > span.end
            cells[column], styles[column] = sign, f"dim {style}" if over else style
    text = Text()
    for cell, style in zip(cells, styles, strict=True):
        text.append(cell, style)
    return text


def _length(segment: Segment) -> float:
    """How long it is, the longest last: of those in a column the longest shows."""
    return segment.seconds


def _columns(start: float, end: float, scale: float) -> range:
    """The columns of a stretch; at least one, so that nothing is hidden."""
    if start * scale >= _BAR:
        return range(0)
    first = max(0, int(start * scale))
    return range(first, min(_BAR, max(first + 1, round(end * scale))))
