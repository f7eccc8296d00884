"""Autoscalers as people set them, with the defaults of Kubernetes' HorizontalPodAutoscaler."""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from engine.model.fields import Config, setting

Step = Annotated[
    tuple[
        Annotated[float, Field(ge=0.0, le=1e9)],
        Annotated[int, Field(ge=-10_000, le=10_000)],
    ],
    Field(strict=False),
]
Floor = Annotated[
    tuple[
        Annotated[float, Field(ge=0.0, le=1e9)],
        Annotated[int, Field(ge=0, le=10_000)],
    ],
    Field(strict=False),
]


class ScaleUp(Config):
    """How fast instances may be added: the larger of a share of those that are there, and a number."""

    percent: float = setting(
        100.0,
        title="Percent",
        help="So many more for each hundred that there are (Kubernetes: 100).",
        ge=0.0,
        le=1e6,
    )
    instances: int = setting(
        4, title="Instances", help="Or so many more (Kubernetes: 4).", ge=0, le=10_000
    )
    per: float = setting(
        15.0, title="Per", unit="s", help="In so long (Kubernetes: 15 s).", gt=0.0, le=1e6
    )


class Autoscale(Config):
    """Looks at the instances on a period, and has as many as bring a number to its target."""

    metric: Literal["utilization", "busy", "in_flight", "queue", "rate"] = setting(
        "utilization",
        title="Metric",
        help="What is to stay at the target, of each ready instance. utilization: the share of its workers "
        "that is at work, as CPU is measured: who waits for calls uses none. busy: those that are held count "
        "as well. in_flight: requests inside. queue: requests that wait, messages of the queues that it pulls "
        "from included. rate: requests a second.",
    )
    target: float = setting(
        0.7,
        title="Target",
        help="A share for utilization and busy (0.7 is 70 %), a number for the others.",
        gt=0.0,
        le=1e9,
    )
    interval: float = setting(
        15.0,
        title="Interval",
        unit="s",
        help="From look to look; the number is the mean over it, the queue that of the moment "
        "(Kubernetes: 15 s).",
        ge=0.1,
        le=1e6,
    )
    phase: float = setting(
        0.0,
        title="First look",
        unit="s",
        help="When it first looks; 0 is after one interval.",
        ge=0.0,
        le=1e6,
    )
    tolerance: float = setting(
        0.1,
        title="Tolerance",
        unit="%",
        help="So far off the target, relatively, nothing changes (Kubernetes: 10 %).",
        ge=0.0,
        le=1.0,
    )
    min: int = setting(
        1,
        title="Fewest instances",
        help="Never fewer. 0 is scale to zero: once nothing was wanted for the down window and nobody is inside, "
        "the last instance goes; the next request waits until one has started (Knative's activator, KEDA), "
        "messages of a queue until the next look.",
        ge=0,
        le=10_000,
    )
    max: int = setting(10, title="Most instances", help="Never more.", ge=1, le=10_000)
    up: ScaleUp = setting(ScaleUp(), title="Growth", help="How fast instances may be added.")
    down_window: float = setting(
        300.0,
        title="Down window",
        unit="s",
        help="Instances are taken away down to the most that was wanted in so long (Kubernetes: 300 s).",
        ge=0.0,
        le=1e6,
    )
    steps: tuple[Step, ...] | None = setting(
        None,
        title="Steps",
        help="Instead of the target: [[from, change], …], how many instances more or fewer from which number "
        "on (AWS step scaling), such as [[0, -1], [0.3, 0], [0.8, 2]].",
        max_length=100,
        lax=True,
        columns=(("From", ""), ("Instances more", "")),
    )
    schedule: tuple[Floor, ...] | None = setting(
        None,
        title="Schedule",
        help="Fewest instances from a time on: [[time, instances], …] (AWS scheduled scaling).",
        max_length=1000,
        lax=True,
        columns=(("From", "s"), ("Fewest instances", "")),
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        """Refuse a range without numbers, and lists out of order."""
        if self.min > self.max:
            msg = f"min is {self.min} and max {self.max}; raise max or lower min"
            raise ValueError(msg)
        if self.metric in ("utilization", "busy") and self.target > 1.0 and self.steps is None:
            msg = (
                f"a {self.metric} of {self.target:g} is never reached; write a target of at most 1"
            )
            raise ValueError(msg)
        for _, instances in self.schedule or ():
            if instances > self.max:
                msg = (
                    f"the schedule asks for {instances} instances and max is {self.max}; raise max"
                )
                raise ValueError(msg)
        for name, pairs in (("steps", self.steps), ("schedule", self.schedule)):
            for (low, _), (high, _) in itertools.pairwise(pairs or ()):
                if high <= low:
                    msg = f"{name} must rise: {high:g} follows {low:g}; sort the list"
                    raise ValueError(msg)
        return self

    @property
    def may_be_zero(self) -> bool:
        """Whether there may be no instance at some time."""
        return self.min == 0 or any(count == 0 for _, count in self.schedule or ())

    def least(self, now: float) -> int:
        """The fewest instances at a time (s)."""
        fewest = self.min
        for start, instances in self.schedule or ():
            if start <= now:
                fewest = instances
        return fewest


AUTOSCALE: Final[Any] = setting(
    None,
    title="Autoscaler",
    group="Instance",
    help="Adds and removes instances by itself, as Kubernetes' HorizontalPodAutoscaler does. They take their "
    "start-up time until they serve. Off: as many as there are.",
)
