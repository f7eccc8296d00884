"""Faults that come by themselves, as a renewal process: up for a time, down for a time, up again."""

from __future__ import annotations

from typing import Any, Final, Literal, Self

from pydantic import model_validator

from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.model.units import format_quantity

FaultKind = Literal["kill", "slow", "error"]
Unit = Literal["instance", "node", "frame"]
_SHORTEST: Final = 1e-3
"""Mean seconds between failures below which a run would be busy with nothing else."""


class Faults(Config):
    """How often something fails, for how long, and in which way."""

    mtbf: Law = setting(
        Exponential(mean=1000.0),
        title="Time between failures",
        unit="s",
        help="MTBF: how long it works until it fails. The share of time that it is up follows from the means "
        "alone: MTBF ÷ (MTBF + MTTR). Nobody knows how old it is when a run begins, so the first time is "
        "what is left of one.",
    )
    mttr: Law = setting(
        Exponential(mean=10.0),
        title="Time to repair",
        unit="s",
        help="MTTR: how long it is down then. A start-up time comes on top.",
    )
    kind: FaultKind = setting(
        "kill",
        title="What happens",
        help="kill: dead, and everything inside with it. slow: work takes longer by a factor. error: a share of "
        "the requests fails.",
    )
    factor: float = setting(
        10.0, title="Slow by", help="Times longer work, where it gets slow.", ge=1.0, le=1e6
    )
    probability: float = setting(
        1.0,
        title="Share of errors",
        unit="%",
        help="Share of the requests that fails, where it answers with errors.",
        ge=0.0,
        le=1.0,
    )

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        """Refuse failures that follow each other without end."""
        if self.mtbf.mean < _SHORTEST:
            msg = (
                f"mtbf has a mean of {format_quantity(self.mtbf.mean, 's')}, so that it would do nothing but fail; "
                "write at least 1 ms"
            )
            raise ValueError(msg)
        return self


class NodeFaults(Faults):
    """Faults of a node: of each of its instances, of all together, or of all that is in its frame."""

    unit: Unit = setting(
        "instance",
        title="What fails",
        help="instance: each by itself. node: all instances together. frame: everything in the frame that "
        "the node lies in.",
    )
    needed: int = setting(
        1,
        title="Needed",
        help="Instances that have to be up for the node to count as up: k of n.",
        ge=1,
        le=10_000,
    )


class FrameFaults(Faults):
    """Faults of what lies in a frame."""

    unit: Unit = setting(
        "frame",
        title="What fails",
        help="frame: everything inside together. node: each node inside by itself. instance: each of their "
        "instances by itself.",
    )


NODE_FAULTS: Final[Any] = setting(
    None,
    title="Faults",
    group="Faults",
    help="Instances fail by themselves now and then and are repaired. Results then have the share of time for "
    "which they were up, and outages. Off: only by events.",
)
