"""Where the processes behind the window begin: a module that loads no Qt, which would be a quarter of their start."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# What serves is loaded below, not above: the window names these functions and must not load it for that.


def think(connection: Connection) -> None:
    """Think about a design."""
    from engine.run.analyst import serve  # noqa: PLC0415

    serve(connection)


def do_errand(connection: Connection) -> None:
    """Do an errand."""
    from engine.run.errand import serve  # noqa: PLC0415

    serve(connection)
