"""The blast-radius map of a chaos study: what each failure does, or whom one of them reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from app.naming import name_of
from engine.catalog.inside import members
from engine.model.units import format_figure, format_quantity
from engine.study.blast import NOTHING
from engine.study.faults import Experiment, links_cut
from widgets.canvas import BlastMap, BlastMark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.model.design import Design
    from engine.study import Cell, Chaos, Report

    Row: TypeAlias = Mapping[str, Cell]

_DONE: Final = {"kill": "killed", "slow": "slow", "cut": "cut"}
_SLOWER: Final = 2.0
"""Times its p99 from which an item counts as slower."""
_ORDER: Final = ("untold", "holds", "costs", "breaks", "aborted", "stays down")
"""What a failure does, the worst last."""


def overview(study: Chaos, report: Report) -> BlastMap:
    """What the failure of each item does; of several faults the one that does most."""
    worst: dict[str, BlastMark] = {}
    for row in report.table("experiments").records():
        item, mark = str(row["target"]), _of_failure(study.design, row)
        known = worst.get(item)
        if known is None or _weight(mark) > _weight(known):
            worst[item] = mark
    return BlastMap(title="What each failure does", marks=worst)


def reach(study: Chaos, report: Report, target: str, fault: str) -> BlastMap | None:
    """Whom one failure reaches; None where there was none of the kind."""
    found = [each for each in study.experiments if (each.target.id, each.fault) == (target, fault)]
    table = report.table("blast")
    names = [column.name for column in table.columns]
    where = [names.index(name) for name in ("target", "fault")]
    rows = [
        dict(zip(names, row, strict=True))
        for row in table.rows
        if [row[place] for place in where] == [target, fault]
    ]
    if not found or not rows:
        return None
    marks = {str(row["item"]): _of_harm(row, study.tolerance) for row in rows}
    struck = BlastMark(tone="down", word=_DONE.get(fault, fault), detail="what was taken down")
    marks |= dict.fromkeys(_struck(study, found[0]), struck)
    title = f"{struck.word.capitalize()}: {name_of(study.design, target)}"
    return BlastMap(title=title, marks=marks, back="All failures")


def _weight(mark: BlastMark) -> tuple[int, float]:
    """How bad a failure is."""
    return _ORDER.index(mark.word), mark.share


def _of_failure(design: Design, row: Row) -> BlastMark:
    """What the failure of an item does, as the table of the experiments says."""
    lost = _number(row["lost"])
    share = min(1.0, max(0.0, lost or 0.0))
    whom = name_of(design, str(row["client"])) if row["client"] is not None else ""
    detail = (
        f"{whom} \N{MINUS SIGN}{format_quantity(share, '%')}" if share > 0.0005 else "nobody loses"
    )
    missed = str(row["missed"] or "")
    if row["recovered"] is False:
        return BlastMark(tone="down", word="stays down", detail=detail, share=share)
    if row["verdict"] == "aborted":
        return BlastMark(tone="saturated", word="aborted", detail=detail, share=share)
    if row["verdict"] == "unsure":
        return BlastMark(tone="idle", word="untold", detail="no goodput anyway", share=share)
    if row["verdict"] == "held":
        return BlastMark(tone="healthy", word="holds", detail=detail, share=share)
    if lost is not None and lost >= NOTHING:
        return BlastMark(tone="failing", word="breaks", detail=detail, share=share)
    told = f"{detail}, misses {missed}" if missed else detail
    return BlastMark(tone="strained", word="costs", detail=told, share=share)


def _of_harm(row: Row, tolerance: float) -> BlastMark:
    """What a failure does to an item while it lasts, as the blast table says."""
    lost, slower, fewer = (_number(row[name]) for name in ("lost", "slower", "fewer"))
    if fewer is None:
        return BlastMark(tone="idle", word="unused", detail="no requests anyway")
    share = min(1.0, max(0.0, lost or 0.0))
    sign, word = ("\N{MINUS SIGN}", "goodput") if row["sort"] == "client" else ("+", "failures")
    told = f"{sign}{format_quantity(share, '%')} {word}"
    if share > tolerance:
        worst = share >= NOTHING
        kind = "lost" if row["sort"] == "client" else "fails"
        return BlastMark(
            tone="failing" if worst else "strained", word=kind, detail=told, share=share
        )
    if fewer > tolerance:
        detail = f"\N{MINUS SIGN}{format_quantity(min(1.0, fewer), '%')} requests"
        return BlastMark(tone="idle", word="starved", detail=detail)
    if slower is not None and slower >= _SLOWER:
        detail = f"p99 × {format_figure(slower)}"
        return BlastMark(tone="saturated", word="slower", detail=detail, share=share)
    return BlastMark(
        tone="healthy", word="unhurt", detail=told if share > 0.0005 else "", share=share
    )


def _struck(study: Chaos, experiment: Experiment) -> Iterator[str]:
    """What a fault hits itself: the target, what is inside it, or the links that are parted."""
    target = experiment.target
    yield target.id
    if experiment.fault == "cut":
        yield from links_cut(study.design, target)
    elif target.sort == "frame":
        yield from (node.id for node in members(study.design, target.id))


def _number(cell: Cell) -> float | None:
    """A cell as a number; None where nobody knows."""
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None
