"""Run a design to its end, and show how far it is where somebody watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from engine.cli.console import PlainConsole
from engine.cli.errors import InputError
from engine.model.units import format_quantity
from engine.run.session import DesignError, MemoryLimitError, Session, StandstillError

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.design import Design

_SLICES: Final = 200
"""Steps of the progress bar."""


def measured(name: str, design: Design, load: float, *, quiet: bool) -> dict[str, Any]:
    """The result of a run under a load. Raises ``InputError``.

    Args:
        name: of the file that the design comes from.
        design: what is run.
        load: factor on all traffic.
        quiet: whether nobody watches.
    """
    try:
        session = Session(design)
        session.set_load(load)
        advance(session, quiet=quiet)
    except (DesignError, MemoryLimitError, StandstillError) as error:
        msg = f"{name}: {error}"
        raise InputError(msg) from error
    return session.result()


def advance(session: Session, *, quiet: bool, after: Callable[[], object] | None = None) -> None:
    """Run to the end of the scenario, with a progress bar where somebody watches.

    Args:
        session: at its start.
        quiet: whether nobody watches.
        after: called every now and then on the way, and at the end.
    """
    end = session.design.scenario.duration
    console = PlainConsole(stderr=True)
    if quiet or not console.is_terminal:
        for step in range(1 if after is not None else _SLICES, _SLICES + 1):
            session.advance(end * step / _SLICES if step < _SLICES else end)
            if after is not None:
                after()
        return
    columns = (
        TextColumn("{task.fields[clock]}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TextColumn("{task.fields[requests]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("run", total=_SLICES, clock="", requests="")
        for step in range(1, _SLICES + 1):
            session.advance(end * step / _SLICES if step < _SLICES else end)
            if after is not None:
                after()
            progress.update(
                task,
                completed=step,
                clock=f"{session.now:.0f} of {end:.0f} s",
                requests=f"{format_quantity(session.requests, '')} requests",
            )
