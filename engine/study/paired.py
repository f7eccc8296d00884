"""Numbers of two designs in pairs: both under the same seeds, and of each metric the difference with its interval."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from engine.model.metrics import FAILING
from engine.model.units import format_margin, format_quantity
from engine.records import dataclass
from engine.study.failing import ANSWERS, EVERY, availability_of, of_all
from engine.study.senses import more_is_better

if TYPE_CHECKING:
    from engine.study.compare import Compare
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
    doubt: str = ""
    """Why the interval cannot be trusted; empty where it can."""

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
        said = words[self.verdict]
        if not self.doubt or not self.verdict:
            return said
        why = "runs too short" if "too short" in self.doubt else "too few pairs"
        return f"{said}; {why} to be sure"

    def value_text(self, value: float | None) -> str:
        """A or B for reading."""
        return "–" if value is None else format_quantity(value, self.unit)


def with_failures(study: Compare) -> Compare:
    """The same comparison, in which each latency of answers is followed by that of all requests, and availability."""
    metrics, shares = [], []
    for name in study.metrics:
        metrics.append(name)
        every = of_all(name, (study.design, study.design_b))
        if every is not None:
            metrics.append(every)
            shares.append(availability_of(name))
    return replace(study, metrics=tuple(dict.fromkeys([*metrics, *shares])))


def paired_of(report: Report) -> tuple[Paired, ...]:
    """The metrics of a comparison of two, the most important first.

    Where a side fails more than one request in a hundred, latency is that of all requests as far as that was
    measured: answers alone look the better the more of them fail.
    """
    found = {each.metric: each for each in _all_of(report)}
    left_out = set()
    for metric in found:
        client, mark, name = metric.partition(EVERY)
        if mark:
            answers = f"{client}{ANSWERS}{name}"
            fails = _fails(found.get(f"{client}.availability"))
            left_out.add(answers if fails else metric)
    return tuple(each for each in found.values() if each.metric not in left_out)


def _fails(availability: Paired | None) -> bool:
    """Whether requests fail on either side so that it matters."""
    known = (availability.a, availability.b) if availability is not None else ()
    return any(each is not None and each < 1.0 - FAILING for each in known)


def _all_of(report: Report) -> tuple[Paired, ...]:
    """All metrics that were measured."""
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
            doubt=str(row.get("doubt") or ""),
        )
        for row in report.table("metrics").records()
    )


def _number(cell: Cell) -> float | None:
    """A number of a table."""
    if isinstance(cell, str | bool) or cell is None or not math.isfinite(cell):
        return None
    return float(cell)
