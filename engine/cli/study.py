"""``windtunnel study``: questions that need many runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli import studying
from engine.cli.study_options import Common, share, with_common
from engine.study import Precision, Replicate

_LEAST, _MOST = Precision().least, Precision().most

Until = Annotated[
    str | None, typer.Option(metavar="SHARE", help="Run until the metric is known to this: 5%.")
]
Least = Annotated[int, typer.Option("--min", metavar="N", help="With --until: at least N runs.")]
Most = Annotated[int, typer.Option("--max", metavar="N", help="With --until: at most N runs.")]
Place = Annotated[
    Path, typer.Option("--output", metavar="DIR", help="Where the study keeps its runs.")
]
Key = Annotated[
    str, typer.Option("--point", metavar="KEY", help="The run's key, or its beginning.")
]


def make_app() -> typer.Typer:
    """The studies as subcommands."""
    app = typer.Typer(
        name="study",
        help="Many runs: with how much certainty, what if, which is better, how much it can take.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.command("replicate")(with_common(replicate))
    app.command("rerun")(rerun)
    return app


def replicate(
    common: Common,
    until: Until = None,
    least: Least = _LEAST,
    most: Most = _MOST,
) -> int:
    """Run a design with many seeds: every number with its uncertainty."""
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


def rerun(output: Place, point: Key) -> int:
    """Run one point of a study again, alone, such as one that failed."""
    return studying.rerun(output, point)
