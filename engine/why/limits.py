"""Looks whether a design is too small for what comes, or in its own way, where nothing came from outside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.plan.capacity import capacities
from engine.plan.demand import demand_of
from engine.why import words
from engine.why.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.why.case import Case
    from engine.why.stretch import Stretch

_ALL: Final = 0.95
"""Share of the busy workers that are all of them."""
_TIGHT: Final = 0.97
"""Share of its capacity from which a node is too small for what comes."""


class Limits:
    """What follows from the settings of the design: it is inferred, not recorded."""

    def __init__(self, case: Case) -> None:
        """Write down what is found in this case."""
        self._case = case
        self._capacity: Mapping[str, float] | None = None

    def in_each_others_way(self, near: Stretch) -> None:
        """Nodes all of whose workers wait for each other."""
        full = [
            name
            for name in self._case.nodes
            if self._case.signs.busy(name, near) > _ALL and self._case.signs.held(name, near) > _ALL
        ]
        circle = [
            name
            for name in full
            if any(link.target in full for link in self._case.leaving[name])
            and any(link.source in full for link in self._case.entering[name])
        ]
        if circle:
            names = " and ".join(self._case.name(each) for each in circle)
            self._case.note(
                "deadlock",
                Fact(
                    near.start,
                    f"All workers of {names} wait for each other",
                    node=circle[0],
                    inferred=True,
                    first=True,
                ),
            )

    def too_small(self, name: str, near: Stretch) -> None:
        """A node gets as much as it can serve, or more, and nothing else is to blame."""
        most = self._most(name)
        comes = self._case.signs.usual_rate(name, near.start)
        if math.isfinite(most) and comes > _TIGHT * most:
            text = (
                f"{self._case.name(name)} gets {words.rate(comes)} and can serve {words.rate(most)}"
            )
            self._small(name, near, text, most)

    def too_slow(self, name: str, near: Stretch) -> None:
        """As much is published at a queue or topic as who works on it can do, or more."""
        groups: dict[str | None, list[str]] = {}
        for link in self._case.leaving[name]:
            topic = self._case.nodes[name].topic is not None
            groups.setdefault((link.group or link.target) if topic else None, []).append(
                link.target
            )
        comes = self._case.signs.usual_rate(name, near.start)
        for targets in groups.values():
            most = sum(self._most(each) for each in targets)
            if math.isfinite(most) and comes > _TIGHT * most:
                who = " and ".join(self._case.name(each) for each in targets)
                text = f"{self._case.name(name)} gets {words.rate(comes)}, and {who} can do {words.rate(most)}"
                self._small(targets[0], near, text, most)

    def _small(self, name: str, near: Stretch, text: str, most: float) -> None:
        """Note that a node can do less than comes."""
        fact = Fact(near.seen, text, node=name, value=most, inferred=True, first=True)
        self._case.note("small", fact)

    def _most(self, name: str) -> float:
        """What a node can serve (per second); infinite where there is no telling."""
        if self._capacity is None:
            plan = self._case.record.plan
            demand = demand_of(plan)
            found = {} if demand is None else capacities(plan, demand)
            self._capacity = {each: of.rate for each, of in found.items()}
        return self._capacity.get(name, math.inf)
