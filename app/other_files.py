"""Files that are no designs: what to say of them, and what can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from app.banner import Choice, Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.recognition import OtherFile
    from engine.model.design import Design

_MOST_CLIENTS: Final = 4


def message_of(
    found: OtherFile,
    design: Design,
    replay: Callable[[Path, str], object],
    begin: Callable[[Path], object],
) -> Message:
    """The message, with what can be done as buttons."""
    choices: tuple[Choice, ...] = ()
    if found.deed == "begin":
        choices = (Choice("Open its design", lambda: begin(found.path)),)
    if found.deed == "replay":
        clients = [node for node in design.nodes if node.kind == "client"][:_MOST_CLIENTS]
        choices = tuple(
            Choice(
                f"Replay as {node.name or node.id}",
                lambda client=node.id: replay(found.path, client),  # type: ignore[misc]
            )
            for node in clients
        )
    level: Literal["info", "error"] = "info" if choices else "error"
    return Message("message", found.text, level, choices)
