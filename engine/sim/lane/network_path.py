"""The network between two nodes: how long a crossing takes, and what gets lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.call import CallPath
from engine.sim.lane.samplers import Constant, Sampler

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.instance import Instance

RETRANSMIT: Final = 0.2
"""Least first retransmission time-out (s), doubling (what TCP implementations use; Linux: 200 ms)."""
TRANSMISSIONS: Final = 6
"""Losses in a row after which a crossing is given up: 12.6 s in all where the time-out is the least."""
ALL_WAITS: Final = float((1 << TRANSMISSIONS) - 1)
"""All of them together, in first time-outs."""

REQUEST: Final = 0
RESENT: Final = 1
ANSWER: Final = 2
FAILURE: Final = 3


@final
class Seen:
    """A crossing that was recorded for the eye."""

    def __init__(self, kind: int, at: float, delay: float) -> None:
        self.kind = kind
        self.at = at
        self.delay = delay


class Transport:
    """What the bytes of a link's calls meet beside its delay: see `engine.sim.lane.network`."""

    handshake: float = 0.0
    """Work (s) that each new connection costs the callee."""
    passes: bool = False
    """Whether TLS is not ended where the link leads: a balancer of layer 4 hands it on."""

    def there(self, call: Call, now: float) -> float:
        """Time (s) until a request is there; negative where it is given up after that time."""
        raise NotImplementedError

    def back(self, call: Call, now: float) -> float:
        """Time (s) until the answer is there; negative where it is given up after that time."""
        raise NotImplementedError

    def leg(self, caller: Pool | None, callee: Pool) -> float:
        """Time (s) of a crossing of the link between two instances that carries no bytes worth a word."""
        raise NotImplementedError

    def cut(self, caller: Instance | None, callee: Instance) -> bool:
        """Whether nothing gets through between two instances now."""
        raise NotImplementedError


class NetworkPath(CallPath):
    """The network under a link, as its delay, its jitter and its losses."""

    agenda: Agenda
    fixed: float = 0.0
    """The delay where every crossing takes the same and meets nothing, else negative."""
    dots: i64 = 0
    """Crossings still to be recorded for the eye."""
    jitter: Sampler | None = None
    loss: float = 0.0
    cuts: i64 = 0
    """Partitions that cut it now."""
    extra: float = 0.0
    """Delay (s) that faults add to each crossing."""
    usual: float = 0.0
    """Mean time of a crossing (s) without faults."""
    round_trip: float = 0.0
    """Mean time (s) there and back, faults included."""
    retransmit: float = RETRANSMIT
    """First retransmission time-out (s): twice the round trip, and not less than the least."""
    network: Transport | None = None
    """What its bytes and connections meet, where it has a bandwidth, connections or encryption."""

    def __init__(self, agenda: Agenda, uniforms: Draws) -> None:
        self.agenda = agenda
        self.uniforms = uniforms
        self.delay: Sampler = Constant(0.0)
        self.seen: list[Seen] = []

    def settle_delay(self) -> None:
        """Find out whether crossings always take the same; after any change of the network."""
        plain = self.jitter is None and self.loss <= 0.0 and self.cuts == 0 and self.network is None
        self.fixed = self.delay.fixed + self.extra if plain and self.delay.fixed >= 0.0 else -1.0
        self.round_trip = 2.0 * (self.usual + self.extra)
        self.retransmit = max(RETRANSMIT, 2.0 * self.round_trip)

    def is_cut(self) -> bool:
        """Whether nothing gets through now."""
        return self.cuts > 0 or self.loss >= 1.0

    def leg(self, caller: Pool | None, callee: Pool) -> float:
        """Time of one crossing (s) between two instances that carries no bytes worth a word."""
        network = self.network
        return self.crossing() if network is None else network.leg(caller, callee)

    def cut_between(self, caller: Instance | None, callee: Instance) -> bool:
        """Whether nothing gets through between two instances now."""
        network = self.network
        return self.is_cut() if network is None else network.cut(caller, callee)

    def parts(self, caller: Instance | None, callee: Instance) -> bool:
        """Whether nothing gets through between two instances now."""
        network = self.network
        return self.is_cut() or (network is not None and network.cut(caller, callee))

    def crossing(self) -> float:
        """Time of one crossing (s); negative where it is given up after that time."""
        if self.is_cut():
            return -self.retransmit * ALL_WAITS
        return self.retransmitted(self.flight())

    def flight(self) -> float:
        """Time (s) that what is not lost takes."""
        delay = self.delay.draw() + self.extra
        jitter = self.jitter
        return delay if jitter is None else delay + jitter.draw()

    def retransmitted(self, flight: float) -> float:
        """A flight with the waits for what gets lost; negative where it is given up after that time."""
        if self.loss > 0.0:
            lost: i64 = 0
            wait = self.retransmit
            while self.uniforms.draw() < self.loss:
                flight += wait
                wait *= 2.0
                lost += 1
                if lost == TRANSMISSIONS:
                    return -self.retransmit * ALL_WAITS
        return flight

    def see(self, kind: int, now: float, delay: float) -> None:
        """Record a crossing for the eye."""
        self.dots -= 1
        self.seen.append(Seen(kind, now, delay))
