"""``windtunnel study chaos`` and ``metastability``: the studies that break things."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli import studying
from engine.cli.study_options import Common, listed, loads, seconds, share
from engine.records import dataclass
from engine.study import Chaos, Metastability

Each = Annotated[
    list[str] | None,
    typer.Option(
        "--each",
        metavar="SORT",
        help="node, link, frame, or a kind of frames such as zone; all by default. May be repeated.",
    ),
]
Targets = Annotated[
    list[str] | None,
    typer.Option("--target", metavar="ID", help="A node, link or frame. May be repeated."),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="FAULT",
        help="kill, slow or cut; by default nodes and frames are killed, links cut. May be repeated.",
    ),
]
At = Annotated[
    str | None, typer.Option(metavar="S", help="When each begins; by default after the warm-up.")
]
For = Annotated[
    str | None,
    typer.Option(
        "--for", metavar="S", help="How long each lasts; by default half of what is left."
    ),
]
Factor = Annotated[
    float | None, typer.Option(metavar="N", help="Times longer work of what is slow.")
]
Delay = Annotated[
    str | None, typer.Option(metavar="S", help="Added to each crossing of a slow link: 200ms.")
]
Some = Annotated[
    int | None,
    typer.Option("--instances", metavar="N", help="How many instances are hit; all by default."),
]
Abort = Annotated[
    list[str] | None,
    typer.Option(
        "--abort",
        metavar="METRIC<VALUE",
        help="End a fault at once where this holds: 'users.availability<0.5'. May be repeated.",
    ),
]
Window = Annotated[str, typer.Option(metavar="S", help="Over how long --abort is measured.")]
Loss = Annotated[
    str,
    typer.Option("--tolerance", metavar="SHARE", help="Share of its goodput a client may lose."),
]
Ramp = Annotated[
    str | None,
    typer.Option("--over", metavar="LOW:HIGH", help="Loads of the ramp, as on the dial: 0.3:1.2."),
]
Levels = Annotated[int, typer.Option(metavar="N", help="Levels of the ramp on the way up.")]
Hold = Annotated[str, typer.Option(metavar="S", help="How long each level is held.")]
Pushed = Annotated[
    str | None,
    typer.Option(
        "--trigger",
        metavar="KIND",
        help="slow, kill, cut, traffic or flush; by default what the scenario does and undoes.",
    ),
]
Aim = Annotated[str | None, typer.Option("--target", metavar="ID", help="What is triggered.")]
Lasts = Annotated[
    str | None, typer.Option("--for", metavar="S", help="How long the trigger lasts: 10s.")
]
Watch = Annotated[
    str | None, typer.Option(metavar="S", help="How long a run is watched after its trigger.")
]
Strength = Annotated[
    float | None,
    typer.Option("--factor", metavar="N", help="Times longer work, or times the traffic."),
]
Missing = Annotated[
    str,
    typer.Option(
        "--tolerance", metavar="SHARE", help="Goodput that may be missing where it counts as back."
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosOptions:
    """What ``study chaos`` takes beside what every study does."""

    each: Each = None
    target: Targets = None
    fault: Faults = None
    at: At = None
    lasting: For = None
    factor: Factor = None
    delay: Delay = None
    instances: Some = None
    abort: Abort = None
    window: Window = "5s"
    tolerance: Loss = "5%"

    def study(self, common: Common) -> Chaos:
        """The study that is asked for. Raises ``InputError`` or ``StudyError``."""
        return Chaos(
            common.variant(),
            each=listed(self.each),
            targets=tuple(self.target or ()),
            faults=listed(self.fault),
            at=seconds("--at", self.at),
            lasting=seconds("--for", self.lasting),
            factor=self.factor,
            delay=seconds("--delay", self.delay),
            instances=self.instances,
            abort=tuple(self.abort or ()),
            window=seconds("--window", self.window) or 0.0,
            tolerance=share("--tolerance", self.tolerance),
            seeds=common.seeds_or(1),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MetastabilityOptions:
    """What ``study metastability`` takes beside what every study does."""

    over: Ramp = None
    levels: Levels = 9
    hold: Hold = "60s"
    trigger: Pushed = None
    target: Aim = None
    lasting: Lasts = None
    factor: Strength = None
    watch: Watch = None
    tolerance: Missing = "10%"

    def study(self, common: Common) -> Metastability:
        """The study that is asked for. Raises ``InputError`` or ``StudyError``."""
        return Metastability(
            common.variant(),
            over=loads("--over", self.over),
            levels=self.levels,
            hold=seconds("--hold", self.hold) or 0.0,
            trigger=self.trigger,
            target=self.target,
            lasting=seconds("--for", self.lasting),
            factor=self.factor,
            watch=seconds("--watch", self.watch),
            tolerance=share("--tolerance", self.tolerance),
            seeds=common.seeds_or(1),
        )


def chaos(common: Common, options: ChaosOptions) -> int:
    """Break one thing after the other.

    Kills, slows and cuts each node, link and zone in turn, and says what each costs whom.
    """
    return studying.study(common, lambda: options.study(common))


def metastability(common: Common, options: MetastabilityOptions) -> int:
    """See whether a failure outlives its trigger.

    Ramps the load up and down, triggers the design, and says stable, vulnerable or metastable.
    """
    return studying.study(common, lambda: options.study(common))
