"""What the bytes of a link's calls meet: bandwidth, connections, encryption."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import OK, OUTBOUND
from engine.sim.lane.network.bandwidth import Channel, held_by_loss
from engine.sim.lane.network.connections import Carrier, Connection, ConnectionPool, Rules

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint, Pool
    from engine.sim.lane.link import Link


@final
class Network(Carrier):
    """The network under one link. Both ends share its bandwidth, each direction for itself."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self.there = Channel()
        self.back_channel = Channel()
        self.request_bytes: list[float] = []
        """Size of each class."""
        self.response_bytes: list[float] = []
        self.handshake = 0.0
        """Work (s) that each new connection costs the callee."""
        self.cipher = 0.0
        """Work (s) that each byte does."""
        self.charges = True
        """Whether the callee has workers who do that work; else it only takes its time."""
        self.congested = True
        """Whether losses hold transfers up, as they do those of TCP and QUIC."""
        self.rules: Rules | None = None
        """How connections are kept, where there are any."""
        self.pools: dict[tuple[Pool, Endpoint], ConnectionPool] = {}
        self.boarded: i64 = 0
        self.waited = 0.0
        """Time (s) that calls waited for their connection."""

    def depart(self, call: Call, endpoint: Endpoint, now: float) -> None:
        """Send an attempt that was counted in, once it has a connection."""
        call.pool.coming += 1
        rules = self.rules
        if rules is None:
            self._send(call, None, self._cipher_work(call), now)
            return
        parent = call.parent
        caller = call.pool if parent is None else parent.pool
        pool = self.pools.get((caller, endpoint))
        if pool is None:
            pool = ConnectionPool(self, caller, endpoint, rules)
            self.pools[(caller, endpoint)] = pool
        pool.admit(call, now)

    def board(self, call: Call, connection: Connection, now: float, *, fresh: bool) -> None:
        """Send an attempt on its connection."""
        self.boarded += 1
        self.waited += now - call.sent
        work = self._cipher_work(call)
        self._send(call, connection, work + self.handshake if fresh else work, now)

    def back(self, call: Call, now: float) -> float:
        """Time (s) until the answer is there; negative where it is given up after that time."""
        lease = call.lease
        found = call.reason == OK and not call.missed and not call.fill
        size = self.response_bytes[call.kind] if found else 0.0
        if not isinstance(lease, Connection):
            return self._travel(self.back_channel, None, size, now)
        delay = self._travel(self.back_channel, lease, size, now)
        lease.answered = now + abs(delay)
        return delay

    def _send(self, call: Call, connection: Connection | None, work: float, now: float) -> None:
        """Put a request on the link."""
        link = self.link
        delay = self._travel(self.there, connection, self._request_size(call), now)
        if delay < 0.0:
            call.pool.coming -= 1
            link.lose(call, -delay)
            return
        if self.charges:
            call.toll = work
        else:
            delay += work
        if link.dots > 0:
            link.see_request(call, now, delay)
        call.stage = OUTBOUND
        link.agenda.schedule(delay, call)

    def _travel(
        self, channel: Channel, connection: Connection | None, size: float, now: float
    ) -> float:
        """Time (s) until the last byte is there; negative where it is given up after that time."""
        link = self.link
        if link.cuts > 0 or link.loss >= 1.0:
            return link.crossing()
        flight = link.flight()
        arrival = link.retransmitted(flight)
        if arrival < 0.0:
            return arrival
        speed = channel.speed
        out = channel.accept(size, now)
        pause = 0.0
        if link.loss > 0.0 and self.congested:
            pause = held_by_loss(size, link.loss, link.round_trip, speed)
        if connection is None:
            return out + pause + arrival
        window = connection.there if channel is self.there else connection.back
        rules = connection.pool.rules
        if rules.slow_start:
            pause = max(pause, window.slow_start(size, link.round_trip, speed))
        delay = out + pause + arrival
        if rules.ordered:
            return window.delivered(delay, now, lost=arrival > flight)
        return delay

    def _request_size(self, call: Call) -> float:
        """Bytes of a request; what stores something carries what an answer would."""
        sizes = self.response_bytes if call.fill else self.request_bytes
        return sizes[call.kind]

    def _cipher_work(self, call: Call) -> float:
        """Work (s) that the bytes of a call cost the callee, both ways."""
        size = self._request_size(call)
        if not call.fill:
            size += self.response_bytes[call.kind]
        return self.cipher * size
