"""``windtunnel trace``: have a client of a design send recorded traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cli.errors import OK, InputError
from engine.cli.terminal import shown
from engine.exchange.recordings.formats import load_recording
from engine.exchange.recordings.instants import UNITS, unit_named
from engine.exchange.recordings.options import Options
from engine.exchange.recordings.recording import RecordingError
from engine.exchange.recordings.replay import replay
from engine.model.files import SUFFIX, FileError, load, save
from engine.model.names import did_you_mean, one_of

if TYPE_CHECKING:
    from pathlib import Path

    from engine.model.design import Design


def import_recording(
    recording: Path, file: Path, client: str | None, output: Path | None, options: Options
) -> int:
    """Make a client of the design in a file replay a recording. Raises ``InputError``."""
    if recording.suffix == SUFFIX != file.suffix:
        msg = f"{recording.name}: is a design; name the recording first: windtunnel trace {file.name} {recording.name}"
        raise InputError(msg)
    try:
        design = load(file)
        name = _client(design, file, client)
        made = replay(design, name, load_recording(recording, options))
        target = output or file
        save(made.edit.apply(design).design, target)
    except (FileError, RecordingError) as error:
        raise InputError(str(error)) from error
    print(shown(f"{target.name}: {name} replays {made.about}"))
    return OK


def options_of(unit: str | None, time_column: str | None) -> Options:
    """What was said about a recording. Raises ``InputError``."""
    found = unit_named(unit) if unit is not None else None
    if unit is not None and found is None:
        msg = f"--unit {unit}: is no unit of time; pass {one_of(each.name for each in UNITS)}"
        raise InputError(msg)
    return Options(unit=found, time_column=time_column)


def _client(design: Design, file: Path, wanted: str | None) -> str:
    """The client that is meant: the one that is named, or the only one. Raises ``InputError``."""
    clients = [node.id for node in design.nodes if node.kind == "client"]
    if wanted is None and len(clients) == 1:
        return clients[0]
    if wanted in clients:
        return wanted
    if not clients:
        msg = f"{file.name}: has no client; add one"
    elif wanted is None:
        msg = f"{file.name}: has several clients; pass --client with {one_of(clients)}"
    else:
        hint = did_you_mean(wanted, clients)
        remedy = f"did you mean {hint!r}?" if hint else f"pass {one_of(clients)}"
        msg = f"--client {wanted}: is no client of {file.name}; {remedy}"
    raise InputError(msg)
