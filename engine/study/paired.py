"""Numbers of two designs in pairs: both under the same seeds, and of each metric the difference with its interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from engine.model.units import format_margin, format_quantity
from engine.records import dataclass
from engine.study.senses import more_is_better

if TYPE_CHECKING:
    from engine.study.report import Cell, Report

Verdict = Literal["better", "worse", "unsure", "same", ""]
"""Of B beside A. ``unsure``: the interval holds 0; empty: it was never measured in both, or in one pair alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """One metric of both."""

    metric: str
    unit: str
    a: float | None
    """Mean over the seeds; None where nothing was measured."""
    b: float | None
    mean: float | None
    """Of the differences B − A over the seeds at which both were measured."""
    low: float | None
    """Ends of its 95 % interval; None where there is one pair alone."""
    high: float | None
    pairs: int

    @property
    def half(self) -> float | None:
        """Half the width of the interval; None where nobody knows."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2.0

    @property
    def difference_text(self) -> str:
        """For reading: ``−12.3 ±1.1 ms``; a question mark where one pair tells nothing of chance."""
        if self.mean is None:
            return "–"
        if self.mean == 0.0 and self.half == 0.0:
            return "0"
        sign = "−" if self.mean < 0.0 else "+"
        return sign + format_margin(abs(self.mean), self.half, self.unit)

    @property
    def verdict(self) -> Verdict:
        """What the difference says."""
        if self.mean is None or self.low is None or self.high is None:
            return ""
        if self.low == self.high == 0.0:
            return "same"
        if self.low <= 0.0 <= self.high:
            return "unsure"
        return "better" if (self.mean > 0.0) == more_is_better(self.metric) else "worse"

    @property
    def verdict_text(self) -> str:
        """That in words."""
        words = {
            "better": "B is better",
            "worse": "B is worse",
            "same": "the same at each seed",
            "unsure": "no difference can be told",
            "": "not measured in both" if self.mean is None else "one pair tells nothing of chance",
        }
        return words[self.verdict]

    def value_text(self, value: float | None) -> str:
        """A or B for reading."""
        return "–" if value is None else format_quantity(value, self.unit)


def paired_of(report: Report) -> tuple[Paired, ...]:
    """The metrics of a comparison of two, the most important first."""
    return tuple(
        Paired(
            metric=str(row["metric"]),
            unit=str(row["unit"] or ""),
            a=_number(row["a"]),
            b=_number(row["b"]),
            mean=_number(row["mean"]),
            low=_number(row["low"]),
            high=_number(row["high"]),
            pairs=int(_number(row["count"]) or 0),
        )
        for row in report.table("metrics").records()
    )


def _number(cell: Cell) -> float | None:
    """A number of a table."""
    if isinstance(cell, str | bool) or cell is None or not math.isfinite(cell):
        return None
    return float(cell)
