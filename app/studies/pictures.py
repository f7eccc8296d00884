"""What the plot of a study shows, from its report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.model.prices import COST_PER_HOUR
from engine.model.units import format_quantity
from widgets.study.picture import Band, Bar, Dots, Level, Mark, Picture, Zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.model.design import Objective
    from engine.study import Report
    from engine.study.report import Cell

_MOST_BARS = 12
_MOST_BANDS = 6


def picture_of(report: Report, objectives: Sequence[Objective] = ()) -> Picture | None:
    """The plot that says most; None where there is nothing to draw."""
    if report.study == "knee":
        return _knee(report, objectives)
    drawers = {
        "replicate": _replications,
        "sweep": _sweep,
        "compare": _differences,
        "tournament": _pareto,
        "sensitivity": _tornado,
        "chaos": _losses,
        "metastability": _loop,
    }
    drawer = drawers.get(report.study)
    return drawer(report) if drawer is not None else None


def _replications(report: Report) -> Picture:
    """The first metric of each run, and the mean with its interval."""
    table = report.table("replications")
    name = _main_metric(report)
    column = next(each for each in table.columns if each.name == name)
    rows = [(_number(row["seed"]), _number(row[name])) for row in table.records()]
    known = [(seed, value) for seed, value in rows if math.isfinite(value)]
    seeds, values = tuple(s for s, _ in known), tuple(v for _, v in known)
    metric = next(row for row in report.table("metrics").records() if row["metric"] == name)
    bands: tuple[Band, ...] = ()
    mean, low, high = (_number(metric[key]) for key in ("mean", "low", "high"))
    if len(seeds) > 1 and math.isfinite(low):
        ends = (min(seeds), max(seeds))
        bands = (Band("mean", ends, (mean, mean), (low, low), (high, high), measured=False),)
    title = f"{name} of each run"
    dots = (Dots(name, seeds, values),)
    return Picture(title, "Seed", "", column.unit or "", whole=True, bands=bands, dots=dots)


def _sweep(report: Report) -> Picture | None:
    """The first metric over the first setting; a band for each value of the second."""
    table = report.table("points")
    names = [each.name for each in table.columns]
    settings = names[: names.index("metric")]
    rows = [row for row in table.records() if row["metric"] == table.records()[0]["metric"]]
    if not all(isinstance(row[settings[0]], int | float) for row in rows):
        return _sweep_bars(rows, settings)
    groups: dict[Cell, list[Mapping[str, Cell]]] = {}
    for row in rows:
        groups.setdefault(row[settings[1]] if len(settings) > 1 else None, []).append(row)
    bands = []
    for value, members in list(groups.items())[:_MOST_BANDS]:
        label = "" if value is None else f"{settings[1]} = {value}"
        bands.append(_band(label, settings[0], members))
    unit = table.columns[0].unit or ""
    metric, of_metric = str(rows[0]["metric"]), str(rows[0]["unit"] or "")
    return Picture(f"{metric} over {settings[0]}", settings[0], unit, of_metric, bands=tuple(bands))


def _band(label: str, setting: str, rows: list[Mapping[str, Cell]]) -> Band:
    """Means and intervals of rows, in the order of the setting; what was not measured is left out."""
    known = sorted(
        (row for row in rows if row["mean"] is not None), key=lambda row: _number(row[setting])
    )
    means = tuple(_number(row["mean"]) for row in known)
    lows, highs = (
        tuple(_number(row[side], mean) for row, mean in zip(known, means, strict=True))
        for side in ("low", "high")
    )
    return Band(label, tuple(_number(row[setting]) for row in known), means, lows, highs)


def _sweep_bars(rows: Sequence[Mapping[str, Cell]], settings: list[str]) -> Picture:
    """Values that are words stand beside bars."""
    bars = []
    for row in rows[:_MOST_BARS]:
        if row["mean"] is not None:
            mean = _number(row["mean"])
            label = ", ".join(str(row[name]) for name in settings)
            bars.append(Bar(label, mean, _number(row["low"], mean), _number(row["high"], mean)))
    return Picture(str(rows[0]["metric"]), "", str(rows[0]["unit"] or ""), bars=tuple(bars))


def _differences(report: Report) -> Picture:
    """How much B differs, in shares of A."""
    bars = []
    for row in report.table("metrics").records()[:_MOST_BARS]:
        base = abs(_number(row["a"]))
        if row["mean"] is None or not base > 0.0:
            continue
        mean, low, high = (
            _number(row[key], _number(row["mean"])) / base for key in ("mean", "low", "high")
        )
        bars.append(Bar(str(row["metric"]), mean, low, high, clear=low > 0.0 or high < 0.0))
    return Picture("B − A, in shares of A", "B − A", "%", bars=tuple(bars))


def _pareto(report: Report) -> Picture | None:
    """The first metric over what it costs, or over the second metric: those on the front, and those beaten."""
    table = report.table("designs")
    titles = {each.name: each for each in table.columns}
    metrics = [name[: -len("_low")] for name in titles if name.endswith("_low")]
    if len(metrics) < 2:
        return None
    across = COST_PER_HOUR if COST_PER_HOUR in metrics else metrics[1]
    up = next(name for name in metrics if name != across)
    rows = [row for row in table.records() if row[up] is not None and row[across] is not None]
    dots = tuple(
        Dots(
            word,
            tuple(_number(row[across]) for row in chosen),
            tuple(_number(row[up]) for row in chosen),
            good=front,
            texts=tuple(str(row["design"]) for row in chosen),  # names would cover each other
        )
        for word, front in (("on the Pareto front", True), ("beaten", False))
        if (chosen := [row for row in rows if row["pareto"] == front])
    )
    of_x, of_y = titles[across], titles[up]
    title = f"{of_y.title} over {of_x.title}"
    return Picture(title, of_x.title, of_x.unit or "", of_y.unit or "", dots=dots)


def _knee(report: Report, objectives: Sequence[Objective]) -> Picture | None:
    """The objective that gives way over the load: the levels that met it, and those that did not."""
    table = report.table("levels")
    if not table.rows:
        return None
    setting, unit = table.columns[0].name, table.columns[0].unit or ""
    rows = table.records()
    missed = [row for row in rows if not row["met"]]
    metric = (missed[0] if missed else rows[0])["metric"]
    of_metric = [row for row in rows if row["metric"] == metric and row["mean"] is not None]
    dots = tuple(
        Dots(word, *_places(each, setting), good=good)
        for word, good in (("met", True), ("missed", False))
        if (each := [row for row in of_metric if bool(row["met"]) == good])
    )
    levels = tuple(
        Level(bound, f"objective {format_quantity(bound, str(of_metric[0]['unit'] or ''))}")
        for each in objectives
        for bound in (each.below, each.above)
        if each.metric == metric and bound is not None and of_metric
    )
    found = report.table("knee").records()[0]["value"]
    marks = () if found is None else (Mark(_number(found), format_quantity(_number(found), unit)),)
    y_unit = str(of_metric[0]["unit"] or "") if of_metric else ""
    title = f"{metric} over {setting}"
    return Picture(title, setting, unit, y_unit, dots=dots, levels=levels, marks=marks)


def _places(
    rows: Sequence[Mapping[str, Cell]], setting: str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Where rows lie."""
    return tuple(_number(row[setting]) for row in rows), tuple(_number(row["mean"]) for row in rows)


def _tornado(report: Report) -> Picture:
    """Elasticities: percent of the metric for a percent of the setting."""
    bars = []
    for row in report.table("knobs").records()[:_MOST_BARS]:
        if row["elasticity"] is not None:
            mean = _number(row["elasticity"])
            low = _number(row["elasticity_low"], mean)
            high = _number(row["elasticity_high"], mean)
            bars.append(Bar(str(row["knob"]), mean, low, high, clear=low > 0.0 or high < 0.0))
    return Picture("Percent for a percent of the setting", "", "", bars=tuple(bars))


def _losses(report: Report) -> Picture:
    """The share of its goodput that the client loses which is worst off, those that cost most on top."""
    bars: list[Bar] = []
    for row in report.table("experiments").records():
        if row["lost"] is not None and len(bars) < _MOST_BARS:
            lost = _number(row["lost"])
            ends = (_number(row["lost_low"], lost), _number(row["lost_high"], lost))
            bars.append(
                Bar(f"{row['fault']} {row['target']}", lost, *ends, clear=row["verdict"] != "held")
            )
    return Picture("Goodput lost by the client worst off", "", "%", bars=tuple(bars))


def _loop(report: Report) -> Picture | None:
    """Goodput over the load as it goes up and comes down again, over the band that was predicted."""
    rows = report.table("loop").records()
    if not rows:
        return None
    loads = tuple(_number(row["load"]) for row in rows)
    up, down = (tuple(_number(row[name]) for row in rows) for name in ("up", "down"))
    return Picture(
        "Goodput over load",
        "Load",
        y_unit="rps",
        bands=(
            Band("up", loads, up, up, up),
            Band("down again", loads, down, down, down, line="dashed"),
        ),
        dots=tuple(_triggered(report, loads, up, down)),
        marks=(Mark(1.0, "its load"),),
        zones=tuple(_vulnerable(report)),
    )


def _triggered(
    report: Report, loads: Sequence[float], up: Sequence[float], down: Sequence[float]
) -> Iterator[Dots]:
    """Triggered runs: one that is back lies on the branch that goes up, one that is not on the one below."""
    rows = report.table("triggers").records()
    for verdict, label, branch in (
        ("recovers", "back", up),
        ("does not recover", "not back", down),
    ):
        of_verdict = [row for row in rows if row["verdict"] == verdict]
        if of_verdict:
            xs = tuple(_number(row["load"]) for row in of_verdict)
            ys = tuple(float(each) for each in np.interp(xs, loads, branch))
            texts = tuple(_back(row) for row in of_verdict)
            yield Dots(label, xs, ys, good=branch is up, texts=texts)


def _back(row: Mapping[str, Cell]) -> str:
    """When a triggered run was back after its trigger; nothing where it was not."""
    return "" if row["recovery"] is None else format_quantity(_number(row["recovery"]), "s")


def _vulnerable(report: Report) -> Iterator[Zone]:
    """The loads at which it can stay down, as predicted from the plan; none where no load is."""
    nodes = report.table("prediction").records()
    if nodes and nodes[0]["from"] is not None:
        low, high = _number(nodes[0]["from"]), min(_number(row["to"]) for row in nodes)
        if low < high:
            yield Zone(low, high, "predicted to stay down")


def _main_metric(report: Report) -> str:
    """The metric that the report speaks of first."""
    metrics = [str(row["metric"]) for row in report.table("metrics").records()]
    said = " ".join(report.sentences[:2])
    return next((name for name in metrics if f"{name} is " in said), metrics[0])


def _number(cell: Cell, other: float = math.nan) -> float:
    """A cell as a number; ``other`` where it is none."""
    return float(cell) if isinstance(cell, int | float) else other
