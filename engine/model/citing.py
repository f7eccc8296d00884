"""Citations as edits, and whether a measured number still is what was cited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from engine.model import commenting
from engine.model.design import Citation, Note
from engine.model.edits import UNSET, CompoundEdit, EditError, Insert, Placed, SetField
from engine.model.fingerprint import fingerprint
from engine.model.metrics import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from engine.model.design import Design
    from engine.model.edits import Edit


Holder: TypeAlias = str | int
"""Who cites: the id of a note, or the place of a comment in the design's list."""
CITATION_HEIGHT: Final = 22.0
"""Room that a citation takes at the foot of a note (scene units)."""
_ABOVE: Final = 6.0
"""Between the text of a note and the first of its citations (scene units)."""
_TALLEST: Final = 1e7


def foot_of(citations: int) -> float:
    """Height of the foot of a note with so many citations (scene units)."""
    return citations * CITATION_HEIGHT + _ABOVE if citations else 0.0


def cited_of(
    design: Design, result: Mapping[str, Any], metric: str, present: str = ""
) -> Citation | None:
    """A citation of a number of a result; None where that was not measured.

    Args:
        design: what was run.
        result: the result object of the run.
        metric: path of the number, such as ``users.latency.p99``.
        present: fingerprint of the design, where it is known.
    """
    value = value_of(metric, result)
    if value is None:
        return None
    present = present or fingerprint(design)
    return Citation(run=str(result["hash"]), metric=metric, value=value, design=present)


def cited_by(design: Design, holder: Holder) -> tuple[Citation, ...]:
    """What a note or a comment cites; nothing where it is gone."""
    if isinstance(holder, int):
        comments = design.comments
        return comments[holder].citations if 0 <= holder < len(comments) else ()
    note = design.note_by_id.get(holder)
    return note.citations if note is not None else ()


def citing(design: Design, holder: Holder, citation: Citation) -> Edit:
    """One citation more; a note grows by it. One of the same metric is replaced: cited anew. Raises ``EditError``."""
    kept = [each for each in cited_by(design, holder) if each.metric != citation.metric]
    return _all(design, holder, (*kept, citation), "Cite a metric")


def replaced(design: Design, holder: Holder, place: int, citation: Citation) -> Edit:
    """Another citation in the place of one: cited anew, or with another tolerance. Raises ``EditError``."""
    cited = cited_by(design, holder)
    changed = tuple(citation if i == place else each for i, each in enumerate(cited))
    return _all(design, holder, changed, "Change citation")


def uncited(design: Design, holder: Holder, place: int) -> Edit:
    """No such citation. Raises ``EditError``."""
    kept = (each for i, each in enumerate(cited_by(design, holder)) if i != place)
    return _all(design, holder, tuple(kept), "Take citation")


def new_note(note: Note) -> Edit:
    """A note with its citations."""
    return Insert((Placed(note),), "Cite a metric")


def citations_of(design: Design) -> Iterator[tuple[Holder, int, Citation]]:
    """All citations: who cites, its place there, and what is cited; notes first."""
    holders: list[Holder] = [*design.note_by_id, *range(len(design.comments))]
    for holder in holders:
        for place, citation in enumerate(cited_by(design, holder)):
            yield holder, place, citation


def judged(design: Design, result: Mapping[str, Any], present: str = "") -> list[dict[str, Any]]:
    """Whether the numbers that notes and comments cite hold in a run of the design, one object each.

    It has ``note``, the id, or ``comment``, its place in the design's list, from 0. ``measured`` is None where nothing was measured; ``same_design`` tells whether what was run is what was cited. ``present`` is the fingerprint of the design, where it is known.
    """
    citations = list(citations_of(design))
    if not citations:
        return []
    present, found = present or fingerprint(design), []
    for holder, place, cited in citations:
        measured = value_of(cited.metric, result)
        found.append(
            {
                **({"comment": holder} if isinstance(holder, int) else {"note": holder}),
                "place": place,
                "metric": cited.metric,
                "run": cited.run,
                "cited": cited.value,
                "measured": measured,
                "tolerance": cited.tolerance,
                "holds": measured is not None and cited.holds(measured),
                "same_design": cited.design in ("", present),
            }
        )
    return found


def holder_of(verdict: Mapping[str, Any]) -> Holder:
    """Who cites what was judged."""
    return verdict["note"] if "note" in verdict else int(verdict["comment"])


def _all(design: Design, holder: Holder, citations: tuple[Citation, ...], label: str) -> Edit:
    """These citations and no others; the room for the text of a note stays what it was."""
    if isinstance(holder, int):
        return commenting.citing(design, holder, citations, label)
    note = design.note_by_id.get(holder)
    if note is None:
        msg = f"there is no note {holder!r}"
        raise EditError(msg)
    raw: list[JsonValue] = [each.model_dump(mode="json") for each in citations]
    cites = SetField(note.id, ("citations",), raw or UNSET, label)
    grown = foot_of(len(citations)) - foot_of(len(note.citations))
    if not grown:
        return cites
    height = min(max(note.height + grown, CITATION_HEIGHT), _TALLEST)
    return CompoundEdit((cites, SetField(note.id, ("height",), height)), label)
