"""The table of measurements in the README: written by the bench, read by a test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.row import Row

README = Path(__file__).resolve().parents[2] / "README.md"
MISSED = MappingProxyType(
    {
        "a request among 1,000 nodes": "what a thousand nodes touch does not fit in a core's caches",
        "three tiers, interpreted": "what is compiled has gained more of late than what is interpreted",
    }
)
"""Promises that are not kept yet, and why; a test fails when one more is broken, or one of these kept."""

BEGIN, END = "<!-- measured by make bench -->", "<!-- end of what was measured -->"
_HEAD = "| what | measured | promised | against |\n|---|--:|--:|---|"
_LINE = re.compile(
    r"\| (?P<name>[^|]+) \| (?P<value>[\d,.]+) (?P<unit>[^|]*?) ?\| (?P<sign>[≥≤]) "
    r"(?P<bound>[\d,.]+) (?P<same>[^|]*?) ?\| (?P<against>[^|]*)\|"
)


@dataclass(frozen=True)
class Line:
    """A line of the table as it stands in the README."""

    name: str
    value: float
    sign: str
    bound: float

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.bound if self.sign == "≥" else self.value <= self.bound


def number(value: float) -> str:
    """A number with three digits or so: ``1,240``, ``58.2``, ``0.13``."""
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.3g}"


def line_of(row: Row) -> str:
    """A line of the table."""
    sign = "≥" if row.better == "more" else "≤"
    ratio = "" if row.ratio is None else f"{number(row.ratio)} × {row.reference_name} "
    measured, promised = f"{number(row.value)} {row.unit}", f"{number(row.bound)} {row.unit}"
    verdict = "" if row.kept else "**missed** "
    return f"| {row.name} | {measured} | {sign} {promised} | {ratio}{verdict}|"


def write(rows: Sequence[Row]) -> None:
    """Put what was measured into the README."""
    before, rest = README.read_text("utf-8").split(BEGIN)
    after = rest.split(END)[1]
    table = "\n".join([_HEAD, *map(line_of, rows)])
    README.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", "utf-8")


def lines() -> list[Line]:
    """The table as the README has it."""
    table = README.read_text("utf-8").split(BEGIN)[1].split(END)[0]
    rows = [row for row in table.splitlines() if row.startswith("|")][2:]
    return [_read(row) for row in rows]


def _read(row: str) -> Line:
    """A line that was written; ``ValueError`` where it was not."""
    found = _LINE.fullmatch(row)
    if found is None or found["unit"] != found["same"]:
        msg = f"not a line of the bench: {row}"
        raise ValueError(msg)
    value, bound = (float(found[key].replace(",", "")) for key in ("value", "bound"))
    return Line(found["name"], value, found["sign"], bound)
