"""Run shipped designs as a person would: turn the dial, break something, change a field, and look."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.model import files
from engine.model.edits import SetDesign
from engine.run.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import JsonValue

    from engine.model.design import Design
    from engine.model.edits import Edit
    from engine.sim.snapshot import NodeSample, Sample

    Doing = tuple[float, Callable[[Session], None]]

SHELF = Path(__file__).resolve().parents[2] / "saved_designs"
FILES = sorted(SHELF.glob("*.windtunnel"))


@cache
def shipped(name: str) -> Design:
    """A design of the shelf, which nobody changes: edits make others of it."""
    return files.load(SHELF / f"{name}.windtunnel")


def words(design: Design) -> str:
    """Everything that a design tells its reader, on one line, with ordinary spaces."""
    told = " ".join([design.description, *(note.text for note in design.notes)])
    return " ".join(told.replace("\N{NO-BREAK SPACE}", " ").split())


def says(design: Design, *phrases: str) -> None:
    """The text makes these claims, so that a number is never changed in one place only."""
    told = words(design)
    assert [phrase for phrase in phrases if phrase not in told] == []


def changed(design: Design, *edits: Edit) -> Design:
    """The design after what a note proposes."""
    for edit in edits:
        design = edit.apply(design).design
    return design


def measured(design: Design, *, duration: float | None = None, load: float = 1.0) -> dict[str, Any]:
    """The result at the design's own seed, warm-up and (unless given) duration (s)."""
    if duration is not None:
        design = changed(design, SetDesign(("scenario", "duration"), duration))
    session = Session(design)
    session.set_load(load)
    session.advance(design.scenario.duration)
    return session.result()


def watched(design: Design, until: float, *doings: Doing) -> list[Sample]:
    """What happened in each second up to `until` (s), while things are done at given times."""
    session = Session(design)
    session.snapshot()
    for at, do in doings:
        session.advance(at)
        do(session)
    session.advance(until)
    return list(session.snapshot().samples)


def load(factor: float) -> Callable[[Session], None]:
    """Turn the load dial."""
    return lambda session: session.set_load(factor)


def broken(target: str, change: str, **more: JsonValue) -> Callable[[Session], None]:
    """Break something now, as the menu does."""

    def act(session: Session) -> None:
        event: dict[str, JsonValue] = {"at": session.now, "target": target, "change": change}
        event |= {"duration": None} | more
        session.apply(SetDesign(("scenario", "events"), [event]))

    return act


def within(samples: Iterable[Sample], start: float, end: float) -> list[Sample]:
    """The intervals that lie between two times (s)."""
    return [each for each in samples if each.start >= start - 1e-9 and each.end <= end + 1e-9]


def mean(
    samples: Iterable[Sample], start: float, end: float, of: Callable[[Sample], float]
) -> float:
    """Mean of a number over the intervals between two times (s)."""
    chosen = within(samples, start, end)
    return sum(of(each) for each in chosen) / len(chosen)


def goodput(name: str) -> Callable[[Sample], float]:
    """Requests of a client that were answered, a second."""
    return lambda sample: sample.nodes[name].completed / (sample.end - sample.start)


def failures(name: str, *reasons: str) -> Callable[[Sample], float]:
    """Requests that failed at a node, a second, of all reasons or of some."""

    def of(sample: Sample) -> float:
        failed = sample.nodes[name].failed
        counted = [failed.get(reason, 0) for reason in reasons] if reasons else failed.values()
        return sum(counted) / (sample.end - sample.start)

    return of


def node(name: str, of: Callable[[NodeSample], float]) -> Callable[[Sample], float]:
    """A number of a node."""
    return lambda sample: of(sample.nodes[name])


def first_time(samples: Iterable[Sample], after: float, holds: Callable[[Sample], bool]) -> float:
    """End of the first interval after a time from which something holds for five seconds."""
    begun = 0.0
    streak = 0
    for sample in within(samples, after, float("inf")):
        streak = streak + 1 if holds(sample) else 0
        begun = sample.end if streak == 1 else begun
        if streak == 5:
            return begun
    return float("inf")
