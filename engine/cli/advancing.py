"""Run a design to its end, and show how far it is where somebody watches."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from engine.cli.console import PlainConsole
from engine.cli.errors import OK, STOPPED, InputError
from engine.cli.terminal import shown
from engine.model.units import format_quantity
from engine.run.session import DesignError, MemoryLimitError, Session, StandstillError

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.design import Design
    from engine.run.memory import Stop

_SLICES: Final = 200
"""Steps of the progress bar."""


def measured(
    name: str, design: Design, load: float, memory: float, *, quiet: bool
) -> dict[str, Any]:
    """The result of a run under a load. Raises ``InputError``.

    Args:
        name: of the file that the design comes from.
        design: what is run.
        load: factor on all traffic.
        memory: what the run may take (bytes).
        quiet: whether nobody watches.
    """
    try:
        session = Session(design, memory)
        session.set_load(load)
    except DesignError as error:
        msg = f"{name}: {error}"
        raise InputError(msg) from error
    carry_out(name, session, quiet=quiet)
    return session.result()


def carry_out(
    name: str,
    session: Session,
    *,
    quiet: bool,
    after: Callable[[], object] | None = None,
    run: Callable[[], object] | None = None,
) -> int:
    """Run to the end of the scenario, or to the limit of memory: a line says so then, and what was measured counts.

    Args:
        name: of the file that the design comes from.
        session: at its start, or stopped already.
        quiet: whether nobody watches.
        after: called every now and then on the way, and at the end.
        run: what runs it, where somebody watches it otherwise than by a progress bar.

    Returns:
        ``OK``, or ``STOPPED`` at the limit.

    Raises:
        InputError: requests go round without time passing.
    """
    try:
        if session.stopped is None:
            (run or partial(advance, session, quiet=quiet, after=after))()
    except StandstillError as error:
        msg = f"{name}: {error}"
        raise InputError(msg) from error
    except MemoryLimitError:
        pass
    return OK if session.stopped is None else tell_stop(name, session.stopped)


def tell_stop(name: str, stop: Stop) -> int:
    """Say in a line why a run was stopped before its end; returns the exit code."""
    print(f"windtunnel: {shown(name)}: {shown(stop.text)}", file=sys.stderr)
    return STOPPED


def advance(session: Session, *, quiet: bool, after: Callable[[], object] | None = None) -> None:
    """Run to the end of the scenario, with a progress bar where somebody watches.

    Args:
        session: at its start.
        quiet: whether nobody watches.
        after: called every now and then on the way, and at the end.
    """
    end = session.design.scenario.duration
    console = PlainConsole(stderr=True)
    if not quiet and console.is_terminal:
        _advance_visibly(session, console, after)
        return
    for step in range(1 if after is not None else _SLICES, _SLICES + 1):
        session.advance(end * step / _SLICES if step < _SLICES else end)
        if after is not None:
            after()


def _advance_visibly(
    session: Session, console: PlainConsole, after: Callable[[], object] | None
) -> None:
    """Run to the end of the scenario under a progress bar."""
    # Loaded where somebody watches: a run into a file or a pipe starts without.
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    end = session.design.scenario.duration
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
