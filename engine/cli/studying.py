"""Run a study from the command line: progress, tables, files, and how to go on after an interrupt."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from engine.cli.console import PlainConsole, output
from engine.cli.errors import MISSED, OK, InputError, Interrupted
from engine.cli.json_out import check_out, to_output, write_out
from engine.cli.study_tables import report_tables
from engine.cli.tables import result_tables
from engine.cli.terminal import shown
from engine.model.names import name_of
from engine.study import (
    Concluded,
    ExecutorError,
    PointDone,
    Stopped,
    Storage,
    StorageError,
    StudyError,
    StudyRun,
    UnfitError,
    make_executor,
    run_point,
)
from engine.study.export import ExportError, check_export, export, json_text, runs_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from engine.cli.study_options import Common
    from engine.model.design import Design
    from engine.study import Outcome, Report, Study

_LOOK: Final = 0.2
"""Wall seconds between looks at the executor."""


def study(common: Common, make: Callable[[], Study]) -> int:
    """Make a study, run it, and show what was found. Raises ``InputError``."""
    return _finish(_run(common, make), common)


def outcomes_of(common: Common, make: Callable[[], Study]) -> Mapping[str, Outcome]:
    """Make a study and run it; what became of its points, none of which are kept. Raises ``InputError``."""
    return _run(common, make, keeps=False).outcomes


def _run(common: Common, make: Callable[[], Study], *, keeps: bool = True) -> StudyRun:
    """Make a study and run it to its end. ``keeps``: whether the command has an ``--output``."""
    check_out(common.json_out)
    with _as_input_errors(common.file.name):
        for path in common.files:
            check_export(path)
        wanted = make()
        executor = make_executor(common.processes, common.cluster)
        run = StudyRun(wanted, executor, Storage(common.output) if common.output else None)
    kept = _kept(common) if keeps else "; none of them are kept"
    try:
        _drive(run, common, kept)
    except (KeyboardInterrupt, Interrupted):
        _say_how_to_go_on(run, common, kept)
        raise
    finally:
        run.cancel()
    return run


@contextmanager
def _as_input_errors(file: str = "") -> Iterator[None]:
    """What a study refuses is bad input; ``file``: where the design is that it is about, unless it says so itself."""
    try:
        yield
    except UnfitError as error:
        raise InputError(unfit(error, file)) from error
    except (StudyError, ExecutorError, StorageError, ExportError) as error:
        raise InputError(str(error)) from error


def unfit(error: UnfitError, file: str) -> str:
    """What is wrong with a design, and in which file; ``file``: where the error does not say."""
    return f"{error.file or file}: {error}"


def _drive(run: StudyRun, common: Common, kept: str) -> None:
    """Run to the end, with a progress bar where somebody watches; ``kept`` ends what is said of a stop."""
    console = PlainConsole(stderr=True)
    columns = (
        TextColumn("{task.completed:.0f} of {task.total:.0f} runs"),
        BarColumn(),
        TextColumn("{task.fields[failed]}", style="red"),
        TimeRemainingColumn(),
    )
    silent = common.quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=silent) as progress:
        task = progress.add_task("study", total=run.expected, completed=run.done, failed="")
        while not run.over:
            for event in run.poll():
                match event:
                    case PointDone(point, outcome) if outcome.error is not None:
                        progress.console.print(Text(f"{point.label}: {outcome.error}", "red"))
                    case Stopped(reason):
                        raise InputError(reason + kept)
                    case Concluded() | PointDone():
                        pass
            failed = f"{run.failed} failed" if run.failed else ""
            progress.update(task, completed=run.done, total=run.expected, failed=failed)
            run.wait(_LOOK)


def _finish(run: StudyRun, common: Common) -> int:
    """Write and show what was found."""
    report = run.report()
    with _as_input_errors():
        for path in common.files:
            export(run.study, run.outcomes, path)
    if common.json_out is not None:
        _write_json(run, report, common.json_out)
    if not common.quiet and common.json_out != "-":
        _show(report, run, common)
    return MISSED if report.failures or report.met is False else OK


def _write_json(run: StudyRun, report: Report, target: str) -> None:
    """Write the report with all runs."""
    text = json_text(report, runs_table(run.study, run.outcomes))
    if target == "-":
        to_output(text)
        return
    write_out(text, target, f"--json {target}")


def _show(report: Report, run: StudyRun, common: Common) -> None:
    """Print the report."""
    console = output()
    for each in report_tables(report, _names(run)):
        console.print(each)
    for failure in report.failures:
        console.print(Text(f"{failure.label} failed: {failure.error}", "red"))
        if common.output is not None:
            again = f"windtunnel study rerun --output {common.output} --point {failure.key[:12]}"
            console.print(Text(f"  run it alone: {again}", "dim"), soft_wrap=True)
    before = f"{run.resumed} of them done before; " if run.resumed else ""
    console.print(Text(f"\n{report.done} runs; {before}hash {report.hash}", "dim"), soft_wrap=True)


def _names(run: StudyRun) -> dict[str, str]:
    """What people call the nodes and links of the design."""
    design: Design | None = getattr(run.study, "design", None)
    if design is None:  # a tournament has many, and its tables name none of their items
        return {}
    return {each: name_of(design, each) for each in (*design.node_by_id, *design.link_by_id)}


def _say_how_to_go_on(run: StudyRun, common: Common, kept: str) -> None:
    """After an interrupt: what is there, and how to have the rest."""
    run.cancel()
    if run.done and not common.quiet:
        console = output()
        for each in report_tables(run.report(), _names(run)):
            console.print(each)
    text = f"Stopped after {run.done} of {run.expected} runs" + kept
    print("\n" + shown(text), file=sys.stderr)


def _kept(common: Common) -> str:
    """Where the runs that are done are, and how to go on."""
    if common.output is None:
        return "; with --output DIR the next study can be continued"
    return f"; they are kept in {common.output}: the same command goes on from there"


def rerun(place: Path, key: str) -> int:
    """Run a point alone and keep what it gives. Raises ``InputError``."""
    with _as_input_errors():
        if not place.exists():
            msg = f"{place}: there is no study; give the --output of one"
            raise StudyError(msg)
        with Storage(place) as storage:
            point = storage.point(key)
            outcome = run_point(point)
            storage.append((point, outcome))
    console = output()
    console.print(Text(point.label, "bold"))
    if outcome.result is None:
        console.print(Text(outcome.trace.rstrip() or str(outcome.error), "red"))
        return MISSED
    for table in result_tables(outcome.result, point.variant.made()):
        console.print(table)
    return OK
