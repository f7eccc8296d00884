"""Sets up clients: their sources of traffic, mix of classes, keys and deadlines."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from engine.plan.primitives import INFINITE, KeyPlan
from engine.sim.lane.expiry import Expiry
from engine.sim.lane.traffic.crowd import Crowd
from engine.sim.lane.traffic.forgery import Forgery
from engine.sim.lane.traffic.keys import HotKeys, Keys, hot_popularity, popularity
from engine.sim.lane.traffic.tenancy import Tenancy
from engine.sim.sources import goes_on, make_source, tune_source

if TYPE_CHECKING:
    from engine.plan.primitives import Plan, TrafficPlan, WrongPlan
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Streams
    from engine.sim.lane.traffic.client import Client
    from engine.sim.parts import NodePart


class ClientSetup:
    """Tunes the clients of one machine."""

    def __init__(self, agenda: Agenda, streams: Streams) -> None:
        self.agenda = agenda
        self.streams = streams
        self.plan: Plan
        self.kinds = 1
        self.load = 1.0
        self._keys: dict[tuple[str, str], tuple[KeyPlan, Keys]] = {}
        self._popularity: dict[KeyPlan, Any] = {}
        self._keyed = False
        """Whether any node or caller looks at keys."""

    def follow(self, plan: Plan, kinds: int) -> None:
        """Work from another plan from now on."""
        self.plan = plan
        self.kinds = kinds
        self._keyed = any(node.reads_keys for node in plan.nodes) or any(
            link.reads_keys for link in plan.links
        )
        wanted = {kind.keys for kind in plan.classes}
        self._popularity = {keys: sums for keys, sums in self._popularity.items() if keys in wanted}

    def tune(self, part: NodePart) -> None:
        """Turn a client's knobs."""
        client, traffic = part.client, part.plan.traffic
        if traffic is None or client is None:
            return
        sums, total = [], 0.0
        for share in traffic.mix:
            total += share
            sums.append(total)
        client.shares = sums
        client.keys = self._all_keys(part.plan.id)
        self._set_patience(client)
        client.settle()
        client.crowd = self._crowd(client.crowd, part.plan.id, traffic.known_users)
        client.forgery = self._forgery(client.forgery, part.plan.id, traffic.wrong_credentials)
        client.tenancy = self._tenancy(client.tenancy, traffic.tenants)
        self._set_source(part, client, traffic)

    def _crowd(self, had: Crowd | None, owner: str, count: int) -> Crowd | None:
        """The users of open arrivals; whoever was there before is who it was."""
        if count == 0:
            return None
        crowd = had or Crowd(self.streams.uniform(owner, "users"))
        crowd.count = count
        return crowd

    def _forgery(self, had: Forgery | None, owner: str, plan: WrongPlan | None) -> Forgery | None:
        """Who guesses passwords; whoever has begun to goes on."""
        if plan is None:
            return None
        forgery = had or Forgery(self.streams.uniform(owner, "wrong credentials"))
        forgery.share, forgery.of = plan.share, plan.of
        return forgery

    @staticmethod
    def _tenancy(had: Tenancy | None, shares: tuple[float, ...]) -> Tenancy | None:
        """Whose users they are; what was counted stays."""
        if not shares and had is None:
            return None
        tenancy = had or Tenancy()
        tenancy.turn(list(accumulate(shares)))
        return tenancy

    def _set_patience(self, client: Client) -> None:
        """Watch the deadlines of the classes that have one."""
        old = client.patience
        client.patience = [None] * self.kinds
        for place, kind in enumerate(self.plan.classes):
            if kind.deadline == INFINITE:
                continue
            same = old[place] if place < len(old) else None
            if same is None or same.span != kind.deadline:
                same = Expiry(self.agenda, client, kind.deadline)
            client.patience[place] = same

    def _all_keys(self, owner: str) -> list[Keys]:
        """A stream of keys a class, where any node looks at keys."""
        if not self._keyed:
            return []
        return [self._class_keys(owner, kind.name, kind.keys) for kind in self.plan.classes]

    def keys_of(self, owner: str, kind: int) -> Keys | None:
        """A stream of keys of a class for the calls of a link; none where no node looks at keys."""
        each = self.plan.classes[kind]
        return self._class_keys(owner, each.name, each.keys) if self._keyed else None

    def _class_keys(self, owner: str, name: str, plan: KeyPlan) -> Keys:
        """The keys of a class; the same stream as before where nothing changed."""
        known = self._keys.get((owner, name))
        if known is not None and known[0] == plan:
            return known[1]
        sums = None
        if plan.alpha > 0.0 or plan.hot > 0:
            if plan not in self._popularity:
                self._popularity[plan] = (
                    hot_popularity(plan.count, plan.hot, plan.hot_share)
                    if plan.hot > 0
                    else popularity(plan.count, plan.alpha)
                )
            sums = self._popularity[plan]
        keys = Keys(self.streams.uniforms(owner, f"keys/{name}"), sums, plan.count)
        self._keys[owner, name] = (plan, keys)
        return keys

    def _set_source(self, part: NodePart, client: Client, traffic: TrafficPlan) -> None:
        """Have the right source of traffic, going on from now."""
        now = self.agenda.now
        old, source = part.source, part.source
        if old is None or part.traffic is None or not goes_on(part.traffic, traffic):
            if old is not None:
                old.scale(0.0, now)
            source = make_source(part.plan.id, client, traffic, self.streams)
        if source is not None:
            tune_source(part.plan.id, source, traffic, self.streams, now)
        part.source, part.traffic = source, traffic
        self.scale(part)
        if source is not None and source is not old:
            source.begin(now)

    def heat(self, part: NodePart, hot: list[tuple[int, float]]) -> None:
        """Have shares of a client's requests ask for single keys; what they would have asked for is drawn all the same."""
        client = part.client
        if client is None or not (hot or client.hot):
            return
        if not hot:
            client.hot = None
            return
        client.hot = client.hot or HotKeys(self.streams.uniform(part.plan.id, "hot keys"))
        client.hot.turn([key for key, _ in hot], list(accumulate(share for _, share in hot)))

    def scale(self, part: NodePart) -> None:
        """Apply the load dial, the events and the bursts to a client's traffic."""
        if part.source is not None:
            part.source.scale(self.load * part.surge * part.burst, self.agenda.now)
