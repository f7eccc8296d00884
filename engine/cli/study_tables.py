"""Reports of studies as tables for a terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from engine.cli.terminal import shown
from engine.model.units import format_quantity
from engine.study.paired import paired_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import RenderableType

    from engine.study import Cell, Report
    from engine.study import Table as Data

_HIDDEN: Final = frozenset({"key", "unit"})
"""Columns that only programs read, or that stand with each number."""
_PROGRAMS: Final = frozenset({"replications", "inert"})
"""Tables that only programs read."""
_ITEMS: Final = frozenset({"target", "client", "item", "node"})
"""Columns of ids, where people read names."""
_CROWDED: Final = {"knobs": ("elasticity",)}
"""Tables too wide for all their intervals, and the ones that are shown."""
_STYLES: Final = {
    "met": "green",
    "held": "green",
    "recovers": "green",
    "closed": "green",
    "does not recover": "bold red",
    "stuck": "bold red",
    "missed": "bold red",
    "aborted": "bold red",
    "unsure": "yellow",
}
_HEAT: Final = ((0.5, "bold red"), (0.05, "yellow"), (0.001, ""))
"""From which share lost on, in which style; below, nothing is lost that counts."""


def report_tables(report: Report, names: Mapping[str, str]) -> Iterator[RenderableType]:
    """Everything that a study found, for reading; ``names`` are what people call the items of the design."""
    yield Text(f"\n{shown(report.title)}", "bold")
    for sentence in report.sentences:
        yield Text(shown(sentence))
    for each in report.tables:
        if each.name in _PROGRAMS or not each.rows:
            continue
        table = _with_names(each, names)
        if report.study == "sweep" and table.name == "points":
            yield from sweep_tables(table)
        elif table.name == "blast":
            yield from _blast_map(table)
        elif report.study == "compare" and table.name == "metrics":
            yield _paired(report)
        else:
            yield _table(table)


def _with_names(data: Data, names: Mapping[str, str]) -> Data:
    """A table with the names of items where their ids stand."""
    items = [column.name in _ITEMS for column in data.columns]
    rows = tuple(
        tuple(
            names.get(cell, cell) if is_item and isinstance(cell, str) else cell
            for cell, is_item in zip(row, items, strict=True)
        )
        for row in data.rows
    )
    return replace(data, rows=rows)


def _table(data: Data) -> Table:
    """A table; the ends of an interval stand beside their estimate."""
    made = _empty(data.title)
    names = [column.name for column in data.columns]
    spans = {name: ends for name in names if (ends := _ends(name, names)) is not None}
    hidden = _HIDDEN.union(*spans.values())
    if data.name in _CROWDED:
        spans = {name: ends for name, ends in spans.items() if name in _CROWDED[data.name]}
    shown = [column for column in data.columns if column.name not in hidden]
    for column in shown:
        texts = any(isinstance(cell, str) for cell in data.column(column.name))
        made.add_column(column.title, justify="left" if texts else "right", header_style="dim")
        if column.name in spans:
            made.add_column("95 %", header_style="dim")
    for index, row in enumerate(data.records()):
        cells = []
        for column in shown:
            unit = data.unit_of(column.name, index)
            cells.append(_cell(row[column.name], unit))
            if column.name in spans:
                low, high = spans[column.name]
                cells.append(_span(row[low], row[high], unit))
        made.add_row(*cells)
    return made


def _paired(report: Report) -> Table:
    """A row a metric of two designs: both, the difference with its interval, and what it says."""
    made = _empty("Metrics, and the difference with its 95 % interval over pairs of runs")
    for title in ("Metric", "A", "B", "B − A", "pairs", "change", ""):
        left = title in ("Metric", "")
        made.add_column(title, justify="left" if left else "right", header_style="dim")
    styles = {"better": "green", "worse": "red"}
    changes = {row["metric"]: row["change"] for row in report.table("metrics").records()}
    for each in paired_of(report):
        made.add_row(
            shown(each.metric),
            each.value_text(each.a),
            each.value_text(each.b),
            each.difference_text,
            str(each.pairs),
            _cell(changes[each.metric], "%"),
            Text(each.verdict_text, styles.get(each.verdict, "dim")),
        )
    return made


def sweep_tables(data: Data) -> Iterator[Table]:
    """A sweep over one parameter as a row a value, over two as a matrix a metric."""
    names = [column.name for column in data.columns]
    axes = names[: names.index("metric")]
    records = data.records()
    metrics = list(dict.fromkeys(str(row["metric"]) for row in records))
    if len(axes) == 1:
        yield _by_value(data, axes[0], metrics)
        return
    for metric in metrics:
        yield _matrix(data, axes, metric)


def _by_value(data: Data, axis: str, metrics: list[str]) -> Table:
    """A row a value of the parameter, two columns a metric."""
    made = _empty(data.title)
    made.add_column(axis, header_style="dim")
    for metric in metrics:
        made.add_column(metric, justify="right", header_style="dim")
        made.add_column("95 %", header_style="dim")
    unit = data.unit_of(axis, 0)
    records = data.records()
    for start in range(0, len(records), len(metrics)):
        cells = [_cell(records[start][axis], unit)]
        for row in records[start : start + len(metrics)]:
            own = str(row["unit"])
            cells += [_cell(row["mean"], own), _span(row["low"], row["high"], own)]
        made.add_row(*cells)
    return made


def _matrix(data: Data, axes: list[str], metric: str) -> Table:
    """The means of a metric: a row a value of the first parameter, a column a value of the second."""
    first, second = axes
    rows = [row for row in data.records() if row["metric"] == metric]
    made = _empty(metric)
    made.add_column(f"{first} ↓  {second} →", header_style="dim")
    units = [data.unit_of(axis, 0) for axis in axes]
    for value in dict.fromkeys(row[second] for row in rows):
        made.add_column(str(_cell(value, units[1])), justify="right", header_style="dim")
    for value in dict.fromkeys(row[first] for row in rows):
        means = (_cell(row["mean"], str(row["unit"])) for row in rows if row[first] == value)
        made.add_row(_cell(value, units[0]), *means)
    return made


def _blast_map(data: Data) -> Iterator[RenderableType]:
    """A row an experiment, a column a client or node, in each cell the share that is lost."""
    rows = [row for row in data.records() if row["sort"] != "link"]
    made = _empty(data.title)
    for title in ("target", "fault"):
        made.add_column(title, header_style="dim")
    for item in dict.fromkeys(str(row["item"]) for row in rows):
        made.add_column(shown(item), justify="right", header_style="dim")
    whose: dict[tuple[Cell, Cell], list[Text]] = {}
    for row in rows:
        whose.setdefault((row["target"], row["fault"]), []).append(_heat(row["lost"]))
    for (target, fault), cells in whose.items():
        made.add_row(shown(str(target)), shown(str(fault)), *cells)
    yield made
    yield Text(
        "Of clients the goodput lost, of nodes the more requests that fail than undisturbed.", "dim"
    )


def _heat(lost: Cell) -> Text:
    """A share that is lost; a dash where nothing came."""
    if not isinstance(lost, int | float):
        return Text("–", "dim")
    for least, style in _HEAT:
        if lost >= least:
            return Text(format_quantity(lost, "%"), style)
    return Text("·", "dim")


def _empty(title: str) -> Table:
    """An airy table without columns."""
    return Table(
        title=f"\n{title}", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )


def _ends(name: str, names: list[str]) -> tuple[str, str] | None:
    """The columns of the interval that follows an estimate."""
    following = names[names.index(name) + 1 :][:2]
    for ends in (("low", "high"), (f"{name}_low", f"{name}_high")):
        if following == list(ends):
            return ends
    return None


def _cell(cell: Cell, unit: str) -> Text:
    """A cell for reading."""
    if cell is None:
        return Text("–", "dim")
    if isinstance(cell, bool):
        return Text("yes" if cell else "no")
    if isinstance(cell, str):
        return Text(shown(cell), _STYLES.get(cell, ""))
    return Text(format_quantity(cell, unit))


def _span(low: Cell, high: Cell, unit: str) -> Text:
    """The ends of an interval."""
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return Text("–", "dim")
    return Text(f"{format_quantity(low, unit)} to {format_quantity(high, unit)}", "dim")
