"""That calls need a connection: a rule of their link."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import OK
from engine.sim.lane.network.connection_group import ConnectionGroup
from engine.sim.lane.seams import BOARD, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint, Pool
    from engine.sim.lane.link import Link
    from engine.sim.lane.network.connection import ConnectionRules


@final
class Connections(Rule):
    """Every call of a link goes on a connection, kept for each pair of instances, or for each user."""

    def __init__(self, link: Link, rules: ConnectionRules) -> None:
        self.moments = BOARD
        self.link = link
        self.rules = rules
        self.groups: dict[tuple[Pool, Endpoint], ConnectionGroup] = {}
        self.waiting: i64 = 0
        """Calls that wait for a connection."""
        self.riding: i64 = 0
        """Calls on connections."""
        self.opened: i64 = 0
        """Connections begun to be set up."""
        self.boarded: i64 = 0
        self.waited = 0.0
        """Time (s) that calls waited for their connection."""
        self.refused: i64 = 0
        """Calls that found no place to wait."""
        self.reconnects: i64 = 0
        """Connections begun to be set up to replace one that was lost."""
        self.resets: i64 = 0
        """Calls sent on connections that the callee had closed, or closed before they arrived."""

    def admit(self, call: Call, now: float) -> i64:
        """Board a connection, now or when there is one."""
        endpoint = call.endpoint
        if endpoint is None:
            return OK
        parent = call.parent
        caller = call.pool if parent is None else parent.pool
        group = self.groups.get((caller, endpoint))
        if group is None:
            group = ConnectionGroup(self, caller, endpoint)
            self.groups[(caller, endpoint)] = group
        group.look(now)
        return group.pool_of(call).admit(call, now)

    def follow(self, rules: ConnectionRules, now: float) -> None:
        """Keep connections by other rules; groups that nobody uses are forgotten."""
        others = rules.per_user != self.rules.per_user
        self.rules = rules
        groups = self.groups
        self.groups = {}
        for key, group in groups.items():
            group.look(now)
            group.follow()
            if others:
                group.close_idle()
            pools = group.pools()
            if rules.reconnect is not None or any(not pool.unused() for pool in pools):
                self.groups[key] = group
            for pool in pools:
                pool.serve(now)

    def keeps(self, group: ConnectionGroup) -> bool:
        """Whether it has a group still."""
        return self.groups.get((group.caller, group.endpoint)) is group

    def standing(self, now: float) -> i64:
        """Connections that stand or are being set up."""
        count: i64 = 0
        for group in self.groups.values():
            count += group.standing(now)
        return count
