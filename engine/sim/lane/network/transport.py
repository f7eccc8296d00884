"""What the bytes of a link's calls meet: bandwidth, the windows of connections, encryption."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import OK
from engine.sim.lane.network.bandwidth import Channel, held_by_loss
from engine.sim.lane.network.connection import Connection
from engine.sim.lane.network_path import NetworkPath, Transport
from engine.sim.lane.owners import cookie_of
from engine.sim.lane.volume import answer_bytes

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.instance import Instance
    from engine.sim.lane.link import Link

_INSTANT: Final = 1e-9
"""Seconds: the least time after which something that is given up is noticed."""


@final
class Network(Transport):
    """The network under one link. Both ends share its bandwidth, each direction for itself."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.request_channel = Channel()
        self.response_channel = Channel()
        self.request_bytes: list[float] = []
        """Size of each class."""
        self.response_bytes: list[float] = []
        self.cookie = 0.0
        """Bytes that requests of users carry beside their own."""
        self.cipher = 0.0
        """Work (s) that each byte does."""
        self.charges = True
        """Whether the callee has workers who do that work; else it only takes its time."""
        self.relays = False
        """Whether it comes from such a balancer, and TLS is ended where it leads."""
        self.congested = True
        """Whether losses hold transfers up, as they do those of TCP and QUIC."""

    def there(self, call: Call, now: float) -> float:
        """Time (s) until a request is there; negative where it is given up after that time."""
        work = self.cipher_work(call)
        lease = call.lease
        connection: Connection | None = None
        if isinstance(lease, Connection):
            connection = lease
            if lease.closes < math.inf:
                return min(now - lease.closes, -_INSTANT)
            if lease.used == 1 and not lease.shaken:
                work += self.handshake
        delay = self._travel(self.request_channel, connection, self._request_size(call), now)
        if delay < 0.0:
            return delay
        if self.passes:
            return delay
        parent = call.parent
        if self.relays and parent is not None:
            wait = self._greeted(parent, now)
            if wait < 0.0:
                return wait
            delay += wait
            work += self._relayed(parent)
        if not self.charges:
            return delay + work
        call.size = work
        return delay

    def _greeted(self, job: Call, now: float) -> float:
        """Time (s) until the instance knows the connection that a request came over to the balancer.

        Round trips of the set-up go all the way. What they take on this side of the balancer comes on top of what
        they took on the other. Negative where they are given up after that time.
        """
        lease = job.lease
        if not isinstance(lease, Connection):
            return 0.0
        if lease.known_at == math.inf:
            span = 0.0
            legs = 2 * lease.pool.keeper.rules.round_trips
            while legs > 0:
                leg = self.link.crossing()
                if leg < 0.0:
                    return leg - span
                span += leg
                legs -= 1
            lease.known_at = now + span
        return max(0.0, lease.known_at - now)

    def _relayed(self, job: Call) -> float:
        """Work (s) of the TLS of a request that came to the balancer: here it is ended."""
        path = job.path
        origin = path.network if isinstance(path, NetworkPath) else None
        if not isinstance(origin, Network):
            return 0.0
        work = origin.cipher_work(job)
        lease = job.lease
        if isinstance(lease, Connection) and not lease.greeted:
            lease.greeted = True
            work += origin.handshake
        return work

    def back(self, call: Call, now: float) -> float:
        """Time (s) until the answer is there; negative where it is given up after that time."""
        lease = call.lease
        size = 0.0
        if call.reason == OK:
            size = answer_bytes(call, self.response_bytes[call.kind])
        if not isinstance(lease, Connection):
            return self._travel(self.response_channel, None, size, now)
        delay = self._travel(self.response_channel, lease, size, now)
        lease.answered = now + abs(delay)
        return delay

    def _travel(
        self, channel: Channel, connection: Connection | None, size: float, now: float
    ) -> float:
        """Time (s) until the last byte is there; negative where it is given up after that time."""
        link = self.link
        if link.is_cut():
            return link.crossing()
        flight = link.flight()
        arrival = link.retransmitted(flight)
        if arrival < 0.0:
            return arrival
        speed = min(channel.speed, channel.own)
        out = channel.accept(size, now)
        pause = 0.0
        if link.loss > 0.0 and self.congested:
            pause = held_by_loss(size, link.loss, link.round_trip, speed)
        if connection is None:
            return out + pause + arrival
        window = connection.there if channel is self.request_channel else connection.back
        rules = connection.pool.keeper.rules
        if rules.slow_start:
            pause = max(pause, window.slow_start(size, link.round_trip, speed))
        delay = out + pause + arrival
        if rules.ordered:
            return window.delivered(delay, now, lost=arrival > flight)
        return delay

    def leg(self, caller: Pool | None, callee: Pool) -> float:
        """Time (s) of a crossing between two instances that carries no bytes worth a word."""
        return self.link.crossing()

    def cut(self, caller: Instance | None, callee: Instance) -> bool:
        """Whether nothing gets through between two instances now."""
        return self.link.is_cut()

    def _request_size(self, call: Call) -> float:
        """Bytes of a request; what stores something carries what an answer would."""
        sizes = self.response_bytes if call.fill else self.request_bytes
        size = sizes[call.kind]
        return size if self.cookie <= 0.0 else size + cookie_of(call, self.cookie)

    def cipher_work(self, call: Call) -> float:
        """Work (s) that the bytes of a call cost the callee, both ways."""
        size = self._request_size(call)
        if not call.fill:
            size += self.response_bytes[call.kind]
        return self.cipher * size
