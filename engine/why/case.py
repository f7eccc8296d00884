"""What an inquiry knows: the record of a run and its signs, who calls whom, and the facts that were found."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final, cast

from engine.plan.primitives import LinkPlan
from engine.why.events import Events
from engine.why.fact import Fact
from engine.why.signs import Signs
from engine.why.stretch import AFTER
from engine.why.users import Users

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.primitives import NodePlan
    from engine.why.record import Record
    from engine.why.stretch import Stretch

EARLIER: Final = 30.0
"""Seconds by which a cause may be over before what it causes is seen."""
WINDOW: Final = 10.0
"""Seconds from the beginning of something in which its reasons are looked for."""


class Case:
    """One trouble that is looked into; all who ask about it write down here what they find."""

    def __init__(self, record: Record, names: Mapping[str, str], since: float = -math.inf) -> None:
        """Look into this record, from a time (s) on; items are called by these names."""
        self.record = record
        self.signs = Signs(record, since)
        self.since = since
        self.facts: dict[tuple[str, str | None], Fact] = {}
        """By their sort and what they are about, in the order in which they were found."""
        self.nodes: dict[str, NodePlan] = {each.id: each for each in record.plan.nodes}
        self.leaving: dict[str, list[LinkPlan]] = defaultdict(list)
        """By who calls."""
        self.entering: dict[str, list[LinkPlan]] = defaultdict(list)
        """By who is called."""
        for link in record.plan.links:
            self.leaving[link.source].append(link)
            self.entering[link.target].append(link)
        self._names = names
        self._asked: set[tuple[str, str]] = set()
        self.events = Events(record, self.name, since)
        self.users = Users(record, self.signs, self.events, self.name, self.note)

    def as_of(self, instant: float) -> Case:
        """The case as the design was at a time (s); what is found goes to the same facts."""
        record = self.record.as_of(instant)
        if record is self.record:
            return self
        then = Case(record, self._names, self.since)
        then.facts = self.facts
        return then

    def name(self, item: str) -> str:
        """What people call an item; a link by its ends."""
        if item in self._names:
            return self._names[item]
        link = next((each for each in self.record.plan.links if each.id == item), None)
        return item if link is None else f"{self.name(link.source)} → {self.name(link.target)}"

    def noticed(self, name: str, near: Stretch) -> None:
        """What was noticed of an item: a breaker that opened, an instance out of rotation."""
        begun = max(self.since, near.start - EARLIER)
        for notice in self.record.noticed((name,), begun, near.start + AFTER)[:2]:
            if notice.kind in ("alert", "health"):
                is_link = name not in self.nodes
                self.note(
                    notice.text,
                    Fact(
                        notice.at,
                        notice.text,
                        node=None if is_link else name,
                        link=name if is_link else None,
                    ),
                )

    def link_at(self, link: LinkPlan, instant: float) -> LinkPlan:
        """A link as it was at a time (s): an event may have had it set otherwise."""
        told = [
            each
            for each in self.record.events(instant, instant)
            if link.id in each.links and isinstance(each.replacement, LinkPlan)
        ]
        return cast("LinkPlan", told[-1].replacement) if told else link

    def outside(self) -> list[Fact]:
        """What came from outside so far."""
        return [fact for fact in self.facts.values() if fact.first]

    def begins(self, question: str, item: str) -> bool:
        """Whether a question was not asked yet."""
        key = (question, item)
        if key in self._asked:
            return False
        self._asked.add(key)
        return True

    def note(self, sign: str, fact: Fact) -> None:
        """Write a fact down, the earliest of its sort, or what comes from outside; it counts as found now."""
        key = (sign, fact.item)
        known = self.facts.get(key)
        if known is None or (fact.time, not fact.first) < (known.time, not known.first):
            self.facts.pop(key, None)
            self.facts[key] = fact
