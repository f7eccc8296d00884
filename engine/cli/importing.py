"""``windtunnel trace``: put recorded arrivals from a CSV file into a design."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cli.errors import OK, InputError
from engine.exchange.recording import RecordingError, load_recording, replay
from engine.model.files import FileError, load, save
from engine.model.names import did_you_mean, one_of

if TYPE_CHECKING:
    from pathlib import Path

    from engine.model.design import Design


def import_recording(recording: Path, file: Path, client: str | None, output: Path | None) -> int:
    """Make a client of the design in a file replay a recording. Raises ``InputError``."""
    try:
        design = load(file)
        read = load_recording(recording)
        edit = replay(design, _client(design, file, client), read)
        target = output or file
        save(edit.apply(design).design, target)
    except (FileError, RecordingError) as error:
        raise InputError(str(error)) from error
    print(f"{target.name}: {edit.id} replays {read.about}")
    return OK


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
