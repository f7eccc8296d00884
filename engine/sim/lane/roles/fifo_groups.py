"""FIFO groups: of the messages of a group one at a time is delivered, in the order of publishing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.mixing import mixed
from engine.sim.lane.station.line import Fifo

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call

_SALT: Final = 0x5F1F0


@final
class FifoGroups:
    """Who has the turn of each group, and who waits behind that.

    A message keeps its turn until it is consumed or dead, however often it is delivered.
    """

    def __init__(self, count: int) -> None:
        self.count: i64 = count
        """How many groups the keys fall into."""
        self.holders: dict[Call, int] = {}
        """Messages that have the turn of their group, with the group."""
        self._turns: dict[int, int] = {}
        """How many have the turn of a group: more than one only after there were more groups before."""
        self._lines: dict[int, Fifo] = {}
        """Those who wait, of groups where some do."""

    def group_of(self, key: i64) -> int:
        """The group of a key."""
        return int(mixed(key, _SALT) % self.count)

    def admits(self, message: Call) -> bool:
        """Whether it is the turn of a message; otherwise it waits here for it."""
        group = self.group_of(message.key)
        if group in self._turns:
            line = self._lines.get(group)
            if line is None:
                line = self._lines[group] = Fifo()
            line.push(message)
            return False
        self._turns[group] = 1
        self.holders[message] = group
        return True

    def hold(self, message: Call) -> None:
        """A message is under way whose turn it was before the groups became others."""
        group = self.group_of(message.key)
        self._turns[group] = self._turns.get(group, 0) + 1
        self.holders[message] = group

    def release(self, message: Call) -> Call | None:
        """A message is through: whose turn is it now?"""
        group = self.holders.pop(message, -1)
        if group < 0:
            return None  # it was under way before there were groups
        left = self._turns[group] - 1
        if left > 0:
            self._turns[group] = left
            return None
        line = self._lines.get(group)
        following = None if line is None else line.pop()
        if following is None:
            del self._turns[group]
            return None
        if line is not None and line.first is None:
            del self._lines[group]
        self.holders[following] = group
        return following

    def waiting(self) -> list[Call]:
        """Take everybody out who waits for a turn."""
        found: list[Call] = []
        for line in self._lines.values():
            message = line.pop()
            while message is not None:
                found.append(message)
                message = line.pop()
        self._lines.clear()
        return found

    def oldest(self) -> float:
        """When the first was published of those who wait for a turn; never where nobody does."""
        age = float("inf")
        for line in self._lines.values():
            age = min(age, line.oldest())
        return age
