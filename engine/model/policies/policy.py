"""What every switchable mechanism says of itself, once: fields, words, metrics, and what theory leaves out.

Its config is its plan as well: numbers only, frozen. A rule of links is a field of `LinkConfig`, a gate of
nodes one of `Admission`. What it does is in `engine.sim.lane.rules` or `engine.sim.lane.gates`, and
`engine.sim.primitives` lists its adapter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar, Literal, get_args

from engine.model.fields import Config
from engine.model.metric import Metric
from engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyState:
    """A state that a mechanism may be in while it runs, as people see it."""

    word: str
    """Such as ``half-open``."""
    tone: Literal["healthy", "strained", "failing"]
    """The colour in which it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a mechanism may know of where it stands when it is asked what is wrong with it."""

    offered: float
    """Requests a second that come if nothing fails; NaN where that is not known."""
    capacity: float
    """Requests a second that the node, or the target of the link, can serve; infinite without workers."""
    under_way: float
    """Calls under way at a time, on average; NaN where that is not known."""
    timeout: float
    """Seconds after which the caller gives up; infinite where it never does."""
    instances: float = math.inf
    """Instances that calls may go to; infinite where that is not known, as behind a balancer."""


class Policy(Config):
    """A mechanism that is off where it is left out."""

    field: ClassVar[str]
    """Path of the field that switches it on, such as ``breaker`` or ``retry.budget``; its adapter has the same name."""
    title: ClassVar[str]
    """What people call it, in a sentence: ``circuit breaker``."""
    icon: ClassVar[str]
    """Name of its sign on the canvas, in ``assets/icons``."""
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType({})
    """Its states, by the name that a snapshot gives them."""
    metrics: ClassVar[tuple[Metric, ...]] = ()
    """What it adds to ``extra``."""

    def label(self) -> str:
        """What stands behind its sign: the number that matters most."""
        return ""

    def reads_keys(self) -> bool:
        """Whether it tells requests apart by their key."""
        return False

    def is_modelled(self) -> bool:
        """Whether theory knows all that it does."""
        return False

    def decides(self, where: Surroundings) -> bool:
        """Whether it changes times and loads even where little fails, so that theory knows neither."""
        return False

    def bounds_line(self, capacity: float) -> bool:
        """Whether it keeps the line before workers of a capacity (rps) from growing without end."""
        return False

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """What is odd about it where it stands, each a sentence that says what to do."""
        return ()


def policies_in(config: type[Config]) -> dict[str, type[Policy]]:
    """The mechanisms that fields of a config switch on, by path."""
    found: dict[str, type[Policy]] = {}
    for name, info in config.model_fields.items():
        for part in get_args(info.annotation):
            if isinstance(part, type) and issubclass(part, Policy):
                found[name] = part
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, Config):
            found |= {f"{name}.{each}": policy for each, policy in policies_in(inner).items()}
    return found


def metrics_in(config: type[Config]) -> tuple[Metric, ...]:
    """What they add to ``extra``, each where its field is switched on."""
    return tuple(
        replace(metric, needs=name)
        for name, policy in policies_in(config).items()
        for metric in policy.metrics
    )
