"""Which machine serves for a node: another one leaves behind what was wrong with the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.control.effects import effect_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.plan.primitives import EventPlan


class Succession:
    """The nodes of one machine that are served by another machine than at first, or by none on purpose."""

    def __init__(self) -> None:
        self.fenced: dict[str, int | None] = {}
        """Nodes whose machine was shut out, so that another one can follow; of one with followers, the instance by
        its place."""
        self.promoting: set[str] = set()
        """Nodes of which a standby is being made the leader."""
        self._behind: dict[str, list[EventPlan]] = {}
        """By node, what is wrong with the machine before."""

    def is_on(self, name: str, event: EventPlan) -> bool:
        """Whether an event is about the machine that serves for a node now."""
        return event not in self._behind.get(name, ())

    def has_left(self, name: str) -> bool:
        """Whether the machine before is still unwell."""
        return bool(self._behind.get(name))

    def leave(self, name: str, active: Iterable[EventPlan]) -> None:
        """Have another machine serve for a node; active events have to do with the one before."""
        self.fenced.pop(name, None)
        self.promoting.discard(name)
        self._behind[name] = [
            event for event in active if name in event.nodes and effect_of(event).node is not None
        ]

    def forget(self, name: str) -> None:
        """A node is gone: another one of its name begins anew."""
        self.fenced.pop(name, None)
        self.promoting.discard(name)
        self._behind.pop(name, None)

    def end(self, event: EventPlan) -> None:
        """Something is over."""
        for events in self._behind.values():
            if event in events:
                events.remove(event)

    def replace(self, old: EventPlan, new: EventPlan) -> None:
        """Something is another thing now."""
        for events in self._behind.values():
            if old in events:
                events[events.index(old)] = new
