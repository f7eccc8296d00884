"""F: what a station does with a request, as a tree of seven combinators, and transactions."""

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


@dataclass(frozen=True, slots=True)
class TransactionPart:
    """What all participants do, or none."""

    mode: Literal["two_phase", "saga", "outbox"]
    links: tuple[str, ...]
    """One a participant."""
    undo: tuple[str | None, ...]
    """Over which link each is compensated; None where it cannot be."""
    locks: bool
    """Whether rows stay locked until the outcome is known."""
    retry: float
    """Seconds until somebody who did not hear of an outcome is told again."""

    def as_calls(self) -> FlowPlan:
        """The calls that it makes where nothing fails."""
        calls = tuple(CallPart(link) for link in self.links)
        if self.mode == "two_phase":
            round_trip = ParallelPart(tuple((call,) for call in calls), len(calls))
            return (round_trip, round_trip)
        if self.mode == "saga" or len(calls) == 1:
            return calls
        return (calls[0], *(AsyncPart((call,)) for call in calls[1:]))


Part = WorkPart | CallPart | ParallelPart | ChoicePart | LoopPart | AsyncPart | TransactionPart


FlowPlan = tuple[Part, ...]
"""Parts one after the other: the seventh combinator."""
