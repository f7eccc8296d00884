"""Reports of studies as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from engine.study import Cell, Report
    from engine.study import Table as Data

_HIDDEN: Final = frozenset({"key", "unit", "low", "high"})
"""Columns that only programs read, or that stand with another."""
_PROGRAMS: Final = frozenset({"replications"})
"""Tables that only programs read."""
_STYLES: Final = {"met": "green", "missed": "bold red", "unsure": "yellow"}


def report_tables(report: Report) -> Iterator[RenderableType]:
    """Everything that a study found, for reading."""
    yield Text(f"\n{report.title}", "bold")
    for sentence in report.sentences:
        yield Text(sentence)
    for table in report.tables:
        if table.name not in _PROGRAMS and table.rows:
            yield _table(table)


def _table(data: Data) -> Table:
    """A table; the ends of an interval stand beside its mean."""
    names = [column.name for column in data.columns]
    made = Table(
        title=f"\n{data.title}",
        title_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    shown = [index for index, name in enumerate(names) if name not in _HIDDEN]
    spans = {"mean"} if {"low", "high"} <= set(names) else set()
    for index in shown:
        texts = any(isinstance(row[index], str) for row in data.rows)
        title = data.columns[index].title
        made.add_column(title, justify="left" if texts else "right", header_style="dim")
        if names[index] in spans:
            made.add_column("95 %", header_style="dim")
    for row in data.rows:
        by_name = dict(zip(names, row, strict=True))
        cells = []
        for index in shown:
            unit = data.columns[index].unit or str(by_name.get("unit") or "")
            cells.append(_cell(row[index], "" if names[index] == "count" else unit))
            if names[index] in spans:
                cells.append(_span(by_name["low"], by_name["high"], unit))
        made.add_row(*cells)
    return made


def _cell(cell: Cell, unit: str) -> Text:
    """A cell for reading."""
    if cell is None:
        return Text("–", "dim")
    if isinstance(cell, bool):
        return Text("yes" if cell else "no")
    if isinstance(cell, str):
        return Text(cell, _STYLES.get(cell, ""))
    return Text(format_quantity(cell, unit))


def _span(low: Cell, high: Cell, unit: str) -> Text:
    """The ends of an interval."""
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return Text("–", "dim")
    return Text(f"{format_quantity(low, unit)} to {format_quantity(high, unit)}", "dim")
