"""What the bodies of a machine are made from, and whom they tell of rare changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.origins import NO_ORIGINS
from engine.plan.sessions import NOTHING
from engine.records import dataclass
from engine.sim.body import padded
from engine.sim.lane.seams import Listener

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.policies.policy import Policy
    from engine.plan.deadline_propagation import DeadlinePropagation
    from engine.plan.origins import DataOrigins
    from engine.plan.pass_through import PassThrough
    from engine.plan.primitives import Plan
    from engine.plan.sessions import Carried
    from engine.sim.identity_book import IdentityBook
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Streams
    from engine.sim.lane.numbering import Numbering
    from engine.sim.lane.stores.versions import Origins


@dataclass(slots=True)
class Setup:
    """What bodies are made from."""

    agenda: Agenda
    streams: Streams
    plan: Plan
    kinds: int
    """Request classes, at most so far: requests under way may be of one that is gone."""
    propagation: DeadlinePropagation
    passing: PassThrough
    numbering: Numbering
    """Whether repeats of calls are told from other calls."""
    identities: IdentityBook
    """The users of auth servers."""
    origins: Origins
    """The versions of what is written at data origins."""
    hear: Callable[[str, str, str, float], None]
    """Takes the id of a node or link, what happened to it, in which tone, and when (s)."""
    carried: Carried = NOTHING
    """What links carry of sessions."""
    conditional: bool = False
    """Whether any store asks whether there is another version than the one that it has."""
    data_origins: DataOrigins = NO_ORIGINS
    """Whose data stores hold copies of, where anything can be stale."""

    def request_bytes(self) -> list[float]:
        """Size of a request of each class."""
        return padded([each.request_bytes for each in self.plan.classes], self.kinds)

    def response_bytes(self, link: str) -> list[float]:
        """Size of an answer to each class over a link."""
        size = self.carried.stored.get(link)
        if size is not None:
            return [float(size)] * self.kinds
        return padded([each.response_bytes for each in self.plan.classes], self.kinds)


class Herald(Listener):
    """Tells outside the lane that something is in another state."""

    def __init__(self, setup: Setup, owner: str, policy: type[Policy]) -> None:
        self._hear = setup.hear
        self._owner = owner
        self._policy = policy

    def changed(self, state: str, now: float) -> None:
        """Say it as people read it."""
        told = self._policy.states[state]
        self._hear(self._owner, f"{self._policy.title} {told.word}", told.tone, now)
