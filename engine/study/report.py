"""Reports: what a study concludes. Sentences to read, tables to plot; data only, the same wherever it ran."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cached_property
from typing import Any

from engine.records import dataclass

Cell = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    """For programs."""
    title: str
    """For people."""
    unit: str | None = ""
    """SI unit of its numbers: ``s``, ``rps``, ``%`` (stored 0 to 1) or empty; None: the row's ``unit``."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to show, plot or export. Numbers are in SI units, None is what nobody knows.

    A confidence interval stands right behind its estimate: ``mean, low, high`` or ``x, x_low, x_high``.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def column(self, name: str) -> list[Cell]:
        """The cells of a column, row by row."""
        index = [each.name for each in self.columns].index(name)
        return [row[index] for row in self.rows]

    def unit_of(self, name: str, row: int) -> str:
        """The unit of a cell."""
        own = next(each.unit for each in self.columns if each.name == name)
        return str(self.column("unit")[row] or "") if own is None else own

    def records(self) -> list[dict[str, Cell]]:
        """The rows with the names of their columns."""
        names = [each.name for each in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Failure:
    """A replication that broke, and what is needed to run it alone."""

    key: str
    label: str
    """Settings and seed."""
    seed: int
    error: str


@dataclass(frozen=True)
class Report:
    """What a study found."""

    study: str
    """``replicate``, ``sweep``, ``compare``, ``knee`` or ``sensitivity``."""
    title: str
    sentences: tuple[str, ...]
    """What was found, the most important first."""
    tables: tuple[Table, ...]
    failures: tuple[Failure, ...]
    done: int
    """Points that ran, failed ones included."""
    wanted: int
    """Points that the study needed; more than ``done`` where it was stopped."""
    met: bool | None = None
    """Whether the objectives are met; None where the study does not judge them."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.done >= self.wanted

    @cached_property
    def hash(self) -> str:
        """SHA-256 over everything in it: the same wherever and in how many pieces it was computed."""
        text = json.dumps(asdict(self), sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def table(self, name: str) -> Table:
        """The table of that name; ``KeyError`` if there is none."""
        for each in self.tables:
            if each.name == name:
                return each
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        """The report as an object for a file; tables as lists of records."""
        made = asdict(self) | {"windtunnel_study": 1, "hash": self.hash}
        made["tables"] = {
            each.name: {
                "title": each.title,
                "columns": [asdict(column) for column in each.columns],
                "rows": each.records(),
            }
            for each in self.tables
        }
        return made
