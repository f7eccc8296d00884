"""What kind of stream comes to each node: Poisson, as good as Poisson, or neither, and then why.

Poisson streams stay so when they are split by chance, merged with independent ones, delayed, or served by stations that
are quasi-reversible (Burke 1956; Kelly 1979). Where a request comes again to the same station, or by several ways one
after the other, the stream is not Poisson, but in a network of such stations each behaves as if it were (BCMP 1975).
"""

from __future__ import annotations

import math
from enum import Enum
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from engine.plan.flow import calls_in, goes_side_by_side
from engine.plan.network.alike import (
    SELDOM,
    below,
    fails_by_chance,
    hardly_waits,
    held_calls,
    is_calm,
    laws_at,
    levels_at,
    picker_of,
    serves_exponentially,
)
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.network.centers import Center, Edge, Network

_WORTH: Final = 1e-4
"""Share of calls that fail from which a stream is no longer what it was."""
_WAITS: Final = attrgetter("plan.waits")
_ORDER: Final = attrgetter("plan.order")
_PASSES: Final = 2
"""Sweeps: what comes back from a call decides over the stream of the calls after it."""


class Kind(Enum):
    """How a stream behaves."""

    POISSON = "poisson"
    PRODUCT = "product"
    """As if it were Poisson, in product form."""
    CLOSED = "closed"
    """From a closed population, in product form."""
    UNEVEN = "uneven"


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream, and why it is not Poisson."""

    kind: Kind = Kind.POISSON
    why: str = ""


Streams = dict[str, Stream]
"""By node."""


def streams_of(network: Network) -> Streams:
    """The stream that comes to each node of a solved network."""
    found: Streams = {}
    disturbed = {site.plan.id: _disturbs(site) for site in network.sites}
    for _ in range(_PASSES):
        returns = _returns(network, found, disturbed)
        found = {}
        sent: dict[str, Stream] = {}
        for site in network.sites:
            found[site.plan.id] = _arriving(site, sent)
            stream, why = found[site.plan.id], disturbed[site.plan.id]
            sent.update(_leaving(site, stream, stream.why or why, returns))
    return found


def _arriving(site: Center, sent: dict[str, Stream]) -> Stream:
    """Everything that comes to a node, together."""
    traffic = site.plan.traffic
    if traffic is not None:
        why = _unlike_poisson(site)
        kind = Kind.CLOSED if traffic.process == "closed" else Kind.UNEVEN if why else Kind.POISSON
        return Stream(kind, why)
    back = Stream(Kind.UNEVEN, f"requests come back to {site.name}")
    coming = [edge for edge in site.entering if edge.rate > 0.0 and edge.plan.loss < 1.0]
    parts = [(edge, sent.get(edge.plan.id, back)) for edge in coming]
    parts += [(edge, Stream(Kind.PRODUCT)) for edge in site.filled_by if edge.rate > 0.0]
    if len(parts) == 1:
        return parts[0][1]
    kinds = {stream.kind for _, stream in parts}
    if Kind.UNEVEN in kinds:
        return next(stream for _, stream in parts if stream.kind is Kind.UNEVEN)
    if Kind.CLOSED not in kinds and parts and not _independent([e for e, _ in parts]):
        apart = forked(site)
        why = f"{apart} makes calls at once that meet here"
        return Stream(Kind.UNEVEN, why) if apart else Stream(Kind.PRODUCT)
    most = (Kind.CLOSED, Kind.PRODUCT, Kind.POISSON)
    return Stream(next((kind for kind in most if kind in kinds), Kind.POISSON))


def _unlike_poisson(site: Center) -> str:
    """Why a client's requests are no Poisson stream."""
    traffic, name = site.plan.traffic, site.name
    if traffic is None or traffic.process == "poisson":
        rates = {rate for _, rate in traffic.schedule} if traffic is not None else set()
        return f"the rate of {name} changes" if len(rates) > 1 else ""
    words = {
        "deterministic": f"{name} sends at even gaps",
        "mmpp": f"{name} sends in bursts",
        "trace": f"{name} replays a recording",
        "sessions": f"the requests of a session of {name} follow each other",
        "active_users": f"the number of active users of {name} changes",
        "closed": "",
    }
    return words.get(traffic.process, f"{name} sends by {traffic.process}")


def _independent(edges: list[Edge]) -> bool:
    """Whether streams that meet come from clients, or from choices of one router, without another way between them."""
    sources = {edge.source.plan.id for edge in edges}
    if len(sources) < len(edges):
        return all(edge.source.plan.router is not None for edge in edges)
    return all(
        edge.source.plan.traffic is not None
        or (
            edge.source.plan.router is not None
            and all(up.source.plan.traffic is not None for up in edge.source.entering)
        )
        for edge in edges
    )


def forked(site: Center) -> str:
    """A node above that makes calls at the same time by which requests come here; empty without one."""
    reaching = {site.plan.id}
    left = [site]
    while left:
        for edge in left.pop().entering:
            if edge.rate > 0.0 and edge.source.plan.id not in reaching:
                reaching.add(edge.source.plan.id)
                left.append(edge.source)
    above: dict[str, list[Edge]] = {}
    left, seen = [site], {site.plan.id}
    while left:
        for edge in left.pop().entering:
            if edge.rate > 0.0:
                above.setdefault(edge.source.plan.id, []).append(edge)
                if edge.source.plan.id not in seen:
                    seen.add(edge.source.plan.id)
                    left.append(edge.source)
    for edges in above.values():
        several = len(edges) > 1 or (edges[0].plan.times > 1 and not edges[0].plan.waits)
        if several and _at_once(edges):
            return edges[0].source.name
    return ""


def _at_once(edges: list[Edge]) -> bool:
    """Whether two of some calls of a node may be under way at the same time."""
    site = edges[0].source
    if len(edges) < 2 or site.plan.router is not None or site.plan.backlog is not None:
        return any(not edge.plan.waits and edge.plan.times > 1 for edge in edges)
    if not all(map(_WAITS, edges)) or goes_side_by_side(site.plan.flow or ()):
        return True
    return site.plan.flow is None and len(set(map(_ORDER, edges))) < len(edges)


def _leaving(site: Center, came: Stream, why: str, returns: dict[str, str]) -> dict[str, Stream]:
    """What each call of a node is like, in the order in which they are made."""
    if site.plan.backlog is not None:
        return _pulled(site, came)
    sent: dict[str, Stream] = {}
    flow = site.plan.flow is not None and goes_side_by_side(site.plan.flow)
    groups = site.groups or [[edge] for edge in site.leaving]
    routed = site.plan.router is not None
    waited = {edge.plan.id for group in groups for edge in group}
    sends = len(waited) < len(site.leaving)
    if sends:
        _note_sends(site, came, why, sent, waited, None)
    for group in groups:
        for edge in group:
            sent[edge.plan.id] = _over(edge, came, why or (_calls_meet(edge) if flow else ""))
        if routed or why:
            continue
        if len([edge for edge in group if edge.rate > 0.0]) > 1 or flow:
            why = f"{site.name} waits for several calls at once before"
        for edge in group:
            if edge.rate > 0.0:
                why = why or returns.get(edge.plan.id, "")
        if why and sends:
            _note_sends(site, came, why, sent, waited, group[0].plan.order)
    return sent


def _note_sends(
    site: Center,
    came: Stream,
    why: str,
    sent: dict[str, Stream],
    waited: set[str],
    order: int | None,
) -> None:
    """What calls are like that nobody waits for: all of them, or those that are made after calls of an order.

    In a flow that says itself when calls are made they may come after any.
    """
    flow = site.plan.flow is not None
    meets = flow and goes_side_by_side(site.plan.flow or ())
    for edge in site.leaving:
        later = order is None or flow or edge.plan.order > order
        if edge.plan.id not in waited and later:
            sent[edge.plan.id] = _over(edge, came, why or (_calls_meet(edge) if meets else ""))


def _over(edge: Edge, came: Stream, why: str) -> Stream:
    """What comes out at the other end of a link."""
    why = why or (_troubled(edge) if edge.plan.retry.attempts > 1 else "")
    if why:
        return Stream(Kind.UNEVEN, why)
    if came.kind is Kind.CLOSED:
        return came
    repeated = max(edge.each, default=0.0) > 1.0 or edge.plan.times > 1
    return Stream(Kind.PRODUCT) if repeated or came.kind is Kind.PRODUCT else Stream()


def _calls_meet(edge: Edge) -> str:
    """Why several calls over one link may be under way at once, of a flow that goes on side by side."""
    site = edge.source
    named = sum(link == edge.plan.id for link, _ in calls_in(site.plan.flow or ()))
    again = named > 1 or max(edge.each, default=0.0) > 1.0
    return f"{site.name} makes calls at once that meet at {edge.target.name}" if again else ""


def _troubled(edge: Edge) -> str:
    """Why a link over which calls are tried again does not pass a stream on as it is."""
    if max(edge.fails) > _WORTH and not fails_by_chance(edge):
        return f"calls over {edge.name} are tried again"
    return ""


def _pulled(site: Center, came: Stream) -> dict[str, Stream]:
    """What those who pull from a queue get: as a station would pass it on."""
    takers = [edge.target for edge in site.leaving]
    why = came.why
    if not why:
        plain = len(takers) == 1 and _is_plain(takers[0]) and came.kind is not Kind.CLOSED
        why = "" if plain else f"they are pulled from {site.name}"
    made = Stream(Kind.UNEVEN, why) if why else Stream(came.kind)
    return {edge.plan.id: made for edge in site.leaving}


def _is_plain(site: Center) -> bool:
    """Whether work at a station ends as a Poisson stream would begin: exponential, whoever comes."""
    return serves_exponentially(site) and site.stay.wait.loss <= _WORTH


def _disturbs(site: Center) -> str:
    """Why what leaves a station is no Poisson stream although what comes is; empty where it is."""
    station, name = site.plan.station, site.name
    if site.plan.traffic is not None or station.workers is None:
        return ""
    busy = any(law.mean > 0.0 for law in site.work)
    alike = station.discipline == "ps" or serves_exponentially(site)
    split = busy and station.instances > 1 and not _by_chance(site)
    held = held_calls(site)
    seldom = site.stay.wait.chance <= SELDOM
    calm = seldom and (held or split or (busy and not alike)) and hardly_waits(site)
    reasons = (
        (site.comes_back, f"requests come back to {name}"),
        (site.stay.load is not None and site.stay.load >= 1.0, f"{name} is overloaded"),
        (site.stay.wait.loss > _WORTH, f"{name} refuses some"),
        (station.batch is not None, f"{name} works in batches"),
        (
            station.pauses is not None or station.cpu is not None,
            f"{name} stops now and then",
        ),
        (held and not calm, f"workers of {name} are held during calls"),
        (bool(site.plan.gates) and not _lets_all_in(site), f"{name} may refuse some"),
        (
            split and not calm,
            f"instances of {name} are not picked by chance",
        ),
        (busy and not alike and not calm, f"work of {name} is not exponential"),
        (
            busy and not seldom and _sorts_classes(site),
            f"{name} serves some before others, so that each class leaves in clumps",
        ),
    )
    return next((why for holds, why in reasons if holds), "")


def _sorts_classes(site: Center) -> bool:
    """Whether a node has priorities, and somebody below minds which class a request is of.

    All classes together leave as a Poisson stream where work is exponential and alike; each alone does not.
    """
    if site.plan.station.discipline != "priority" or len(levels_at(site)) < 2:
        return False
    return any(
        (each is not site and (len(set(laws_at(each))) > 1 or _lines(each) > 1))
        or any(_is_for_some(edge) for edge in each.leaving)
        for each in below(site)
    )


def _lines(site: Center) -> int:
    """Lines in which requests wait: one for each priority, where there are any."""
    return len(levels_at(site)) if site.plan.station.discipline == "priority" else 1


def _is_for_some(edge: Edge) -> bool:
    """Whether one class makes a call more often than another."""
    came = [
        chance for chance, rate in zip(edge.chance, edge.source.rates, strict=True) if rate > 0.0
    ]
    return len(set(came)) > 1


def _lets_all_in(site: Center) -> bool:
    """Whether no gate refuses anybody."""
    return all(is_calm(gate, site) for gate in site.plan.gates)


def _by_chance(site: Center) -> bool:
    """Whether instances are picked by chance alone, by everybody who picks."""
    return all(
        picker_of(edge) in ("random", "weighted") for edge in site.entering if edge.rate > 0.0
    )


def _returns(network: Network, streams: Streams, disturbed: dict[str, str]) -> dict[str, str]:
    """For each call, why its answers come back otherwise than the calls went; empty where they do not."""
    sent_back: dict[str, str] = {}
    found: dict[str, str] = {}
    for site in reversed(network.sites):
        for edge in site.leaving:
            found[edge.plan.id] = _after(edge, sent_back)
        why = disturbed[site.plan.id]
        stream = streams.get(site.plan.id)
        if not why and stream is not None and stream.kind is Kind.UNEVEN and site.workers:
            why = f"what comes to {site.name} is uneven"
        if not why and any(len(group) > 1 for group in site.groups):
            why = f"{site.name} waits for several calls at once"
        for edge in site.leaving:
            if edge.plan.waits and edge.rate > 0.0 and site.plan.backlog is None:
                why = why or found[edge.plan.id]
        sent_back[site.plan.id] = why
    return found


def _after(edge: Edge, sent_back: dict[str, str]) -> str:
    """Why the answers over a link come back otherwise than the calls went."""
    if edge.target.plan.backlog is not None:
        return ""
    if edge.late > _WORTH:
        return f"{edge.name} gives up some"
    if max(edge.fails) > _WORTH and not math.isinf(edge.rate) and not fails_by_chance(edge):
        return f"some calls over {edge.name} fail"
    return sent_back.get(edge.target.plan.id, "")
