"""Tells of what happens again and again, without filling the timeline: the first ones, then their number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.sim.machine import Machine
    from engine.sim.snapshot import NoticeKind, Role

_TOLD: Final = 20
"""Things that are told one by one; then they are counted."""
_PARTS: Final = 20
"""Parts of a scenario for each of which there is one notice of what was counted."""
_NAMED: Final = 3
"""Names in such a notice."""


class Chronicle:
    """What there is to tell of one sort of thing on one machine."""

    def __init__(self, machine: Machine, notify: Callable[[Notice], None], word: str) -> None:
        """Know whom to tell, and what people call the thing: ``faults``."""
        self._machine = machine
        self._notify = notify
        self._word = word
        self._told = 0
        self._counted: dict[str, int] = {}
        """By what it happened to."""
        self._waiting = False

    def say(self, kind: NoticeKind, target: str, text: str, *roles: Role) -> bool:
        """Tell of something, or count it; says whether it was told."""
        if self._told < _TOLD:
            self._told += 1
            now = self._machine.now
            self._notify(Notice(at=now, kind=kind, text=text, target=target, roles=roles))
            return True
        self._counted[target] = self._counted.get(target, 0) + 1
        if not self._waiting:
            self._waiting = True
            self._machine.clock.process(self._sum_up())
        return False

    def close(self, kind: NoticeKind, target: str, text: str, *roles: Role) -> None:
        """Tell how something ended of which was told."""
        now = self._machine.now
        self._notify(Notice(at=now, kind=kind, text=text, target=target, roles=roles))

    def _sum_up(self) -> Generator[Any, Any, None]:
        """Wait for some time, and tell how often it happened."""
        span = self._machine.plan.duration / _PARTS
        yield self._machine.clock.timeout(span)
        counted, self._counted, self._waiting = self._counted, {}, False
        most = sorted(counted, key=lambda name: (-counted[name], name))
        called = self._machine.plan.name
        names = ", ".join(f"{called(name)} {counted[name]}" for name in most[:_NAMED])
        more = f", {len(most) - _NAMED} others" if len(most) > _NAMED else ""
        text = f"{sum(counted.values())} {self._word} since: {names}{more}"
        self._notify(Notice(at=self._machine.now, kind="alert", text=text, target=most[0]))
