"""The same instance again: for as long as a session, a client or a connection is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.network.connection import Connection, connection_of
from engine.sim.lane.owners import client_of, root_of
from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call, Endpoint, Pool

EXPIRY: Final = 1800.0
"""Seconds without a request after which nobody knows any more who belongs where (HAProxy's usual ``expire 30m``)."""
_FEW: Final = 1024


@final
class Pin:
    """Where somebody belongs."""

    def __init__(self, endpoint: Endpoint, now: float) -> None:
        self.endpoint = endpoint
        self.deaths: i64 = endpoint.pool.deaths
        """How often the instance had died by then: what it knew died with it."""
        self.at = now
        """When it was last asked."""


@final
class Pins:
    """Where everybody belongs; it stays while the instances change."""

    def __init__(self) -> None:
        self.known: dict[str, dict[int, Pin]] = {}
        """By the client and the number of the user there; a whole client is user -1."""
        self.count: i64 = 0
        self.lost: i64 = 0
        """Those whose instance was gone, or had died, when they came again."""
        self._most: i64 = _FEW

    def find(self, client: str, number: int) -> Pin | None:
        """Where somebody belongs."""
        users = self.known.get(client)
        return None if users is None else users.get(number)

    def put(self, client: str, number: int, pin: Pin) -> None:
        """Have somebody belong somewhere."""
        users = self.known.get(client)
        if users is None:
            users = {}
            self.known[client] = users
        if number not in users:
            self.count += 1
        users[number] = pin
        if self.count > self._most:
            self._tidy(pin.at)

    def _tidy(self, now: float) -> None:
        """Forget those who have not come for long."""
        count: i64 = 0
        for client in list(self.known):
            users = {
                number: pin for number, pin in self.known[client].items() if now - pin.at < EXPIRY
            }
            self.known[client] = users
            count += len(users)
        self.count = count
        self._most = max(2 * count, _FEW)


@final
class Affinity(Picker):
    """Whoever came before goes where it went; who is new goes where another picker says."""

    def __init__(
        self, endpoints: list[Endpoint], inner: Picker, pins: Pins, agenda: Agenda
    ) -> None:
        super().__init__(endpoints)
        self.pins = pins
        self.whole_clients = False
        """Whether all users of a client are one."""
        self._inner = inner
        self._agenda = agenda
        self._among = dict.fromkeys(endpoints)

    def pick(self, call: Call) -> Endpoint | None:
        """Where it belongs, unless that is gone or was down meanwhile.

        Whoever belongs to an instance that drains still goes there (as with HAProxy's ``drain``).
        """
        root = root_of(call)
        user = root.user
        if user is None and not self.whole_clients:
            return self._inner.pick(call)
        client, now = client_of(root), self._agenda.now
        number = -1 if user is None or self.whole_clients else int(user.number)
        pin = self.pins.find(client, number)
        if pin is not None:
            endpoint = pin.endpoint
            sound = (endpoint.healthy or endpoint.drains()) and endpoint in self._among
            # Of one that is down still, what it knew is counted as lost once: when it is back, or left out.
            if sound and (endpoint.pool.down or endpoint.pool.deaths == pin.deaths):
                pin.at = now
                return endpoint
            if sound:
                self.pins.lost += 1
                pin.deaths = endpoint.pool.deaths
                pin.at = now
                return endpoint
        found = self._inner.pick(call)
        if found is not None:
            if pin is not None:  # with nobody to go to, it is not lost yet
                self.pins.lost += 1
            self.pins.put(client, number, Pin(found, now))
        return found

    def pick_other(self, call: Call, tried: list[Pool]) -> Endpoint | None:
        """Another one for this once: that is no reason to belong there."""
        return self._inner.pick_other(call, tried)


@final
class PerConnection(Picker):
    """Layer 4: all that comes over a connection goes to one instance; calls without one are each their own."""

    def __init__(self, endpoints: list[Endpoint], inner: Picker) -> None:
        super().__init__(endpoints)
        self._inner = inner
        self._among = dict.fromkeys(endpoints)

    def pick(self, call: Call) -> Endpoint | None:
        """Where the connection leads; nowhere once that has died, since the connection died with it."""
        parent = call.parent
        lease = None if parent is None else parent.lease
        if not isinstance(lease, Connection):
            return self._inner.pick(call)
        endpoint = lease.leads_to
        if endpoint is not None:
            if lease.is_cut():
                return None
            if endpoint.pool.leaving or endpoint in self._among:
                return endpoint
        found = self._inner.pick(call)
        if found is not None:
            lease.lead(found)
        return found

    def leads(self, call: Call) -> bool:
        """Whether the connection of a call leads somewhere already, if only to the dead."""
        connection = connection_of(call)
        endpoint = None if connection is None else connection.leads_to
        if connection is None or endpoint is None:
            return False
        return connection.is_cut() or endpoint.pool.leaving or endpoint in self._among

    def pick_other(self, call: Call, tried: list[Pool]) -> Endpoint | None:
        """Nowhere else: what comes over a connection cannot be sent again over another."""
        return self.pick(call)
