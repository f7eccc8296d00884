"""Where the processes behind studies begin: a module that loads no Qt, see `app.served`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def drive(connection: Connection) -> None:
    """Drive a study."""
    from app.studies.driving import serve  # noqa: PLC0415

    serve(connection)


def plan(connection: Connection) -> None:
    """Plan studies."""
    from app.studies.planned import serve  # noqa: PLC0415

    serve(connection)
