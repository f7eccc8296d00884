"""Looks at one key of a cluster: what was asked and answered, and which instance held which version when."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import NEVER

if TYPE_CHECKING:
    from mypy_extensions import i64


@final
class Asked:
    """A read or a write of the key, from when it began until it was answered; never where it failed."""

    def __init__(self, begun: float, ended: float, version: i64, *, writes: bool) -> None:
        self.begun = begun
        self.ended = ended
        self.version: i64 = version
        self.writes = writes


@final
class Held:
    """From a time on an instance holds a version."""

    def __init__(self, at: float, instance: i64, version: i64) -> None:
        self.at = at
        self.instance: i64 = instance
        self.version: i64 = version


@final
class Watch:
    """The history of one key since it is watched; the older half goes once there is too much."""

    def __init__(self, key: i64, most: i64) -> None:
        self.key: i64 = key
        self._most: i64 = most
        self.asked: list[Asked] = []
        self.held: list[Held] = []

    def begins(self, version: i64, now: float) -> None:
        """A write begins; nobody knows yet whether it will be acknowledged."""
        self._keep(Asked(now, NEVER, version, writes=True))

    def acknowledged(self, version: i64, now: float) -> None:
        """A write is acknowledged."""
        for each in reversed(self.asked):
            if each.writes and each.version == version:
                each.ended = now
                return

    def answered(self, begun: float, version: i64, now: float) -> None:
        """A read is answered."""
        self._keep(Asked(begun, now, version, writes=False))

    def holds(self, instance: i64, version: i64, now: float) -> None:
        """An instance holds another version from now on."""
        self.held.append(Held(now, instance, version))
        if len(self.held) > self._most:
            del self.held[: int(self._most) // 2]

    def _keep(self, asked: Asked) -> None:
        """Remember what was asked."""
        self.asked.append(asked)
        if len(self.asked) > self._most:
            del self.asked[: int(self._most) // 2]
