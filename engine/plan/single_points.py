"""Single points of failure: the nodes without which, one at a time, no request of any client succeeds, or of some.

Every flow is gone through once for all faults together: what may happen is a set of faults, each a bit, so
that steps one after the other are an *and* and ways beside each other an *or*. Bit 0 is no fault at all.
A fault is one node that is down for good; what is still there of before (entries of stores, old answers)
counts where it lasts for as long as the scenario does.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from engine.model.policies.auth import Auth
from engine.model.policies.fallback import Fallback
from engine.model.policies.lease import Lease
from engine.plan.demand import demand_of
from engine.plan.flow import flow_of
from engine.plan.primitives import AsyncPart, CallPart, ChoicePart, LoopPart, ParallelPart
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.primitives import FlowPlan, LinkPlan, NodePlan, Part, Plan, Way

_HEALTHY: Final = 1
"""The bit of no fault."""
_ROUNDING: Final = 1e-9
_FROM_NOWHERE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class SinglePoints:
    """The nodes whose fault leaves somebody without any answer who gets some without it."""

    of_all: frozenset[str]
    """No client gets any."""
    of_some: Mapping[str, tuple[str, ...]]
    """These clients get none, and others do."""


def single_points(plan: Plan, order: Sequence[str]) -> SinglePoints:
    """The nodes that some answers need, all of one client at least.

    Args:
        plan: the plan.
        order: nodes, callers before what they call.
    """
    return _Faults(plan, order).single_points()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Under which faults a call may be answered, with what was asked for or with a miss, and fail."""

    hit: int = 0
    miss: int = 0
    fail: int = 0
    missing: frozenset[str] = _FROM_NOWHERE
    """The stores that may say that they do not have it."""


_NEVER: Final = _Outcome()


@dataclass(slots=True)
class _State:
    """Under which faults a request may be at a place of a flow."""

    found: int
    """Going on, with nothing missed."""
    missed: int = 0
    """Going on, something being missed."""
    failed: int = 0
    """A call of it has failed."""
    failed_missed: int = 0
    missing: frozenset[str] = _FROM_NOWHERE
    """The stores that may miss what has not been fetched since."""
    idle: int = 0
    """Going on, having called nobody: whoever asks nobody is answered by nobody, so clients count such apart."""

    def copy(self) -> _State:
        """Where a way begins: nothing has failed there."""
        return _State(self.found, self.missed, missing=self.missing, idle=self.idle)

    def engage(self) -> None:
        """Somebody is called."""
        self.found |= self.idle
        self.idle = 0

    def add(self, other: _State) -> None:
        """What another way leads to is possible as well."""
        self.found |= other.found
        self.missed |= other.missed
        self.failed |= other.failed
        self.failed_missed |= other.failed_missed
        self.missing |= other.missing
        self.idle |= other.idle


class _Faults:
    """A plan and what may happen in it under each fault."""

    def __init__(self, plan: Plan, order: Sequence[str]) -> None:
        self._plan = plan
        self._nodes = {node.id: node for node in plan.nodes}
        self._order = order
        self._bits = {
            node.id: 0 if _is_replaced(node, plan.duration) else _HEALTHY << place
            for place, node in enumerate(plan.nodes, 1)
        }
        self._all = (_HEALTHY << (len(plan.nodes) + 1)) - 1
        self._leaving: dict[str, list[LinkPlan]] = defaultdict(list)
        for link in plan.links:
            if not link.checks:
                self._leaving[link.source].append(link)
        self._checks = {
            link.source: link for link in sorted(plan.links, key=self._asks_who) if link.checks
        }
        """The links over which gates ask: who may come in, where one asks that as well."""
        self._links = {link.id: link for link in plan.links}
        self._flows: dict[str, FlowPlan] = {}
        self._visits: dict[tuple[str, int], _Outcome] = {}
        self._fetched: dict[str, int] = defaultdict(int)
        """Under which faults a store that its callers fill may get entries."""
        self._calls: set[tuple[str, int]] = set()
        """The links that requests of a class take at their source while there is no fault."""
        self._usual: set[tuple[str, int]] = set()
        """The nodes that requests of a class come to while there is none: what is asked there is remembered."""
        self._overfull = self._overfull_under()

    def _asks_who(self, link: LinkPlan) -> bool:
        """Whether a link leads to an auth server, not to a coordinator."""
        return link.target == self._nodes[link.source].auth_server

    def single_points(self) -> SinglePoints:
        """The nodes whose fault leaves a client, or all of them, no answer, where there are some without faults."""
        self._settle()
        answered = {
            node.id: self._answered(node) for node in self._plan.nodes if node.traffic is not None
        }
        answered = {name: under for name, under in answered.items() if under & _HEALTHY}
        of_all: set[str] = set()
        of_some: dict[str, tuple[str, ...]] = {}
        for name, bit in self._bits.items():
            losing = tuple(client for client, under in answered.items() if not under & bit)
            if not bit or not losing or self._nodes[name].traffic is not None:
                continue
            if len(losing) == len(answered):
                of_all.add(name)
            else:
                of_some[name] = losing
        return SinglePoints(frozenset(of_all), of_some)

    def _answered(self, node: NodePlan) -> int:
        """The faults under which a client may be answered."""
        kinds = () if node.traffic is None else node.traffic.asked
        outcomes = [self._visits.get((node.id, kind), _NEVER) for kind in kinds]
        return self._at_least(1, [outcome.hit | outcome.miss for outcome in outcomes])

    def _settle(self) -> None:
        """Find what may come of requests everywhere, until nothing more is possible."""
        kinds = range(len(self._plan.classes))
        changed = True
        while changed:
            fetched = dict(self._fetched)
            changed = False
            for name in reversed(self._order):
                for kind in kinds:
                    found = self._visit(self._nodes[name], kind)
                    changed = changed or found != self._visits.get((name, kind), _NEVER)
                    self._visits[name, kind] = found
            usual = self._usually_asked()
            changed = changed or fetched != self._fetched or usual != self._usual
            self._usual = usual

    def _usually_asked(self) -> set[tuple[str, int]]:
        """The nodes that requests of a class come to from the clients while there is no fault."""
        left = [
            (node.id, kind)
            for node in self._plan.nodes
            if node.traffic is not None
            for kind in node.traffic.asked
        ]
        found = set(left)
        while left:
            name, kind = left.pop()
            for link in self._leaving[name]:
                visit = (link.target, link.kind_at(kind))
                if (link.id, kind) in self._calls and visit not in found:
                    found.add(visit)
                    left.append(visit)
        return found

    def _visit(self, node: NodePlan, kind: int) -> _Outcome:
        """What may come of a request of a class at a node."""
        up, bit = self._all & ~self._bits[node.id], self._bits[node.id]
        if node.traffic is not None:
            return self._through(node, kind)
        if node.keeps_messages:
            full = self._overfull.get(node.id, 0)
            return _Outcome(up & ~full, 0, bit | full)
        inner = self._routed(node, kind) if node.router is not None else self._through(node, kind)
        if node.store is not None and not self._plan.classes[kind].write:
            inner = self._looked_up(node, kind, inner)
        if node.id in self._checks:
            inner = self._checked(node, kind, inner)
        return _Outcome(inner.hit & up, inner.miss & up, inner.fail | bit, inner.missing)

    def _checked(self, node: NodePlan, kind: int, inner: _Outcome) -> _Outcome:
        """What may come of a request at a node whose gates ask others, from what may behind it."""
        lease = node.gate(Lease)
        if lease is not None and lease.ttl < self._plan.duration:
            lost = self._bits.get(lease.coordinator, 0)
            inner = _Outcome(
                inner.hit & ~lost, inner.miss & ~lost, inner.fail | lost, inner.missing
            )
        auth = node.gate(Auth)
        if auth is None or auth.server is None or auth.mode in ("none", "token"):
            return inner
        asked = self._called(self._checks[node.id], kind)
        known = asked.hit | asked.miss
        return _Outcome(
            inner.hit & known, inner.miss & known, inner.fail | asked.fail, inner.missing
        )

    def _through(self, node: NodePlan, kind: int) -> _Outcome:
        """What may come of a request in the flow of a node."""
        flow = self._flows.get(node.id)
        if flow is None:
            flow = flow_of(node, self._leaving[node.id], self._plan.classes)
            self._flows[node.id] = flow
        asks = node.traffic is not None
        begin = _State(0, idle=self._all) if asks else _State(self._all)
        end = self._flow(flow, kind, begin, made_up=False)
        return _Outcome(end.found | end.missed, 0, end.failed | end.failed_missed)

    def _routed(self, node: NodePlan, kind: int) -> _Outcome:
        """What may come of a request that is handed to one of several."""
        links = [link for link in self._leaving[node.id] if link.classes[kind]]
        if node.router is not None and node.router.picker == "weighted":
            links = [link for link in links if link.weight > 0.0] or links
        if not links:
            return _Outcome(fail=self._all)
        self._calls.update((link.id, kind) for link in links)
        hit = miss = fail = 0
        missing = _FROM_NOWHERE
        for each in (self._called(link, kind) for link in links):
            hit |= each.hit
            miss |= each.miss
            fail |= each.fail
            missing |= each.missing
        return _Outcome(hit, miss, fail, missing)

    def _looked_up(self, node: NodePlan, kind: int, inner: _Outcome) -> _Outcome:
        """What may come of a read at a node with a store, from what may come of one that goes on."""
        store, asked = node.store, self._plan.classes[kind]
        if store is None:
            return inner
        aside = node.router is None and not self._leaving[node.id]
        filled = self._fetched[node.id] if aside else inner.hit | inner.miss
        begun = filled if (node.id, kind) in self._usual else 0
        begun = self._all if store.prewarm else begun
        if store.capacity_bytes is not None and store.bytes_of(asked) > store.capacity_bytes:
            filled = begun = 0
        if store.ttl >= self._plan.duration and begun & _HEALTHY:
            filled = self._all
        if aside:
            return _Outcome(filled, self._all, 0, frozenset([node.id]))
        return _Outcome(inner.hit | filled, inner.miss, inner.fail, inner.missing)

    def _overfull_under(self) -> dict[str, int]:
        """Under which faults each queue with a bound gets full: those of all who take a class of message."""
        bounded = [
            (node.id, node.backlog.capacity)
            for node in self._plan.nodes
            if node.backlog is not None and node.backlog.capacity is not None
        ]
        demand = demand_of(self._plan) if bounded else None
        found: dict[str, int] = {}
        for name, capacity in bounded:
            rates = () if demand is None else demand.nodes[name]
            for kind, rate in enumerate(rates):
                takers = {link.target for link in self._leaving[name] if link.classes[kind]}
                if rate * self._plan.duration > capacity and len(takers) == 1:
                    found[name] = found.get(name, 0) | self._bits[takers.pop()]
        return found

    def _called(self, link: LinkPlan, kind: int) -> _Outcome:
        """What may come of a call over a link for a request of a class, its fallback included."""
        plain = self._crossed(link, kind)
        fallback = link.policy(Fallback) if link.policies else None
        if fallback is None:
            return plain
        if fallback.spare is not None and fallback.spare in self._links:
            other = self._crossed(self._links[fallback.spare], kind)
            return _Outcome(
                plain.hit | (plain.fail & other.hit),
                plain.miss | (plain.fail & other.miss),
                plain.fail & other.fail,
                plain.missing | other.missing,
            )
        if fallback.kind == "static":
            return _Outcome(plain.hit | plain.fail, plain.miss, 0, plain.missing)
        lasts = fallback.max_age is None or fallback.max_age >= self._plan.duration
        usual = (link.source, kind) in self._usual and (link.id, kind) in self._calls
        answered = usual and (plain.hit | plain.miss) & _HEALTHY
        if self._plan.classes[link.kind_at(kind)].write or not lasts or not answered:
            return plain
        return _Outcome(plain.hit | plain.fail, plain.miss, plain.fail, plain.missing)

    def _crossed(self, link: LinkPlan, kind: int) -> _Outcome:
        """What may come of the attempts of a call."""
        if link.loss >= 1.0:
            return _Outcome(fail=self._all)
        return self._visits.get((link.target, link.kind_at(kind)), _NEVER)

    def _flow(self, flow: FlowPlan, kind: int, state: _State, *, made_up: bool) -> _State:
        """Where a request of a class may be after a flow.

        Args:
            flow: the steps.
            kind: the class.
            state: where it may be before them; changed.
            made_up: whether what is called here makes up for what was missed.
        """
        for part in flow:
            saved = self._rescued(part, kind, state, made_up=made_up)
            state = self._part(part, kind, state, made_up=made_up)
            if saved is not None:
                state.add(saved)
        return state

    def _part(self, part: Part, kind: int, state: _State, *, made_up: bool) -> _State:
        """Where a request may be after a step."""
        match part:
            case CallPart():
                state.engage()
                if (state.found | state.missed) & _HEALTHY:
                    self._calls.add((part.link, kind))
                return self._call(
                    self._called(self._links[part.link], kind), state, made_up=made_up
                )
            case LoopPart():
                for _ in range(min(part.rounds, 2)):  # what a second round does, all others do
                    state = self._nested(part.do, kind, state, made_up=made_up)
                return state
            case ParallelPart():
                return self._parallel(part, kind, state, made_up=made_up)
            case ChoicePart():
                return self._choice(part, kind, state, made_up=made_up)
            case AsyncPart():
                state.engage()
                self._flow(part.do, kind, state.copy(), made_up=made_up)
                return state
            case _:
                return state

    def _nested(self, flow: FlowPlan, kind: int, state: _State, *, made_up: bool) -> _State:
        """Where a request may be after a flow inside a flow, which cannot help what failed before it."""
        end = self._flow(flow, kind, state.copy(), made_up=made_up)
        end.failed |= state.failed
        end.failed_missed |= state.failed_missed
        return end

    def _call(self, outcome: _Outcome, state: _State, *, made_up: bool) -> _State:
        """Where a request may be after a call."""
        found, missed = state.found, state.missed
        state.failed |= found & outcome.fail
        state.failed_missed |= missed & outcome.fail
        state.missed = (found & outcome.miss) | (missed & outcome.miss)
        state.found = found & outcome.hit
        if not made_up:
            state.missed |= missed & outcome.hit
            state.missing |= outcome.missing
            return state
        state.found |= missed & outcome.hit
        for store in state.missing:
            self._fetched[store] |= missed & outcome.hit
        state.missing = outcome.missing
        return state

    def _choice(self, part: ChoicePart, kind: int, state: _State, *, made_up: bool) -> _State:
        """Where a request may be after the way that it takes, or after none."""
        end = _State(0, 0, state.failed, state.failed_missed)
        for missed in (False, True):
            usual = ("always", "miss", "miss_or_failed") if missed else ("always", "hit")
            begin = _State(0, state.missed) if missed else _State(state.found, idle=state.idle)
            begin.missing = state.missing
            ways = [way for way in part.ways if way.when in usual]
            taken, may_pass = _taken(ways, kind)
            for way in taken:
                makes_up = made_up or way.when in ("miss", "miss_or_failed")
                end.add(self._flow(way.do, kind, begin.copy(), made_up=makes_up))
            if may_pass:
                end.add(begin)
        return end

    def _rescued(self, part: Part, kind: int, state: _State, *, made_up: bool) -> _State | None:
        """Where requests whose call failed may be after a step that is for them; they are taken from the state."""
        if not isinstance(part, ChoicePart) or not (state.failed | state.failed_missed):
            return None
        taken, may_pass = _taken([way for way in part.ways if way.after_failure], kind)
        if not taken:
            return None
        end = _State(0)
        for way in taken:
            begin = _State(state.failed, state.failed_missed, missing=state.missing)
            makes_up = made_up or way.when == "miss_or_failed"
            end.add(self._flow(way.do, kind, begin, made_up=makes_up))
        if not may_pass:
            state.failed = state.failed_missed = 0
        return end

    def _parallel(self, part: ParallelPart, kind: int, state: _State, *, made_up: bool) -> _State:
        """Where a request may be after several ways at once."""
        end = _State(0, 0, state.failed, state.failed_missed)
        need, lost = part.need, len(part.ways) - part.need + 1
        for begin in (_State(state.found, idle=state.idle), _State(0, state.missed)):
            here = begin.found | begin.missed | begin.idle
            if not here:
                continue
            begin.missing = state.missing
            ends = [self._flow(way, kind, begin.copy(), made_up=made_up) for way in part.ways]
            through = self._at_least(need, [each.found | each.missed | each.idle for each in ends])
            failed = self._at_least(lost, [each.failed | each.failed_missed for each in ends])
            some_found = self._at_least(1, [each.found for each in ends])
            end.missed |= through & self._at_least(1, [each.missed for each in ends])
            if begin.missed:
                end.found |= through & some_found
                end.failed_missed |= failed & here
            else:
                found = self._at_least(need, [each.found | each.idle for each in ends])
                end.found |= found & (begin.found | some_found)
                end.idle |= self._at_least(need, [each.idle for each in ends])
                end.failed |= failed & here
            end.missing = end.missing.union(*(each.missing for each in ends))
        return end

    def _at_least(self, count: int, sets: Sequence[int]) -> int:
        """The faults that are in at least so many of some sets."""
        if count > len(sets) // 2 + 1:
            # As well those that are not missing in more than the others: fewer to count.
            missing = [self._all & ~each for each in sets]
            return self._all & ~self._at_least(len(sets) - count + 1, missing)
        levels = [self._all] + [0] * count
        for each in sets:
            for place in range(count, 0, -1):
                levels[place] |= levels[place - 1] & each
        return levels[count]


def _is_replaced(node: NodePlan, duration: float) -> bool:
    """Whether another machine serves for a dead one before the scenario is over."""
    times = [math.inf]
    if node.failover is not None:
        times.append(node.failover.longest)
    if node.backup is not None:
        times.append(node.backup.restoring)
    return min(times) < duration


def _taken(ways: Sequence[Way], kind: int) -> tuple[list[Way], bool]:
    """The ways of a choice that a class may take, and whether it may take none."""
    taken: list[Way] = []
    left = 1.0
    for way in ways:
        if way.classes is not None and not way.classes[kind]:
            continue
        share = left if way.share is None else way.share
        if share <= 0.0:
            continue
        taken.append(way)
        left -= share
        if left <= _ROUNDING:
            return taken, False
    return taken, True
