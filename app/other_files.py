"""Files that are no designs: what to say of them, and what can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from app.banner import Choice, Message
from engine.model.disk import read_whole
from engine.model.files import reason_of, shown_name
from engine.model.limits import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.recognition import OtherFile
    from engine.model.design import Design

_MOST_CLIENTS: Final = 4


def add_items(path: Path, *, paste: Callable[[str], object], fail: Callable[[str], object]) -> None:
    """Paste what a file of copied items or of a flowchart holds."""
    try:
        text = read_whole(path, MAX_BYTES)[0].decode("utf-8")
    except (OSError, ValueError) as error:
        fail(f"{shown_name(path)} was not read: {reason_of(error)}")
        return
    paste(text)


def message_of(
    found: OtherFile,
    design: Design,
    replay: Callable[[Path, str], object],
    begin: Callable[[Path], object],
    add: Callable[[Path], object],
) -> Message:
    """The message, with what can be done as buttons."""
    choices: tuple[Choice, ...] = ()
    text = found.text
    if found.deed == "begin":
        choices = (Choice("Open its design", lambda: begin(found.path)),)
    if found.deed == "paste":
        choices = (Choice("Add it to this design", lambda: add(found.path)),)
    if found.deed == "replay":
        clients = [node for node in design.nodes if node.kind == "client"][:_MOST_CLIENTS]
        choices = tuple(
            Choice(
                f"Replay as {node.name or node.id}",
                lambda client=node.id: replay(found.path, client),  # type: ignore[misc]
            )
            for node in clients
        )
        text += "" if clients else " Add a client first."
    level: Literal["info", "error"] = "info" if choices else "error"
    return Message("message", text, level, choices)
