"""The users whose requests come at a rate, told apart: each request is of one of them, all equally likely."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.user import User

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.draws import Draws


@final
class OpenUser(User):
    """One who does not wait for an answer before the next request."""

    def __init__(self, number: i64) -> None:
        self.number = number

    def answered(self, now: float) -> None:
        """The next request comes when it comes."""


@final
class Crowd:
    """The users of one client with open arrivals."""

    def __init__(self, uniforms: Draws) -> None:
        self.count: i64 = 0
        """How many there are now."""
        self._uniforms = uniforms
        self._users: dict[int, User] = {}
        """Those who have asked so far, by number: most of a large crowd may never do."""

    def draw(self) -> User:
        """Whose the next request is."""
        number = self._uniforms.below(self.count)
        user = self._users.get(number)
        if user is None:
            user = OpenUser(number)
            self._users[number] = user
        return user
