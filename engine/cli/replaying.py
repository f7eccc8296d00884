"""``windtunnel simulate FILE --journal RUN``: do again what was done in the window, and measure it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog import DesignError, lower
from engine.cli.errors import InputError
from engine.model.design import Design, Link, Node
from engine.model.edits import SetDesign
from engine.model.files import FileError, load
from engine.run import journal_file
from engine.run.journal import JournalError
from engine.run.session import Session, StandstillError

if TYPE_CHECKING:
    from pathlib import Path

    from engine.run.journal import Journal


def replayed(file: Path, recording: Path) -> Session:
    """The recorded run of a design, up to its last command before its result. Raises ``InputError``."""
    journal = _matching(file, recording)
    try:
        session = Session(journal.design)
        for entry in journal.entries:
            if session.is_over:
                break
            session.repeat(entry)
    except (DesignError, JournalError, StandstillError) as error:
        msg = f"{recording.name}: {error}"
        raise InputError(msg) from error
    return session


def _matching(file: Path, recording: Path) -> Journal:
    """The journal, if it is one of the design in the file. Raises ``InputError``."""
    try:
        design, journal = load(file), journal_file.load(recording)
    except (FileError, JournalError) as error:
        raise InputError(str(error)) from error
    seed = journal.design.scenario.seed
    design = SetDesign(("scenario", "seed"), seed).apply(design).design
    try:
        same = lower(design) == lower(journal.design)
    except DesignError as error:
        msg = f"{file.name} or the design in {recording.name}: {error}"
        raise InputError(msg) from error
    if not same or design.objectives != journal.design.objectives:
        msg = (
            f"{recording.name}: was recorded with another design than {file.name}: "
            f"{_difference(design, journal.design)}; give the design with which that run began"
        )
        raise InputError(msg)
    return journal


def _difference(design: Design, recorded: Design) -> str:
    """Where two designs differ first, in words."""
    ours, theirs = _meaning(design), _meaning(recorded)
    for name in (*ours, *theirs):
        if ours.get(name) != theirs.get(name):
            return f"{name} differs"
    return "what they mean differs"


def _meaning(design: Design) -> dict[str, object]:
    """What decides the results, by the name by which people know it."""
    items: tuple[Node | Link, ...] = (*design.nodes, *design.links)
    settings = ("title", "classes", "scenario", "objectives")
    return {
        item.id: item.model_dump(include={"kind", "source", "target", "config"}) for item in items
    } | {f"its {name}": getattr(design, name) for name in settings}
