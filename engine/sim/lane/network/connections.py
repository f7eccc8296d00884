"""That calls need a connection: a rule of their link."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import OK
from engine.sim.lane.network.connection_group import ConnectionGroup
from engine.sim.lane.network.connection_rules import ConnectionCounts

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint, Pool
    from engine.sim.lane.link import Link
    from engine.sim.lane.network.connection_rules import ConnectionRules


@final
class Connections(ConnectionCounts):
    """Every call of a link goes on a connection, kept for each pair of instances, or for each user."""

    def __init__(self, link: Link, rules: ConnectionRules) -> None:
        super().__init__(link, rules)
        self.groups: dict[tuple[Pool, Endpoint], ConnectionGroup] = {}
        self._known: dict[Pool, dict[Endpoint, ConnectionGroup]] = {}
        """The same, where each call looks for its own: finding two things is cheaper than making a pair of them."""

    def admit(self, call: Call, now: float) -> i64:
        """Board a connection, now or when there is one."""
        endpoint = call.endpoint
        if endpoint is None:
            return OK
        parent = call.parent
        caller = call.pool if parent is None else parent.pool
        known = self._known.get(caller)
        group = None if known is None else known.get(endpoint)
        if group is None:
            group = ConnectionGroup(self, caller, endpoint)
            self.groups[(caller, endpoint)] = group
            self._know(caller, endpoint, group)
        group.look(now)
        return group.pool_of(call).admit(call, now)

    def follow(self, rules: ConnectionRules, now: float) -> None:
        """Keep connections by other rules; groups that nobody uses are forgotten."""
        others = rules.per_user != self.rules.per_user
        self.rules = rules
        kept: dict[tuple[Pool, Endpoint], ConnectionGroup] = {}
        for key, group in self.groups.items():
            group.look(now)
            group.follow()
            if others:
                group.close_idle()
            pools = group.pools()
            if rules.reconnect is not None or any(not pool.unused() for pool in pools):
                kept[key] = group
            for pool in pools:
                pool.serve(now)
        self.keep(kept)

    def keep(self, groups: dict[tuple[Pool, Endpoint], ConnectionGroup]) -> None:
        """Keep some groups; the others close what is idle."""
        gone = self.groups
        self.groups = groups
        self._known = {}
        for (caller, endpoint), group in groups.items():
            self._know(caller, endpoint, group)
        for key, group in gone.items():
            if groups.get(key) is not group:
                group.forgotten = True
                group.close_idle()

    def _know(self, caller: Pool, endpoint: Endpoint, group: ConnectionGroup) -> None:
        """Find a group from now on."""
        known = self._known.get(caller)
        if known is None:
            known = {}
            self._known[caller] = known
        known[endpoint] = group

    def standing(self, now: float) -> i64:
        """Connections that stand or are being set up."""
        count: i64 = 0
        for group in self.groups.values():
            count += group.standing(now)
        return count
