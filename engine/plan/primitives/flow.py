"""F: what a station does with a request, as a tree of seven combinators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.primitives.basics import LawPlan


@dataclass(frozen=True, slots=True)
class WorkPart:
    """F: local work."""

    laws: tuple[LawPlan, ...]
    """One a class."""


@dataclass(frozen=True, slots=True)
class CallPart:
    """A call over a link, waited for."""

    link: str


@dataclass(frozen=True, slots=True)
class ParallelPart:
    """Ways side by side, of which some have to succeed."""

    ways: tuple[FlowPlan, ...]
    need: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a choice; it applies where everything that it says holds."""

    do: FlowPlan
    share: float | None = None
    """Of the requests that may take it; shares of one choice do not overlap. None is always."""
    classes: tuple[bool, ...] | None = None
    """Whether each class may take it; None is all."""
    when: Literal["always", "miss", "hit", "failed", "miss_or_failed"] = "always"
    """After what: all but the last two are for requests none of whose calls has just failed."""

    @property
    def after_failure(self) -> bool:
        """Whether it is for requests whose call failed."""
        return self.when in ("failed", "miss_or_failed")


@dataclass(frozen=True, slots=True)
class ChoicePart:
    """The first way that applies, or none."""

    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class LoopPart:
    """The same again and again."""

    rounds: int
    do: FlowPlan


@dataclass(frozen=True, slots=True)
class AsyncPart:
    """What nobody waits for."""

    do: FlowPlan


Part = WorkPart | CallPart | ParallelPart | ChoicePart | LoopPart | AsyncPart


FlowPlan = tuple[Part, ...]
"""Parts one after the other: the seventh combinator."""
