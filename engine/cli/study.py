"""``windtunnel study``: questions that need many runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import breaking, studying
from engine.cli.errors import InputError
from engine.cli.study_options import Common, share, with_common
from engine.study import (
    Compare,
    Knee,
    Precision,
    Replicate,
    Sensitivity,
    Sweep,
    Tournament,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEAST, _MOST = Precision().least, Precision().most

Until = Annotated[
    str | None, typer.Option(metavar="SHARE", help="Run until the metric is known to this: 5%.")
]
Least = Annotated[int, typer.Option("--min", metavar="N", help="With --until: at least N runs.")]
Most = Annotated[int, typer.Option("--max", metavar="N", help="With --until: at most N runs.")]
Over = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME=RANGE…",
        help="One or two: web.instances=1:8, users.arrivals.rate=100:500:50, load=1:64:x2, "
        "web.service_time=1ms:1s:log7, lb.picker=random,round_robin.",
    ),
]
Others = Annotated[
    list[Path] | None,
    typer.Argument(metavar="OTHER…", help="A second design file, which is B; or several more."),
]
SettingsA = Annotated[
    list[str] | None,
    typer.Option("--a", metavar="NAME=VALUE", help="A field of A, or its load. May be repeated."),
]
SettingsB = Annotated[
    list[str] | None,
    typer.Option("--b", metavar="NAME=VALUE", help="A field of B, or its load. May be repeated."),
]
Between = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME=LOW:HIGH",
        help="Where to search: users.arrivals.rate=100:500. The load dial by default.",
    ),
]
Tolerance = Annotated[str, typer.Option(metavar="SHARE", help="How finely to search.")]
Step = Annotated[str, typer.Option(metavar="SHARE", help="How far to turn each knob.")]
Knobs = Annotated[
    list[str] | None,
    typer.Option("--knob", metavar="PATTERN", help="Only these: 'web.*'. May be repeated."),
]
Place = Annotated[
    Path, typer.Option("--output", metavar="DIR", help="Where the study keeps its runs.")
]
Key = Annotated[
    str, typer.Option("--point", metavar="KEY", help="The run's key, or its beginning.")
]


def add_studies(app: typer.Typer) -> None:
    """Give a group its commands, the studies."""
    app.command("replicate")(with_common(replicate))
    app.command("sweep")(with_common(sweep))
    app.command("compare")(with_common(compare))
    app.command("knee")(with_common(knee))
    app.command("sensitivity")(with_common(sensitivity))
    app.command("chaos")(with_common(breaking.chaos))
    app.command("metastability")(with_common(breaking.metastability))
    app.command("rerun")(rerun)


def replicate(
    common: Common,
    until: Until = None,
    least: Least = _LEAST,
    most: Most = _MOST,
) -> int:
    """Run a design with many seeds.

    Every number then carries its uncertainty.
    """
    names = common.metric_names
    precision = None
    if until is not None:
        metric = names[0] if names else None
        precision = Precision(share("--until", until), metric, least, most)
    return studying.study(
        common,
        lambda: Replicate(
            common.variant(), seeds=common.seeds_or(10), until=precision, metrics=names
        ),
    )


def sweep(common: Common, over: Over) -> int:
    """Give one or two parameters a range of values."""
    return studying.study(
        common,
        lambda: Sweep(
            common.variant(),
            tuple(over),
            seeds=common.seeds_or(5),
            metrics=common.metric_names,
        ),
    )


def compare(common: Common, others: Others = None, a: SettingsA = None, b: SettingsB = None) -> int:
    """Compare two designs, or two settings, or many designs.

    All see the same random numbers, so that what differs is not luck. Of three and more it says which are on the
    Pareto front: those that no other beats in all metrics.
    """
    if others is not None and len(others) > 1:
        return _tournament(common, others, {"--a": a, "--b": b})
    other = others[0] if others else None

    def make() -> Compare:
        return Compare(
            common.variant().set(*(a or ())),
            common.variant(other).set(*(b or ())),
            seeds=common.seeds_or(20),
            metrics=common.metric_names,
        )

    return studying.study(common, make)


def _tournament(common: Common, others: list[Path], unread: Mapping[str, object]) -> int:
    """Compare many designs."""
    for option, given in unread.items():
        if given:
            msg = f"{option} is for two designs; with {len(others) + 1} use --set, or save variants as files"
            raise InputError(msg)
    return studying.study(
        common,
        lambda: Tournament(
            (common.variant(), *(common.variant(each) for each in others)),
            seeds=common.seeds_or(10),
            metrics=common.metric_names,
        ),
    )


def knee(common: Common, over: Between = None, tolerance: Tolerance = "1%") -> int:
    """Find where the objectives give way.

    The largest load, or value of a parameter, at which all of them are met.
    """
    width = share("--tolerance", tolerance)
    return studying.study(common, lambda: Knee(common.variant(), over, common.seeds_or(5), width))


def sensitivity(common: Common, step: Step = "10%", only: Knobs = None) -> int:
    """Find the knob that moves a metric most."""
    names = common.metric_names
    size = share("--step", step)
    return studying.study(
        common,
        lambda: Sensitivity(
            common.variant(),
            metric=names[0] if names else None,
            step=size,
            seeds=common.seeds_or(5),
            only=tuple(only or ()),
        ),
    )


def rerun(output: Place, point: Key) -> int:
    """Run one point again, such as a failed one."""
    return studying.rerun(output, point)
