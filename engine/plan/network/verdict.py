"""What is to be said against the numbers of a node, as the judges of stations, stores and queues say it."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from engine.model.prediction import TIMES
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.network.streams import Stream

FAILS: Final = 1e-4
"""Share of messages that fail from which it matters."""


def is_of_loss(doubt: str) -> bool:
    """Whether a doubt says that the share that finds no place is near, and not that it is unknown."""
    return doubt.startswith("a bounded queue with ") or ": loss as if " in doubt


@dataclass(slots=True)
class Verdict:
    """What is to be said against the numbers of a node."""

    doubts: list[str] = field(default_factory=list)
    """Against all of them."""
    tail: list[str] = field(default_factory=list)
    """Against percentiles only."""
    no_tail: str = ""
    """Why there are no percentiles."""
    blind: str = ""
    """Why there are no times."""
    hits: list[str] = field(default_factory=list)
    """Against how often a store has what is asked for, so against what is sent on after misses."""
    misses: float = 0.0
    """Share of the reads that may miss at worst, where hits are doubted."""
    unknown_load: bool = False
    """Whether not even the load is known then."""
    unknown_busy: bool = False
    """Whether it is not known how busy its workers are, though it is known what they could do."""


def uneven(stream: Stream) -> str:
    """That arrivals are not as a model takes them."""
    return (
        f"{TIMES}arrivals are not Poisson ({stream.why}): waits follow from two moments of the gaps"
    )
