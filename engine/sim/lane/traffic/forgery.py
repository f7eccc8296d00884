"""Wrong credentials: requests of somebody who guesses the password of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.traffic.crowd import OpenUser
from engine.sim.lane.user import Forger

if TYPE_CHECKING:
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.user import User


@final
class Forgery(Forger):
    """Has a share of a client's requests carry wrong credentials."""

    def __init__(self, uniforms: Draws) -> None:
        self.share = 1.0
        """Of the requests."""
        self._uniforms = uniforms
        self._twins: dict[int, User] = {}
        """Those who guess for accounts whose users send requests of their own meanwhile, by number."""

    def sender(self, user: User | None) -> User | None:
        """Who sends the next request: its user, or somebody who guesses the password of that user."""
        forged = self._uniforms.draw() < self.share
        if user is not None and not isinstance(user, OpenUser):
            user.forger = self if forged else None
            return user
        if not forged:
            return user
        number = 0 if user is None else int(user.number)
        twin = self._twins.get(number)
        if twin is None:
            twin = OpenUser(number)
            twin.forger = self
            self._twins[number] = twin
        return twin
