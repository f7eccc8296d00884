"""The nodes and links of a plan as a network that is solved in sweeps, and what is known so far."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import field
from operator import mul
from typing import TYPE_CHECKING

from engine.plan.capacity import crossing_time
from engine.plan.primitives import INFINITE
from engine.plan.primitives.link import TRANSMISSIONS
from engine.plan.queueing.moments import NOTHING, LawMoments, Moments, law_of
from engine.plan.queueing.waits import NONE, Wait
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.demand import Demand
    from engine.plan.network.sources import Source
    from engine.plan.primitives import ClassPlan, LinkPlan, NodePlan, Plan


@dataclass(slots=True, eq=False)
class Edge:
    """A link, and how it is used."""

    plan: LinkPlan
    source: Center
    target: Center
    chance: tuple[float, ...]
    """Probability that a request of each class at the source makes the call (all repeats of it)."""
    each: tuple[float, ...]
    """Mean calls of a request of each class at the source, repeats and rounds included, retries not."""
    crossing: Moments
    """Of both ways together."""
    arriving: float = 1.0
    """Share of the attempts that get there."""
    transfer: float | None = 0.0
    """What of that bytes take on a last mile; None where it is not known, and is left out."""
    rate: float = 0.0
    """Attempts a second."""
    fails: list[float] = field(default_factory=list)
    """Probability that an attempt fails, by class."""
    late: float = 0.0
    """Share of attempts that take longer than the timeout."""
    tries: list[float] = field(default_factory=list)
    """Mean attempts a call, by class."""
    calls: list[Moments] = field(default_factory=list)
    """Time of one call that succeeds in the end, by class."""
    alive: list[float] = field(default_factory=list)
    """Share of the requests of each class that have not failed before this call."""
    cv2: float = 1.0
    """Of the gaps between attempts."""
    unsure: bool = False
    """Whether a mechanism that is not modelled decides how many calls go over it."""
    late_doubted: bool = False
    """Whether more of its calls may be given up than is predicted, since their times are doubted."""

    @property
    def name(self) -> str:
        """What people call it: its ends."""
        return f"{self.source.name} → {self.target.name}"

    def ok(self, kind: int) -> float:
        """Probability that a call succeeds in the end."""
        return 1.0 - self.fails[kind] ** self.plan.retry.attempts

    def answered(self, kind: int) -> float:
        """Probability that a request at the source makes the call, and is answered well."""
        return self.chance[kind] * (1.0 - self.fails[kind] ** self.plan.retry.attempts)

    def survives(self, kind: int) -> float:
        """Probability that a request at the source is not ended by this call, made or not."""
        if self.each[kind] > self.plan.times:
            return math.pow(self.ok(kind), self.each[kind])
        return 1.0 - self.chance[kind] * (1.0 - self.ok(kind) ** self.plan.times)


@dataclass(slots=True, eq=False)
class Stay:
    """What a request meets at a station, by the model that says so."""

    model: str = ""
    wait: Wait = NONE
    waits: list[float] = field(default_factory=list)
    """Mean wait of each class, where classes differ."""
    stretched: Moments | None = None
    """Time in the station where work and wait cannot be told apart (sharing)."""
    slower: float = 1.0
    """Factor by which work takes longer than alone."""
    load: float | None = None
    doubts: tuple[str, ...] = ()
    patience: float = math.inf
    """Seconds after which everybody leaves the line who still waits; those are what the wait calls its loss."""

    def wait_of(self, kind: int) -> Wait:
        """The wait of a class."""
        return self.wait.of_mean(self.waits[kind]) if self.waits else self.wait


@dataclass(slots=True, eq=False)
class Center:
    """A node, and what is known of it so far."""

    plan: NodePlan
    name: str
    """What people call it."""
    work: tuple[LawMoments, ...]
    works: tuple[Moments, ...]
    """Mean and variance of the work, by class."""
    classes: tuple[ClassPlan, ...]
    source: Source | None
    groups: list[list[Edge]] = field(default_factory=list)
    """Calls that are waited for, in order; those of a group are made at once."""
    leaving: list[Edge] = field(default_factory=list)
    entering: list[Edge] = field(default_factory=list)
    parts_classes: bool = False
    """Whether it is a router that deals one class to other targets than another."""
    rates: list[float] = field(default_factory=list)
    """Arrivals a second by class."""
    cv2: float = 1.0
    """Of the gaps between arrivals, all instances together."""
    dispersion: float = 1.0
    peak: float = 1.0
    """Rate while all sources have their burst over the mean rate."""
    calls: list[Moments] = field(default_factory=list)
    """Time of the calls of a request, by class."""
    answers: list[Moments] = field(default_factory=list)
    """Time from arrival to reply, by class."""
    ok: list[float] = field(default_factory=list)
    """Probability of a good answer, by class."""
    hold: Moments = NOTHING
    """How long a request keeps a worker."""
    stay: Stay = field(default_factory=Stay)
    through: float = 1.0
    """Share of what comes that an overloaded station gets done."""
    filled_by: list[Edge] = field(default_factory=list)
    """Look-aside: calls whose answers are then stored here."""
    among_users: Wait | None = None
    """The wait where it is a closed population that comes, found apart."""
    met: list[tuple[float, Wait]] = field(default_factory=list)
    """Visits a second of each closed population that comes, and what they wait."""
    population: str = ""
    """Who that population is."""
    comes_back: bool = False
    """Whether what is sent from here may come here again."""
    blind: str = ""
    """Why nothing can be said of the times here, although there are numbers."""
    sheds: bool = False
    """Whether work is dropped here, or further up, that nobody waits for any more."""
    impatient: bool = False
    """Whether calls may be given up on the way, so that how many succeed depends on the times."""
    unknown_busy: bool = False
    """Whether how busy the workers are depends on what is not modelled."""
    unknown_load: bool = False
    """Whether even what is offered depends on what is not modelled."""
    unfamiliar: bool = False
    """Whether it has something of which theory has never heard."""
    unsteady: bool = False
    """Whether it may send more or less than is predicted, whatever comes to it."""
    uneven: bool = False
    """Whether what comes is neither a Poisson stream nor as good as one."""
    unknown_rate: bool = False
    """Closed populations: whether their rate follows from times of which nothing is known."""
    since: float = math.inf
    """Seconds for which it had run when it is looked at."""
    hands_refusals_on: bool = False
    """Whether it answers at once, and for nothing else than that, where whom it forwards to has no place."""
    impatient_line: bool = False
    """Whether some callers wait for a worker for so long only."""
    layer: Stay | None = None
    """The stay where workers are held by a network below, found apart."""

    @property
    def rate(self) -> float:
        """Arrivals a second, all classes."""
        return sum(self.rates)

    @property
    def workers(self) -> int | None:
        """Workers of all instances."""
        station = self.plan.station
        return None if station.workers is None else station.workers * station.instances

    @property
    def served(self) -> float:
        """Share of arrivals that are served, the rest being refused or never reached."""
        return (1.0 - self.stay.wait.loss) * self.through

    def mixed(self, values: list[float]) -> float:
        """Mean of a value over the classes that come."""
        whole = sum(self.rates)
        if whole <= 0.0:
            return values[0] if values else 0.0
        weighted: float = sum(map(mul, self.rates, values))
        return weighted / whole


@dataclass(frozen=True, slots=True)
class Network:
    """Sites, callers before what they call."""

    sites: tuple[Center, ...]
    by_id: Mapping[str, Center]
    edges: tuple[Edge, ...]
    kinds: int


def network_of(plan: Plan, demand: Demand, sources: Mapping[str, Source]) -> Network:
    """The network of a plan, nothing solved yet.

    Args:
        plan: the plan.
        demand: its traffic equations; only ratios of rates are used.
        sources: what each client sends.
    """
    kinds = len(plan.classes)
    nodes = {node.id: node for node in plan.nodes}
    sites = {
        name: _site(nodes[name], plan.name(name), plan.classes, sources.get(name))
        for name in _order(plan, demand)
    }
    edges = []
    for link in plan.links:
        source, target = sites[link.source], sites[link.target]
        edge = _edge(link, source, target, demand, kinds)
        source.leaving.append(edge)
        target.entering.append(edge)
        target.impatient_line |= link.queue_timeout < INFINITE
        edges.append(edge)
    for name in (name for circle in demand.circles for name in circle):
        sites[name].comes_back = sum(demand.nodes[name]) > 0.0
        sites[name].rates = list(demand.nodes[name])  # sweeps then have not far to go
    for site in sites.values():
        site.groups = _groups(site)
        site.parts_classes = (
            site.plan.router is not None and len({edge.plan.classes for edge in site.leaving}) > 1
        )
        _note_fills(site)
    return Network(tuple(sites.values()), sites, tuple(edges), kinds)


def _order(plan: Plan, demand: Demand) -> list[str]:
    """All nodes, callers first."""
    reached = dict.fromkeys(demand.order)
    reached.update(dict.fromkeys(node.id for node in plan.nodes))
    return list(reached)


def _site(
    node: NodePlan, name: str, classes: tuple[ClassPlan, ...], source: Source | None
) -> Center:
    """A node, and what people call it."""
    kinds = len(classes)
    laws = [law_of(law) for law in node.station.service]
    laws += laws[:1] * (kinds - len(laws))
    works = tuple(law.moments for law in laws[:kinds])
    return Center(
        node,
        name,
        tuple(laws[:kinds]),
        works,
        classes,
        source,
        rates=[0.0] * kinds,
        calls=[NOTHING] * kinds,
        answers=list(works),
        ok=[1.0] * kinds,
    )


def _edge(link: LinkPlan, source: Center, target: Center, demand: Demand, kinds: int) -> Edge:
    """A link."""
    before, sent = demand.nodes[link.source], demand.links[link.id]
    each = tuple(out / rate if rate > 0.0 else 0.0 for rate, out in zip(before, sent, strict=True))
    times = link.times if source.plan.router is None else 1  # a router forwards each request once
    chance = tuple(min(1.0, calls / times) for calls in each)
    lost = link.loss**TRANSMISSIONS
    has_mile = link.last_mile < INFINITE
    transfer = _transfer(link, source.classes, chance, target) if has_mile else 0.0
    return Edge(
        link,
        source,
        target,
        chance,
        each,
        _crossings(link, transfer or 0.0),
        arriving=1.0 - lost,
        transfer=transfer,
        fails=[lost] * kinds,
        tries=[1.0] * kinds,
        alive=[1.0] * kinds,
        calls=[NOTHING] * kinds,
    )


def _transfer(
    link: LinkPlan, classes: tuple[ClassPlan, ...], chance: tuple[float, ...], target: Center
) -> float | None:
    """Seconds that calls take on a last mile, both ways; None where that is not the same for all.

    What a store does not have is answered without bytes.
    """
    kinds = {link.kind_at(kind) for kind, each in enumerate(chance) if each > 0.0}
    times = {link.transfer(classes[kind]) for kind in kinds}
    if len(times) > 1 or (target.plan.store is not None and times != {0.0}):
        return None
    return max(times, default=0.0)


def _crossings(link: LinkPlan, transfer: float) -> Moments:
    """Both ways over a link: delay, log-normal jitter, retransmissions taken as all or nothing, and a transfer."""
    delay = law_of(link.delay).moments
    variance = delay.variance + link.jitter**2
    mean = crossing_time(link)
    again = mean - delay.mean - link.jitter
    if link.loss > 0.0:
        variance += again * again * (1.0 - link.loss) / link.loss
    return Moments(2.0 * mean + transfer, 2.0 * variance)


def _note_fills(site: Center) -> None:
    """Tell the stores that a node asks before a look-aside call that they are filled after it."""
    fills = [edge for edge in site.leaving if edge.plan.on_miss]
    if not fills:
        return
    first: dict[str, tuple[int, Center]] = {}
    for asked in site.leaving:
        if asked.target.plan.store is not None:
            known = first.get(asked.target.plan.id)
            if known is None or asked.plan.order < known[0]:
                first[asked.target.plan.id] = (asked.plan.order, asked.target)
    for order, store in first.values():
        store.filled_by += [edge for edge in fills if edge.plan.order > order]


def _groups(site: Center) -> list[list[Edge]]:
    """The calls of a node in their order; a router's and a queue's links are no flow."""
    if site.plan.backlog is not None or site.plan.router is not None:
        return []
    made = [edge for edge in site.leaving if edge.plan.waits and not edge.plan.checks]
    if site.plan.flow is not None:
        return [[edge] for edge in made]
    grouped: dict[int, list[Edge]] = defaultdict(list)
    for edge in made:
        grouped[edge.plan.order].append(edge)
    return [grouped[order] for order in sorted(grouped)]
