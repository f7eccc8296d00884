"""Nodes that an attacker has: for how long, and over which link he came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.model.metrics import BLAST_RADIUS, COMPROMISED
from engine.sim.body import Adapter, Counters, Values, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.sim.parts import NodePart


class Exposure:
    """Whether an attacker has one node."""

    def __init__(self) -> None:
        self.over: str | None = None
        """The link over which he came, empty where he came in here; None while he is not here."""
        self.first: tuple[float, str] | None = None
        """When one first came (s), and over which link; None where none has come yet."""
        self._since = 0.0
        self._seconds = 0.0
        self._times = 0

    def stand(self, over: str | None, now: float) -> None:
        """He is here from now on, or no longer."""
        if (over is None) != (self.over is None):
            self._seconds = self.seconds(now)
            self._since = now
            self._times += over is not None
        if over is not None and self.first is None:
            self.first = (now, over)
        self.over = over

    def seconds(self, now: float) -> float:
        """For how long he has had it so far (s)."""
        return self._seconds + (now - self._since if self.over is not None else 0.0)

    def counters(self, now: float) -> Counters:
        """Time that he has had it (s), and how often he has come."""
        return (self.seconds(now), float(self._times))


class ExposureAdapter(Adapter[Exposure]):
    """Counts the time for which a node is compromised."""

    name = "compromise"

    def counters(self, body: Exposure, now: float) -> Counters:
        """Time, and times."""
        return body.counters(now)

    def extra(self, body: Exposure, since: Sequence[float], span: float, now: float) -> Values:
        """Share of the time."""
        return {COMPROMISED.name: ratio(since[0], span)}


EXPOSURE: Final = ExposureAdapter()


def exposure_of(part: NodePart) -> Exposure | None:
    """What counts for how long an attacker has a node; None where none can come."""
    body = part.controller(EXPOSURE)
    return None if body is None else body.thing


def was_compromised(part: NodePart, now: float, since: Counters | None = None) -> bool | None:
    """Whether an attacker has had a node since some counters, or the measurement began; None where none can come."""
    body = part.controller(EXPOSURE)
    if body is None:
        return None
    marked = part.marked.get(EXPOSURE.name, (0.0, 0.0)) if since is None else since
    return body.thing.over is not None or body.counters(now) > tuple(marked)


class BlastLook:
    """How many nodes attackers have from some time on."""

    def __init__(self, nodes: Mapping[str, NodePart], now: float) -> None:
        self._nodes = nodes
        bodies = ((name, part.controller(EXPOSURE)) for name, part in nodes.items())
        self._since = {name: body.counters(now) for name, body in bodies if body is not None}

    def result(self, now: float, _limits: object = None) -> dict[str, Any]:
        """What was measured up to now, as it is called in results."""
        had = [
            was_compromised(part, now, self._since.get(name, (0.0, 0.0)))
            for name, part in self._nodes.items()
        ]
        return {} if all(each is None for each in had) else {BLAST_RADIUS.name: sum(map(bool, had))}

    def close(self) -> None:
        """Watch no more."""
