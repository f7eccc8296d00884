"""Finds what a plan asks for that the theory knows nothing of, also what is added to plans later."""

from __future__ import annotations

import math
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from engine.plan.network.centers import Edge, Network
    from engine.plan.primitives import ConnectionPlan, LinkPlan, NodePlan, StationPlan

_STATION: Final = frozenset(
    {"instances", "workers", "work", "queue_limit", "discipline", "hold", "speed", "scaling"}
    | {"elastic"}
    | {"lease"}  # it keeps messages from being delivered again, which is told where they are
    | {"drain"}  # of instances that are taken away; those that are there never do
    | {"start"}  # all are warm in the beginning, and whatever starts one later is told
    | {"lifo_after"}  # of a discipline that is told by itself
)
_NODE: Final = frozenset(
    {"id", "station", "traffic", "store", "backlog", "router", "pulls", "flow", "gates"}
    | {"failing", "meters_egress"}
    | {"price"}  # it changes nothing but what a result says of money
    | {"spread"}  # told by the links at it, where some instances are further away than others
    | {"failover", "backup"}  # they act on what is down, and whatever takes it down is told
)
_LINK: Final = frozenset(
    {
        "id",
        "source",
        "target",
        "order",
        "probability",
        "times",
        "waits",
        "classes",
        "kind",
        "checks",
    }
    | {"on_miss", "on_failure"}
    | {"price"}
    | {"anycast"}  # said of the target, whose instances have stores of their own
    | {"spacing"}  # told below, where some instances are further away than others
    | {"last_mile"}  # told by `delays` where it is not the same for all
    | {
        "picker",
        "hash",
        "shuffle",
        "weight",
        "delay",
        "jitter",
        "loss",
        "timeout",
        "retry",
        "policies",
    }
)
_NAMES: Final = {
    "issue": "logins and token refreshes",
    "replication": "replicas",
    "cpu": "CPU quota",
    "batch": "batches",
    "start": "start-up",
    "overflow": "a backlog that is tried again",
    "routes": "callers at several distances",
}
"""What people call a field, where that is not its name."""


_LITTLE: Final = 0.01
"""Share of a time that changes nothing worth a word."""
_IDLE: Final = 0.1
"""Share of a bandwidth up to which hardly anybody waits for another."""
_DECISIVE: Final = ("batch", "cpu", "pauses")
"""Features of a station that change every time at it, so that times without them would be wrong."""


def decisive(station: StationPlan) -> str:
    """Why no times can be given for a station; empty where they can."""
    found = [name for name in _DECISIVE if getattr(station, name) is not None]
    names = ", ".join(_NAMES.get(name, name) for name in found)
    return f"not modelled: {names}, which changes its times" if found else ""


def delays(edge: Edge) -> str:
    """What keeps those who wait for a link longer than is predicted; empty where nothing does."""
    found = []
    if edge.plan.bandwidth < math.inf and not _is_wide(edge):
        found.append("bandwidth")
    if edge.transfer is None:
        found.append("last mile")
    if edge.plan.connection is not None and not _stays_open(edge, edge.plan.connection):
        found.append("connection")
    return ", ".join(found)


def burdens(edge: Edge) -> str:
    """What gives a link's target more work than is predicted; empty where nothing does."""
    link = edge.plan
    if link.encryption is None or edge.rate <= 0.0:
        return ""
    work = link.encryption.per_byte * _largest(edge)
    if link.connection is not None and not _stays_open(edge, link.connection):
        work += link.encryption.handshake
    return "encryption" if work > _LITTLE * edge.target.hold.mean else ""


def _is_wide(edge: Edge) -> bool:
    """Whether a link's bandwidth is next to nothing of a call, queues before it included."""
    whole = _largest(edge)
    transfer = whole / edge.plan.bandwidth
    least = min((calls.mean for calls in edge.calls if calls.mean > 0.0), default=0.0)
    return edge.rate * transfer <= _IDLE and transfer <= _LITTLE * least


def fullness(edge: Edge) -> float:
    """Bytes a second that a link has to carry over its bandwidth, in the busier direction; answers are taken as whole."""
    if edge.rate <= 0.0:
        return 0.0
    classes = edge.source.classes
    asked = [rate * each for rate, each in zip(edge.source.rates, edge.each, strict=True)]
    called = [classes[edge.plan.kind_at(kind)] for kind in range(len(classes))]
    requests = sum(rate * each.request_bytes for rate, each in zip(asked, called, strict=True))
    answers = sum(rate * each.response_bytes for rate, each in zip(asked, called, strict=True))
    return max(requests, answers) / sum(asked) * edge.rate / edge.plan.bandwidth


def narrow_links(network: Network) -> list[Edge]:
    """The links that have a bandwidth."""
    return [edge for edge in network.edges if edge.plan.bandwidth < math.inf and edge.rate > 0.0]


def _largest(edge: Edge) -> float:
    """Most bytes of a call, both ways together."""
    sizes = [
        each.request_bytes + each.response_bytes
        for each, chance in zip(edge.source.classes, edge.chance, strict=True)
        if chance > 0.0
    ]
    return max(sizes, default=0.0)


def _stays_open(edge: Edge, rules: ConnectionPlan) -> bool:
    """Whether connections are as many as it takes, kept for good, and lose nothing: all but the first are warm."""
    link = edge.plan
    kept = math.isinf(rules.idle) and math.isinf(rules.server_idle)
    endless = kept and rules.connections is None and rules.requests is None
    calm = link.loss <= 0.0 and math.isinf(link.timeout)
    return endless and calm and rules.slow_start == "off"


def of_node(node: NodePlan) -> tuple[str, ...]:
    """Features of a node that the theory leaves out."""
    if node.traffic is not None:
        return ()
    gates = (gate.title for gate in node.gates if not gate.is_modelled())
    ejects = node.router is not None and node.router.outlier is not None
    ejection = ("outlier ejection",) if ejects else ()
    return (*gates, *ejection, *_others(node, _NODE), *of_station(node.station))


def of_station(station: StationPlan) -> tuple[str, ...]:
    """Features of a station that the theory leaves out."""
    return _others(station, _STATION)


def of_link(link: LinkPlan) -> tuple[str, ...]:
    """Features of a link that the theory leaves out."""
    far = link.spacing is not None and link.spacing.uneven
    spacing = ("instances at different distances",) if far else ()
    return (*(policy.title for policy in link.policies), *spacing, *_others(link, _LINK))


def _others(part: Any, known: frozenset[str]) -> tuple[str, ...]:
    """Fields beside the known ones that are not as they are when left out."""
    kind = type(part)
    if kind not in _WATCHED:
        _WATCHED[kind] = _defaults(kind, known)
    return tuple(
        _NAMES.get(name, name.replace("_", " "))
        for name, usual in _WATCHED[kind]
        if getattr(part, name) != usual
    )


def _defaults(kind: type[Any], known: frozenset[str]) -> tuple[tuple[str, Any], ...]:
    """Fields beside the known ones with their defaults, which mean that the feature is off."""
    return tuple(
        (field.name, field.default)
        for field in fields(kind)
        if field.default is not MISSING and field.name not in known
    )


_WATCHED: Final[dict[type[Any], tuple[tuple[str, Any], ...]]] = {}
"""Fields to look at, by kind of part: they never change while the program runs."""
