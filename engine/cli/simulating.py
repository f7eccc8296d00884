"""``windtunnel simulate``: run a design, show progress, print what was measured."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from engine.catalog.checks.scenario import metric_problem
from engine.catalog.overrides import OverrideError, override
from engine.cli.console import PlainConsole, output
from engine.cli.errors import MISSED, OK, STOPPED, InputError
from engine.cli.json_out import write_json
from engine.cli.live import watch
from engine.cli.replaying import replayed
from engine.cli.tables import result_tables
from engine.cli.terminal import shown
from engine.model.edits import EditError, SetDesign
from engine.model.files import FileError, load
from engine.model.units import format_quantity, parse_quantity
from engine.records import dataclass
from engine.run.journal_file import SUFFIX
from engine.run.memory import LEAST_MEMORY, MOST_MEMORY
from engine.run.protocol import DEFAULT_MEMORY
from engine.run.session import DesignError, MemoryLimitError, Session, StandstillError
from engine.sim.series import MOST

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.model.design import Design

_SLICES: Final = 200
"""Steps of the progress bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user asked for."""

    file: Path
    duration: str | None = None
    warmup: str | None = None
    seed: str | None = None
    settings: tuple[str, ...] = ()
    json_out: str | None = None
    series: str | None = None
    metrics: tuple[str, ...] = ()
    quiet: bool = False
    live: bool = False
    journal: Path | None = None
    memory: str | None = None


def simulate(wanted: Wanted) -> int:
    """Run it. Raises ``InputError``."""
    session = _begun(wanted)
    _measure(session, wanted)
    try:
        if wanted.live:
            watch(session, PlainConsole())
        else:
            advance(session, quiet=wanted.quiet)
    except StandstillError as error:
        msg = f"{wanted.file.name}: {error}"
        raise InputError(msg) from error
    except MemoryLimitError as error:
        print(f"windtunnel: {shown(wanted.file.name)}: {shown(str(error))}", file=sys.stderr)
    result = session.result()
    if wanted.json_out is not None:
        write_json(result, wanted.json_out)
    if not wanted.quiet and wanted.json_out != "-":
        console = output()
        for table in result_tables(result, session.design, console.width):
            console.print(table)
    if "stopped" in result:
        return STOPPED
    return OK if all(each["met"] for each in result["objectives"]) else MISSED


def _begun(wanted: Wanted) -> Session:
    """A session at its start, or after the last of what was recorded. Raises ``InputError``."""
    if wanted.journal is not None or wanted.file.suffix == SUFFIX:
        _check_alone(wanted)
        file = wanted.file if wanted.journal is not None else None
        return replayed(wanted.journal or wanted.file, file, memory_of(wanted.memory))
    try:
        return Session(prepared(wanted), memory_of(wanted.memory))
    except DesignError as error:
        msg = f"{wanted.file.name}: {error}"
        raise InputError(msg) from error


def _measure(session: Session, wanted: Wanted) -> None:
    """Measure what else was asked for. Raises ``InputError``."""
    if session.now > 0.0 and (wanted.metrics or wanted.series is not None):
        option = "--metric" if wanted.metrics else "--series"
        msg = f"{option}: a recorded run has gone on when it is replayed; simulate its design"
        raise InputError(msg)
    for metric in wanted.metrics:
        problem = metric_problem(session.design, metric)
        if problem is not None:
            what = problem.replace("The objective's ", "")
            msg = f"--metric: {what}"
            raise InputError(msg)
    session.measure(wanted.metrics)
    if wanted.series is None:
        return
    step, end = _seconds("--series", wanted.series), session.design.scenario.duration
    if not step > 0.0 or end / step > MOST:
        msg = f"--series: {wanted.series} is no step of a run of {end:g} s; at most {MOST} steps make a run"
        raise InputError(msg)
    session.measure(wanted.metrics, step)


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


def prepared(wanted: Wanted) -> Design:
    """The design in the file, with everything that the options change. Raises ``InputError``."""
    try:
        design = load(wanted.file)
    except FileError as error:
        raise InputError(str(error)) from error
    scenario = design.scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if wanted.duration is not None:
        scenario["duration"] = _seconds("--duration", wanted.duration)
    if wanted.warmup is not None:
        scenario["warmup"] = _seconds("--warmup", wanted.warmup)
    if wanted.seed is not None:
        scenario["seed"] = _seed(wanted.seed)
    try:
        design = SetDesign(("scenario",), scenario).apply(design).design
    except EditError as error:
        msg = f"{wanted.file.name}: {error}; pass --duration and --warmup that fit"
        raise InputError(msg) from error
    return with_settings(design, wanted.settings)


def with_settings(design: Design, settings: Iterable[str]) -> Design:
    """The design with fields changed by ``--set``. Raises ``InputError``."""
    try:
        for setting in settings:
            design = override(design, setting)
    except OverrideError as error:
        msg = f"--set {error}"
        raise InputError(msg) from error
    return design


def _seconds(option: str, text: str) -> float:
    """A duration that was typed."""
    try:
        return parse_quantity(text, "s")
    except ValueError as error:
        msg = f"{option}: {error}"
        raise InputError(msg) from error


def memory_of(text: str | None) -> float:
    """The limit of memory that was typed (bytes), or the usual one. Raises ``InputError``."""
    if text is None:
        return DEFAULT_MEMORY
    try:
        limit = parse_quantity(text, "B")
    except ValueError as error:
        msg = f"--memory: {error}"
        raise InputError(msg) from error
    if not LEAST_MEMORY <= limit <= MOST_MEMORY:
        msg = (
            f"--memory: {text} is out of range; write a size from 10MB to 1PB, such as 500MB or 4GB"
        )
        raise InputError(msg)
    return limit


def _seed(text: str) -> int:
    """A seed that was typed."""
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        msg = f"--seed: {text!r} is no seed; write a whole number from 0 to {2**63 - 1}"
        raise InputError(msg)
    return int(text)


def advance(session: Session, *, quiet: bool) -> None:
    """Run to the end of the scenario, with a progress bar where somebody watches."""
    end = session.design.scenario.duration
    console = PlainConsole(stderr=True)
    if quiet or not console.is_terminal:
        session.advance(end)
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
            progress.update(
                task,
                completed=step,
                clock=f"{session.now:.0f} of {end:.0f} s",
                requests=f"{format_quantity(session.requests, '')} requests",
            )
