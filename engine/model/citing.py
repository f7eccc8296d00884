"""Citations as edits, and whether a measured number still is what was cited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.model.design import Citation, Note
from engine.model.edits import UNSET, CompoundEdit, EditError, Insert, Placed, SetField
from engine.model.fingerprint import fingerprint
from engine.model.metrics import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from engine.model.design import Design
    from engine.model.edits import Edit


CITATION_HEIGHT: Final = 22.0
"""Room that a citation takes at the foot of a note (scene units)."""
_ABOVE: Final = 6.0
"""Between the text of a note and the first of its citations (scene units)."""
_TALLEST: Final = 1e7


def foot_of(citations: int) -> float:
    """Height of the foot of a note with so many citations (scene units)."""
    return citations * CITATION_HEIGHT + _ABOVE if citations else 0.0


def cited_of(design: Design, result: Mapping[str, Any], metric: str) -> Citation | None:
    """A citation of a number of a result; None where that was not measured.

    Args:
        design: what was run.
        result: the result object of the run.
        metric: path of the number, such as ``users.latency.p99``.
    """
    value = value_of(metric, result)
    if value is None:
        return None
    return Citation(run=str(result["hash"]), metric=metric, value=value, design=fingerprint(design))


def citing(design: Design, note_id: str, citation: Citation) -> Edit:
    """One citation more on a note, which grows by it. One of the same metric is replaced: cited anew."""
    note = _note(design, note_id)
    kept = [each for each in note.citations if each.metric != citation.metric]
    return _all(note, [*kept, citation], "Cite a metric")


def replaced(design: Design, note_id: str, place: int, citation: Citation) -> Edit:
    """Another citation in the place of one: cited anew, or with another tolerance."""
    note = _note(design, note_id)
    changed = [citation if i == place else each for i, each in enumerate(note.citations)]
    return _all(note, changed, "Change citation")


def uncited(design: Design, note_id: str, place: int) -> Edit:
    """No such citation."""
    note = _note(design, note_id)
    return _all(
        note, [each for i, each in enumerate(note.citations) if i != place], "Take citation"
    )


def new_note(note: Note) -> Edit:
    """A note with its citations."""
    return Insert((Placed(note),), "Cite a metric")


def citations_of(design: Design) -> Iterator[tuple[Note, int, Citation]]:
    """All citations: their note, their place on it, and what they cite."""
    for note in design.notes:
        for place, citation in enumerate(note.citations):
            yield note, place, citation


def judged(design: Design, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Whether the numbers that notes cite hold in a run of the design, one object each.

    ``measured`` is None where nothing was measured; ``same_design`` tells whether what was run is what was cited.
    """
    citations = list(citations_of(design))
    if not citations:
        return []
    present, found = fingerprint(design), []
    for note, place, cited in citations:
        measured = value_of(cited.metric, result)
        found.append(
            {
                "note": note.id,
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


def _note(design: Design, note_id: str) -> Note:
    """A note. Raises ``EditError``."""
    note = design.note_by_id.get(note_id)
    if note is None:
        msg = f"there is no note {note_id!r}"
        raise EditError(msg)
    return note


def _all(note: Note, citations: list[Citation], label: str) -> Edit:
    """These citations and no others; the room for the text stays what it was."""
    raw: list[JsonValue] = [each.model_dump(mode="json") for each in citations]
    cites = SetField(note.id, ("citations",), raw or UNSET, label)
    grown = foot_of(len(citations)) - foot_of(len(note.citations))
    if not grown:
        return cites
    height = min(max(note.height + grown, CITATION_HEIGHT), _TALLEST)
    return CompoundEdit((cites, SetField(note.id, ("height",), height)), label)
