"""Options that all studies have in common, declared once."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from engine.cli.errors import InputError
from engine.cli.preparing import Wanted, memory_of, prepared
from engine.model.units import parse_quantity
from engine.records import dataclass
from engine.study import StudyError, Variant, with_objectives

if TYPE_CHECKING:
    from collections.abc import Callable

File = Annotated[Path, typer.Argument(metavar="FILE", help="A design file (.windtunnel).")]
Seeds = Annotated[int | None, typer.Option(metavar="N", help="Runs of each variant.")]
Seed = Annotated[
    str | None, typer.Option(metavar="N", help="The first seed; the others follow it.")
]
Duration = Annotated[str | None, typer.Option(metavar="S", help="Simulated length: 600, 10min.")]
Warmup = Annotated[str | None, typer.Option(metavar="S", help="Time that is not measured.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="ID.PATH=VALUE", help="Change a field first. May be repeated."),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric", metavar="NAME", help="users.latency.p99, or p99 for the first client's."
    ),
]
Memory = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        help="What each run may take, 2GB by default: a run that takes more has failed, and says who takes it.",
    ),
]
Objectives = Annotated[
    list[str] | None,
    typer.Option(
        "--objective",
        metavar="METRIC<VALUE",
        help="Instead of the design's: 'p99<250ms', 'goodput>90'. May be repeated.",
    ),
]
Processes = Annotated[
    int | None, typer.Option(metavar="N", help="Processes of this machine; one a core by default.")
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Run on a Dask cluster instead: tcp://host:8786."),
]
Output = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Keep each run here; with the same DIR a study goes on."),
]
Exports = Annotated[
    list[Path] | None,
    typer.Option(
        "--export", metavar="FILE", help="Write .csv, .parquet or .json. May be repeated."
    ),
]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write a row a run.")]
Parquet = Annotated[Path | None, typer.Option("--parquet", metavar="FILE", help="The same.")]
Json = Annotated[
    str | None, typer.Option("--json", metavar="OUT", help="Write report and runs; - is stdout.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no tables.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What every study takes."""

    file: File
    seeds: Seeds = None
    seed: Seed = None
    duration: Duration = None
    warmup: Warmup = None
    settings: Settings = None
    metrics: Metrics = None
    objectives: Objectives = None
    memory: Memory = None
    processes: Processes = None
    cluster: Cluster = None
    output: Output = None
    exports: Exports = None
    csv: Csv = None
    parquet: Parquet = None
    json_out: Json = None
    quiet: Quiet = False

    def variant(self, file: Path | None = None) -> Variant:
        """The design in the file as the options change it. Raises ``InputError``."""
        wanted = Wanted(
            file=file or self.file,
            duration=self.duration,
            warmup=self.warmup,
            seed=self.seed,
            settings=tuple(self.settings or ()),
        )
        design = prepared(wanted)
        try:
            variant = Variant.of(with_objectives(design, self.objectives or ()))
        except StudyError as error:
            msg = f"--objective {error}"
            raise InputError(msg) from error
        return variant.within(memory_of(self.memory)).read_from(wanted.file.name)

    def seeds_or(self, usual: int) -> int:
        """How many seeds."""
        return usual if self.seeds is None else self.seeds

    @property
    def metric_names(self) -> tuple[str, ...]:
        """The metrics that were asked for."""
        return tuple(self.metrics or ())

    @property
    def files(self) -> list[Path]:
        """Where the results go."""
        given = (self.csv, self.parquet)
        return [*(path for path in given if path is not None), *(self.exports or ())]


def with_common(command: Callable[..., int]) -> Callable[..., int]:
    """A command that takes the common options as its first argument, and more of its own.

    The options are read off ``Common``, so that each is declared once for all studies, and off whatever other
    record of options a command takes.
    """
    own = list(inspect.signature(command, eval_str=True).parameters.values())
    groups: dict[str, Any] = {}
    for each in own:
        if is_dataclass(each.annotation):
            groups[each.name] = each.annotation

    def call(**given: Any) -> int:
        made = {
            name: group(**{each.name: given.pop(each.name) for each in fields(group)})
            for name, group in groups.items()
        }
        return command(**made, **given)

    first, *others = _parameters(Common)
    parameters = [first]
    for each in own[1:]:
        parameters += _parameters(groups[each.name]) if each.name in groups else [each]
    parameters = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*parameters, *others)
    ]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {each.name: each.annotation for each in parameters}
    call.__doc__ = command.__doc__
    return call


def _parameters(group: Any) -> list[inspect.Parameter]:
    """The options of a record, in their order; the file is the only one that has to be given."""
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if each.default is MISSING else each.default,
            annotation=hints[each.name],
        )
        for each in fields(group)
    ]


def share(option: str, text: str) -> float:
    """A share that was typed: ``5%`` or ``0.05``. Raises ``InputError``."""
    try:
        return parse_quantity(text, "%")
    except ValueError as error:
        msg = f"{option}: {error}"
        raise InputError(msg) from error


def seconds(option: str, text: str | None) -> float | None:
    """A time that was typed: ``30s`` or ``2min``. Raises ``InputError``."""
    if text is None:
        return None
    try:
        return parse_quantity(text, "s")
    except ValueError as error:
        msg = f"{option}: {error}"
        raise InputError(msg) from error


def listed(given: list[str] | None) -> tuple[str, ...]:
    """Words that were given one by one, or with commas between."""
    words = (word.strip() for each in given or () for word in each.split(","))
    return tuple(word for word in words if word)


def loads(option: str, text: str | None) -> tuple[float, float] | None:
    """Two loads that were typed: ``0.3:1.2``. Raises ``InputError``."""
    if text is None:
        return None
    try:
        low, high = (parse_quantity(each, "") for each in text.split(":"))
    except ValueError as error:
        msg = f"{option} {text}: write LOW:HIGH, such as 0.3:1.2"
        raise InputError(msg) from error
    return low, high
