"""``windtunnel simulate``: run a design, show progress, print what was measured."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Final

from engine.catalog.checks.fields import field_warnings
from engine.catalog.checks.scenario import metric_problem
from engine.catalog.reading import read
from engine.cli.advancing import carry_out
from engine.cli.console import PlainConsole, output
from engine.cli.errors import MISSED, OK, InputError
from engine.cli.json_out import check_out, write_json
from engine.cli.lazily import lazily
from engine.cli.preparing import memory_of, prepared, seconds
from engine.cli.tables import result_tables
from engine.cli.terminal import shown
from engine.model.units import format_quantity
from engine.run.journal import SUFFIX
from engine.run.session import DesignError, Session
from engine.sim.series import MOST

if TYPE_CHECKING:
    from engine.cli import live, replaying
    from engine.cli.preparing import Wanted
    from engine.model.design import Design
else:
    live = lazily("engine.cli.live")
    replaying = lazily("engine.cli.replaying")

_TOLD: Final = 3
"""Fields that nothing reads of which each has a line."""


def simulate(wanted: Wanted) -> int:
    """Run it. Raises ``InputError``."""
    check_out(wanted.json_out)
    session = _begun(wanted)
    if not wanted.quiet:
        _tell_unread(wanted.file.name, session.design)
    run = partial(live.watch, session, PlainConsole()) if wanted.live else None
    code = carry_out(wanted.file.name, session, quiet=wanted.quiet, run=run)
    result = session.result()
    if wanted.json_out is not None:
        write_json(result, wanted.json_out)
    if not wanted.quiet and wanted.json_out != "-":
        console = output()
        for table in result_tables(result, session.design, console.width):
            console.print(table)
    if code != OK:
        return code
    return OK if all(each["met"] for each in result["objectives"]) else MISSED


def _tell_unread(name: str, design: Design) -> None:
    """Say on the side which fields of a design nothing reads: their numbers are not in what is measured."""
    found = [each.message for each in field_warnings(read(design))]
    for message in found[:_TOLD]:
        print(f"windtunnel: {shown(name)}: {shown(message)}", file=sys.stderr)
    if len(found) > _TOLD:
        left = (
            f"and {len(found) - _TOLD} more fields that nothing reads; windtunnel check lists them"
        )
        print(f"windtunnel: {shown(name)}: {left}", file=sys.stderr)


def _begun(wanted: Wanted) -> Session:
    """A session at its start, or after the last of what was recorded. Raises ``InputError``."""
    memory = memory_of(wanted.memory)
    if wanted.journal is not None or wanted.file.suffix == SUFFIX:
        _check_alone(wanted)
        file = wanted.file if wanted.journal is not None else None
        recording = wanted.journal or wanted.file
        return replaying.replayed(
            recording, file, memory, lambda session: _measure(session, wanted)
        )
    try:
        session = Session(prepared(wanted), memory)
    except DesignError as error:
        msg = f"{wanted.file.name}: {error}"
        raise InputError(msg) from error
    _measure(session, wanted)
    return session


def _measure(session: Session, wanted: Wanted) -> None:
    """Measure what else was asked for, from the beginning of a run on. Raises ``InputError``."""
    for metric in wanted.metrics:
        problem = metric_problem(session.design, metric)
        if problem is not None:
            what = problem.replace("The objective's ", "")
            msg = f"--metric: {what}"
            raise InputError(msg)
    step, end = None, session.design.scenario.duration
    if wanted.series is not None:
        step = seconds("--series", wanted.series)
        if not step > 0.0 or end / step > MOST:
            msg = f"--series: {wanted.series} is no step of a run of {format_quantity(end, 's')}; at most {MOST} steps make a run"
            raise InputError(msg)
    times = [seconds("--at", each) for each in wanted.instants]
    for text, time in zip(wanted.instants, times, strict=True):
        if not 0.0 <= time <= end:
            msg = f"--at: {text} is no time of a run of {format_quantity(end, 's')}"
            raise InputError(msg)
    session.measure(wanted.metrics, step, instants=times)


def _check_alone(wanted: Wanted) -> None:
    """Refuse to change a recorded run, which would then be another. Raises ``InputError``."""
    options = {
        "--duration": wanted.duration,
        "--warmup": wanted.warmup,
        "--seed": wanted.seed,
        "--set": wanted.settings or None,
    }
    for option, value in options.items():
        if value is not None:
            msg = f"{option}: a recorded run has its own; leave out {option}, or the recording"
            raise InputError(msg)
