"""Recorded runs on the command line: do again what was done in the window, and measure it.

``windtunnel simulate FILE --journal RUN`` also makes sure that the run is one of that design; the
recording holds the design with which it began, so ``windtunnel simulate RUN`` needs nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog import DesignError, lower
from engine.cli.errors import InputError
from engine.model.edits import SetDesign
from engine.model.files import FileError, load
from engine.run import journal_file
from engine.run.journal import JournalError
from engine.run.session import MemoryLimitError, Session, StandstillError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.model.design import Design, Link, Node
    from engine.run.journal import Journal


def replayed(
    recording: Path, file: Path | None, memory: float, begin: Callable[[Session], None]
) -> Session:
    """A recorded run up to its last command before its result, or to its limit of memory. Raises ``InputError``.

    Args:
        recording: the journal's file.
        file: a design that the run must have begun with, if that is to be checked.
        memory: what the run may take (bytes).
        begin: given the run before anything has happened in it.
    """
    journal = _read(recording)
    if file is not None:
        _check_design(journal, recording, file)
    try:
        session = Session(journal.design, memory)
        begin(session)
        _repeat(session, journal)
    except (DesignError, JournalError, StandstillError) as error:
        msg = f"{recording.name}: {error}"
        raise InputError(msg) from error
    return session


def _repeat(session: Session, journal: Journal) -> None:
    """Do again what was done, until the run is over or stopped by its limit of memory."""
    for entry in journal.entries:
        if session.is_over:
            return
        try:
            session.repeat(entry)
        except MemoryLimitError:
            return


def _read(recording: Path) -> Journal:
    """The journal in a file. Raises ``InputError``."""
    try:
        return journal_file.load(recording)
    except JournalError as error:
        raise InputError(str(error)) from error


def _check_design(journal: Journal, recording: Path, file: Path) -> None:
    """Refuse a journal of another design than that in a file; the seed is the journal's."""
    seed, recorded = journal.design.scenario.seed, journal.design
    try:
        design = SetDesign(("scenario", "seed"), seed).apply(load(file)).design
        plan = lower(design)
    except FileError as error:
        raise InputError(str(error)) from error
    except DesignError as error:
        msg = f"{file.name}: {error}"
        raise InputError(msg) from error
    if plan != lower(recorded) or design.objectives != recorded.objectives:
        msg = (
            f"{recording.name}: began with another design than {file.name}: "
            f"{_difference(design, recorded)}; give that design, or replay the run alone: "
            f"windtunnel simulate {recording.name}"
        )
        raise InputError(msg)


def _difference(design: Design, recorded: Design) -> str:
    """Where two designs differ first, in words."""
    ours, theirs = _meaning(design), _meaning(recorded)
    for name in (*ours, *theirs):
        if ours.get(name) != theirs.get(name):
            return f"see {name}"
    return "see their settings"


def _meaning(design: Design) -> dict[str, object]:
    """What decides the results, by the name by which people know it."""
    items: tuple[Node | Link, ...] = (*design.nodes, *design.links)
    settings = ("title", "classes", "scenario", "objectives")
    return {
        item.id: item.model_dump(include={"kind", "source", "target", "config"}) for item in items
    } | {f"the {name}": getattr(design, name) for name in settings}
