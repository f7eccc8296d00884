"""What citations of runs say to people, and what is to be said where they no longer hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.catalog.checks.scenario import metric_problem
from engine.catalog.measures import title_of, unit_of
from engine.model.citing import (
    Holder,
    citations_of,
    cited_by,
    cited_of,
    holder_of,
    judged,
    replaced,
)
from engine.model.findings import Finding
from engine.model.fingerprint import fingerprint
from engine.model.units import format_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.model.design import Citation, Design

SHORT: Final = 8
"""Digits of a run's hash that are shown."""
Standing = Literal["cited", "holds", "fails", "other"]
"""Of a citation: nothing is known yet, it holds in a run, it does not, or it is of another design."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A citation for reading."""

    text: str
    """Metric, value and run: ``Web: p99 latency 48 ms · run 3f2a8c1e``."""
    standing: Standing
    word: str = ""
    """What became of it: ``holds``, ``now 95 ms``, ``of another design``."""


def value_text(design: Design, metric: str, value: float) -> str:
    """A number with its unit."""
    return format_quantity(value, unit_of(design, metric))


def said(design: Design, cited: Citation) -> str:
    """What is cited, in words: ``Web: p99 latency was 48 ms in run 3f2a8c1e``."""
    value = value_text(design, cited.metric, cited.value)
    return f"{title_of(design, cited.metric)} was {value} in run {cited.run[:SHORT]}"


def chips(
    design: Design, result: Mapping[str, Any] | None, present: str = ""
) -> dict[Holder, tuple[Chip, ...]]:
    """What stands on notes, by their ids, and on comments, by their places in the design's list.

    Args:
        design: which has the notes and comments.
        result: of the design, where it was run.
        present: fingerprint of the design, where it is known.
    """
    verdicts = judged(design, result, present) if result is not None else []
    by_place = {(holder_of(each), each["place"]): each for each in verdicts}
    found = dict[Holder, list[Chip]]()
    for holder, place, cited in citations_of(design):
        present = present or fingerprint(design)
        value = value_text(design, cited.metric, cited.value)
        text = f"{title_of(design, cited.metric)} {value} · run {cited.run[:SHORT]}"
        verdict = by_place.get((holder, place))
        standing: Standing = "cited"
        word = ""
        if verdict is not None:
            standing, word = (
                ("holds", "holds") if verdict["holds"] else ("fails", _now(design, verdict))
            )
        elif cited.design not in {"", present}:
            standing, word = "other", "of another design"
        found.setdefault(holder, []).append(Chip(text, standing, word))
    return {holder: tuple(some) for holder, some in found.items()}


def citation_findings(design: Design) -> Iterator[Finding]:
    """What can be said of citations before any run."""
    present = ""
    for holder, place, cited in citations_of(design):
        if _is_done_with(design, holder):
            continue
        problem = metric_problem(design, cited.metric)
        if problem is not None:
            who = "comment" if isinstance(holder, int) else "note"
            message = f"A {who} cites a number that no run of this design has. {problem}".replace(
                "The objective's ", ""
            )
            yield _finding(design, "warning", "citation-unknown", message, holder, place)
            continue
        present = present or fingerprint(design)
        if cited.design not in {"", present}:
            message = (
                f"Cited for another design: {said(design, cited)}, and what is run was changed since; "
                "measure it (M), then see whether the number still holds"
            )
            yield _finding(design, "risk", "citation-other-design", message, holder, place)


def broken_citations(
    design: Design, result: Mapping[str, Any], present: str = ""
) -> Iterator[Finding]:
    """Citations that a run of the design does not bear out; the fix cites the new number."""
    for each in judged(design, result, present):
        holder = holder_of(each)
        if each["holds"] or _is_done_with(design, holder):
            continue
        cited = cited_by(design, holder)[each["place"]]
        fresh = cited_of(design, result, cited.metric, present)
        fix = None
        if fresh is not None:
            kept = fresh.model_copy(update={"tolerance": cited.tolerance})
            fix = replaced(design, holder, each["place"], kept)
        message = (
            f"A cited number no longer holds: {said(design, cited)}, {_now(design, each)} in this run "
            f"(tolerance {format_quantity(cited.tolerance, '%')}); cite it anew, or see what changed"
        )
        finding = _finding(design, "warning", "citation-broken", message, holder, each["place"])
        yield replace(finding, fix=fix)


def _now(design: Design, verdict: Mapping[str, Any]) -> str:
    """What it is in the run."""
    if verdict["measured"] is None:
        return "not measured"
    return f"now {value_text(design, verdict['metric'], verdict['measured'])}"


def _is_done_with(design: Design, holder: Holder) -> bool:
    """Whether a comment is resolved: nobody asks any more whether its numbers hold."""
    return isinstance(holder, int) and design.comments[holder].resolved


def _finding(
    design: Design,
    level: Literal["warning", "risk"],
    code: str,
    message: str,
    holder: Holder,
    place: int,
) -> Finding:
    """A finding about a citation: at the note, or at what the comment is about."""
    if not isinstance(holder, int):
        return Finding(
            level=level, code=code, message=message, id=holder, field=f"citations.{place}"
        )
    about = design.comments[holder].about
    known = about is not None and design.item(about) is not None
    field = f"comments.{holder}.citations.{place}"
    return Finding(
        level=level, code=code, message=message, id=about if known else None, field=field
    )
