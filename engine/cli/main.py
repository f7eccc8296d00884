"""The command line: ``windtunnel simulate``, ``theory``, ``check``, ``what-if``, ``diff``, ``study`` and some more.

It never imports Qt. Whatever goes wrong ends in one line on standard error and an exit code that says whose
fault it is (``ending``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from engine.cli.ending import ended
from engine.cli.errors import OK
from engine.cli.lazily import lazily
from engine.release import engine_version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.cli import (
        checking,
        differing,
        explaining,
        importing,
        predicting,
        preparing,
        scaffold,
        schema,
        selftest,
        simulating,
        spanning,
        study,
        study_options,
        supposing,
    )
    from engine.cli.selftest import Probe
else:
    # A command starts three times as fast where it loads only what it needs.
    checking = lazily("engine.cli.checking")
    differing = lazily("engine.cli.differing")
    explaining = lazily("engine.cli.explaining")
    importing = lazily("engine.cli.importing")
    predicting = lazily("engine.cli.predicting")
    preparing = lazily("engine.cli.preparing")
    scaffold = lazily("engine.cli.scaffold")
    schema = lazily("engine.cli.schema")
    selftest = lazily("engine.cli.selftest")
    simulating = lazily("engine.cli.simulating")
    spanning = lazily("engine.cli.spanning")
    study = lazily("engine.cli.study")
    study_options = lazily("engine.cli.study_options")
    supposing = lazily("engine.cli.supposing")

_STUDY: Final = "study"
File = Annotated[Path, typer.Argument(metavar="FILE", help="A design file (.windtunnel).")]


Duration = Annotated[str | None, typer.Option(metavar="S", help="Simulated length: 600, 10min.")]
Warmup = Annotated[
    str | None, typer.Option(metavar="S", help="Time at the start that is not measured.")
]
Seed = Annotated[str | None, typer.Option(metavar="N", help="Seed: same seed, same numbers.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="ID.PATH=VALUE",
        help="Change a field first: web.workers=8, web.service_time.mean=20ms. May be repeated.",
    ),
]
JsonOut = Annotated[
    str | None, typer.Option("--json", metavar="OUT", help="Write the result as JSON; - is stdout.")
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        metavar="NAME",
        help="Put one more number into the JSON, under metrics: users.latency.above.0.25 (the share of "
        "requests that took longer than .25 s), web.instances.0.utilization. May be repeated.",
    ),
]
SeriesStep = Annotated[
    str | None,
    typer.Option(
        "--series",
        metavar="STEP",
        help="Put a series into the JSON: what every client, node and link did in each step of so many "
        "seconds, from 0 to the end: 1, 500ms.",
    ),
]
Instants = Annotated[
    list[str] | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help="Put into the JSON, under instants, how everything stood at a time: who waited where, who worked, "
        "what was down or open: 120, 2min. May be repeated.",
    ),
]
Memory = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        help="What the run may take, 2GB by default: there it stops, says who takes it, and shows what "
        "was measured so far (exit code 4).",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no table.")]


def make_app(probes: Sequence[Probe], command: str = "") -> typer.Typer:
    """The commands.

    Args:
        probes: Checks that the self-test makes beside its own.
        command: The one that will be called, or nothing: it alone is made, since making all of them takes as
            long as a check does, and studies are read only for their own, since they read all the rest.
    """
    app = typer.Typer(
        name="windtunnel",
        help="A wind tunnel for system designs. Without a command, or with a FILE alone, the window opens.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(options)

    def run_selftest() -> int:
        """Check that this installation works: components, a simulation, the compiled lane."""
        return selftest.run(probes)

    commands: dict[str, Callable[..., int]] = {
        "simulate": simulate,
        "theory": theory,
        "why": why,
        "what-if": what_if,
        "diff": diff,
        "spans": spans,
        "check": check,
        "schema": print_schema,
        "trace": import_recording,
        "new-component": new_component,
        "selftest": run_selftest,
    }
    for name, act in commands.items():
        if command == name or command not in commands:
            app.command(name)(act)
    if command in commands:
        return app

    studies = typer.Typer(
        name=_STUDY,
        help="Many runs: with how much certainty, what if, which is better, how much it can take.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    if command == _STUDY:
        study.add_studies(studies)
    app.add_typer(studies)
    return app


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    """Print the version and do nothing else, where that is asked for."""
    if wanted:
        print(f"windtunnel {engine_version()}")
        raise typer.Exit


def options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take what stands before a command; ``version`` is done with by the time this is called."""


def simulate(  # noqa: PLR0913 - one parameter an option
    file: File,
    *,
    duration: Duration = None,
    warmup: Warmup = None,
    seed: Seed = None,
    settings: Settings = None,
    json_out: JsonOut = None,
    series: SeriesStep = None,
    metrics: Metrics = None,
    instants: Instants = None,
    quiet: Quiet = False,
    live: Annotated[bool, typer.Option("--live", help="Watch it run in a table.")] = False,
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="Replay a run of FILE that the window saved (.windtunnel-run): its seed, load dial, "
            "edits and faults, each at its time. The recording may also stand as FILE itself.",
        ),
    ] = None,
    memory: Memory = None,
) -> int:
    """Run a design and show what was measured."""
    wanted = preparing.Wanted(
        file=file,
        duration=duration,
        warmup=warmup,
        seed=seed,
        settings=tuple(settings or ()),
        json_out=json_out,
        series=series,
        metrics=tuple(metrics or ()),
        instants=tuple(instants or ()),
        quiet=quiet,
        live=live,
        journal=journal,
        memory=memory,
    )
    return simulating.simulate(wanted)


def theory(  # noqa: PLR0913 - one parameter an option
    file: File,
    *,
    measure: Annotated[
        bool, typer.Option("--measure", help="Run the design as well, and compare.")
    ] = False,
    load: Annotated[
        str | None,
        typer.Option(metavar="FACTOR", help="Multiply all traffic, as the load dial does."),
    ] = None,
    duration: Duration = None,
    warmup: Warmup = None,
    seed: Seed = None,
    settings: Settings = None,
    json_out: JsonOut = None,
    quiet: Quiet = False,
    memory: Memory = None,
) -> int:
    """Predict a design by queueing theory, and name the assumptions that do not hold."""
    run = preparing.Wanted(
        file=file,
        duration=duration,
        warmup=warmup,
        seed=seed,
        settings=tuple(settings or ()),
        json_out=json_out,
        quiet=quiet,
        memory=memory,
    )
    return predicting.show_theory(predicting.TheoryWanted(run=run, measure=measure, load=load))


def why(  # noqa: PLR0913 - one parameter an option
    file: File,
    *,
    at: Annotated[
        str | None, typer.Option(metavar="S", help="Ask about this moment: 62, 1min.")
    ] = None,
    node: Annotated[
        str | None, typer.Option(metavar="ID", help="Ask about this node, not the clients.")
    ] = None,
    duration: Duration = None,
    warmup: Warmup = None,
    seed: Seed = None,
    settings: Settings = None,
    json_out: JsonOut = None,
    quiet: Quiet = False,
    memory: Memory = None,
) -> int:
    """Run a design and say why something went wrong: the chain of causes, first cause first."""
    run = preparing.Wanted(
        file=file,
        duration=duration,
        warmup=warmup,
        seed=seed,
        settings=tuple(settings or ()),
        json_out=json_out,
        quiet=quiet,
        memory=memory,
    )
    return explaining.why(explaining.WhyWanted(run=run, moment=at, node=node))


def what_if(  # noqa: PLR0913 - one parameter an option
    file: File,
    *,
    node: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Ask about this node, not the bottleneck of theory."),
    ] = None,
    load: Annotated[
        str | None,
        typer.Option(metavar="FACTOR", help="Multiply all traffic, as the load dial does."),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(metavar="N", help="Pairs of runs for each idea; 5 by default.")
    ] = None,
    duration: Duration = None,
    warmup: Warmup = None,
    seed: Seed = None,
    settings: Settings = None,
    json_out: JsonOut = None,
    quiet: Quiet = False,
) -> int:
    """Try what could help the bottleneck, in theory and in paired runs, and rank it by what clients gain."""
    common = study_options.Common(
        file=file,
        seeds=seeds,
        seed=seed,
        duration=duration,
        warmup=warmup,
        settings=settings,
        json_out=json_out,
        quiet=quiet,
    )
    return supposing.what_if(supposing.WhatIfWanted(common=common, node=node, load=load))


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A design file (.windtunnel).")],
    after: Annotated[Path, typer.Argument(metavar="B", help="What became of it, or another one.")],
    *,
    json_out: Annotated[
        str | None,
        typer.Option("--json", metavar="OUT", help="Write the differences as JSON; - is stdout."),
    ] = None,
) -> int:
    """Tell what sets two designs apart, field by field; ends with 1 where something does."""
    return differing.diff(before, after, json_out)


def spans(  # noqa: PLR0913 - one parameter an option
    file: File,
    *,
    otlp: Annotated[
        str | None,
        typer.Option(
            metavar="OUT",
            help="Write the traces as OTLP/JSON, which Jaeger, Tempo and OpenTelemetry collectors read; - is stdout.",
        ),
    ] = None,
    slowest: Annotated[
        int | None, typer.Option(metavar="N", help="So many, the slowest first; 3 are shown else.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only requests that failed.")] = False,
    at: Annotated[
        str | None, typer.Option(metavar="S", help="Those about this moment: 62, 1min.")
    ] = None,
    node: Annotated[
        str | None, typer.Option(metavar="ID", help="Those that came through this node.")
    ] = None,
    sample: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE",
            help="Share of all requests to keep beside the failed and the slowest: 0.01, 5%.",
        ),
    ] = None,
    duration: Duration = None,
    warmup: Warmup = None,
    seed: Seed = None,
    settings: Settings = None,
    json_out: JsonOut = None,
    quiet: Quiet = False,
    memory: Memory = None,
) -> int:
    """Run a design and show single requests, call by call: where their time went, and how they failed."""
    run = preparing.Wanted(
        file=file,
        duration=duration,
        warmup=warmup,
        seed=seed,
        settings=tuple(settings or ()),
        json_out=json_out,
        quiet=quiet,
        memory=memory,
    )
    wanted = spanning.SpansWanted(
        run=run, otlp=otlp, slowest=slowest, failed=failed, moment=at, node=node, share=sample
    )
    return spanning.spans(wanted)


def check(
    file: File,
    *,
    json_out: Annotated[
        str | None,
        typer.Option("--json", metavar="OUT", help="Write the findings as JSON; - is stdout."),
    ] = None,
) -> int:
    """List what is wrong with a design, and what is risky in it."""
    return checking.check_file(file, json_out)


def print_schema() -> int:
    """Print the JSON schema of design files, every component's config included."""
    return schema.print_schema()


def import_recording(
    recording: Annotated[
        Path,
        typer.Argument(
            metavar="RECORDING",
            help="A table with a line an arrival: time[,class][,key][,work]; an access log (common, "
            "combined, JSON, load balancer); the output of k6, JMeter, Gatling, vegeta, hey, ab or Locust. Plain or "
            "packed by gzip; "
            "- reads standard input.",
        ),
    ],
    file: File,
    *,
    client: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The client that replays them; the only one if left out."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the design goes; FILE itself if left out."),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(
            metavar="UNIT",
            help="Unit of times that are numbers: s, ms, us or ns; found out if left out.",
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column with the times, where there are several."),
    ] = None,
) -> int:
    """Have a client replay recorded traffic: it is copied into the design, which gets as long."""
    options = importing.options_of(unit, time)
    return importing.import_recording(recording, file, client, output, options)


def new_component(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Kind in files, such as rate_limiter.")
    ],
) -> int:
    """Make the file of a new component and enter it in the catalog (from a clone of the sources)."""
    return scaffold.new_component(name)


def run(argv: Sequence[str], probes: Sequence[Probe] = ()) -> int:
    """Run a subcommand.

    Args:
        argv: the arguments after the program's name.
        probes: checks that ``selftest`` makes beside its own, such as the window's.

    Returns:
        0 done, 1 objectives missed, 2 bad input, 3 an unexpected error, 4 stopped at a limit, 130 interrupted.
    """
    arguments = list(argv) or ["--help"]
    name = next((each for each in arguments if not each.startswith("-")), "")
    command = typer.main.get_command(make_app(probes, name))

    def act() -> int:
        code = command.main(arguments, prog_name="windtunnel", standalone_mode=False)
        return code if isinstance(code, int) else OK

    return ended(act)
