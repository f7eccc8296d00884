"""What a chain of causes consists of: facts, each of which was recorded, or says that it was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was so from a time on."""

    time: float
    """When it began (s)."""
    what: str
    """In words, with the numbers that count."""
    node: str | None = None
    link: str | None = None
    value: float | None = None
    """The number that counts, in SI units; None where there is none."""
    inferred: bool = False
    """Whether it was not recorded, but follows from the settings of the design."""
    first: bool = False
    """Whether it comes from outside: an event, a fault, traffic, a design that is too small."""

    @property
    def item(self) -> str | None:
        """What it is about."""
        return self.node if self.node is not None else self.link


def chain_object(facts: Iterable[Fact]) -> list[dict[str, Any]]:
    """A chain as ``--json`` writes it, first cause first."""
    return [
        {
            "time": fact.time,
            ("link" if fact.link is not None else "node"): fact.item,
            "what": fact.what,
            "value": fact.value,
            "inferred": fact.inferred,
        }
        for fact in facts
    ]
