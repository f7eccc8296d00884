"""The journal of a run: with it, whatever was done while it ran can be done again, to the last bit.

A run is decided by the design it began with, its seed in it, and the commands that changed it on the
way: edits (*Break it* is one) and the load dial. Pauses, speeds, steps and looks decide nothing, so
they are not in it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from engine.records import dataclass
from engine.run.protocol import ApplyEdit, SetLoad

if TYPE_CHECKING:
    from engine.model.design import Design

SUFFIX: Final = ".windtunnel-run"
"""How the names of files with a journal end."""
ROOM: Final = 4_000_000
"""Bytes of JSON that the commands of one journal may take: some fifty thousand turns of the dial, which
take two or three seconds to write down."""


class JournalError(Exception):
    """A journal that cannot be kept, written, read or repeated. The message is one clear line."""


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A place in a run, exactly.

    The time is not enough: stepping by requests stands still in the middle of an instant, where other
    things are due at the same time. What the request lane fired since the start tells how far it came;
    what SimPy does at an instant is done before any of that.
    """

    time: float = 0.0
    """Simulated time (s)."""
    fired: int = 0
    """Entries of the request lane's agenda fired since the start."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A command that changed a run, and where."""

    at: Moment
    command: ApplyEdit | SetLoad


@dataclass(frozen=True, slots=True)
class Journal:
    """A run up to a moment."""

    design: Design
    """What it began with."""
    entries: tuple[Entry, ...] = ()
    """In the order in which they were given."""
    end: Moment = Moment()
    """How far the run had come."""


class Recorder:
    """Keeps the journal of one run while it goes. It never grows without end."""

    def __init__(self, design: Design, room: int = ROOM) -> None:
        self._design = design
        self._entries: list[Entry] = []
        self._room = room
        self._problem = ""

    def note(self, entry: Entry) -> None:
        """Keep a command that took effect."""
        if self._problem:
            return
        try:
            self._room -= len(json.dumps(entry_to_json(entry), allow_nan=False))
        except (TypeError, ValueError) as error:
            self._give_up(f"it was changed by what no file can hold ({error})")
            return
        self._entries.append(entry)
        if self._room < 0:
            self._give_up("more was changed in it than a journal holds")

    def journal(self, end: Moment, pending: tuple[Entry, ...] = ()) -> Journal:
        """The journal up to now, with what was asked for but takes effect later. Raises ``JournalError``."""
        if self._problem:
            msg = f"this run cannot be recorded: {self._problem}; start over and change less"
            raise JournalError(msg)
        return Journal(self._design, (*self._entries, *pending), end)

    def _give_up(self, problem: str) -> None:
        """Forget everything: half a journal would tell of another run."""
        self._problem = problem
        self._entries.clear()


def moment_to_json(moment: Moment) -> dict[str, Any]:
    """A moment as an object."""
    return {"at": moment.time, "fired": moment.fired}


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """An entry as an object."""
    at = moment_to_json(entry.at)
    match entry.command:
        case SetLoad(factor):
            return at | {"load": factor}
        case ApplyEdit(edit):
            # Loaded with the first edit that is written down: most runs see none.
            from engine.model.edit_json import edit_to_json  # noqa: PLC0415

            return at | {"edit": edit_to_json(edit)}
