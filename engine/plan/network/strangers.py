"""Finds whatever a plan says that theory has never heard of, so that what is added to plans withholds by itself."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from engine.model.policies.policy import Policy
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.plan.network.centers import Edge, Network

_KNOWN: Final[dict[str, frozenset[str]]] = {
    name: frozenset(known.split())
    for name, known in {
        "ClassPlan": "name write request_bytes response_bytes priority deadline keys",
        "KeyPlan": "count alpha hot hot_share",
        "LawPlan": "law mean cv2 alpha low high values weights order",
        "NodePlan": "id station traffic store backlog router pulls flow gates failover backup issue "
        "failing meters_egress price spread",
        "StationPlan": "instances workers work queue_limit discipline lifo_after hold speed scaling cpu batch "
        "start memory pauses overflow drain elastic lease",
        "LeasePlan": "every longest",
        "ElasticPlan": "cold idle ramp per",
        "ScalingPlan": "contention coherency curve",
        "CurvePlan": "law a power points",
        "CpuPlan": "quota period",
        "BatchPlan": "size linger fixed per_item",
        "StartPlan": "time warm_up cold",
        "MemoryPlan": "base per_request per_peer leak limit refuses",
        "PausePlan": "every length",
        "RouterPlan": "picker hash shuffle zone affinity layer slow_start health outlier",
        "HealthPlan": "interval failures successes timeout work layer deep panic fail_open",
        "OutlierPlan": "consecutive sweep base longest share",
        "StorePlan": "capacity ttl eviction single_flight prewarm scope by_user shield capacity_bytes entry_bytes samples "
        "write_policy write_behind fill lease beta ring",
        "RingPlan": "instances placement virtual_nodes replicas spares spare_ttl",
        "BacklogPlan": "capacity visibility max_receive",
        "TrafficPlan": "process schedule mix burst_factor burst_mean calm_mean times kinds keys "
        "period users known_users think crowd session tenants",
        "CrowdPlan": "mean variance law window",
        "SessionPlan": "mean law",
        "IssuePlan": "login refresh keys",
        "LinkPlan": "id checks source target order probability times waits on_miss on_failure classes picker hash shuffle weight "
        "delay jitter loss bandwidth connection encryption timeout retry deadline_propagation "
        "cancellation policies queue_timeout kind last_mile price spacing anycast",
        "NodePrice": "instance_second busy_second request",
        "LinkPrice": "request_byte response_byte",
        "SpacingPlan": "delays crosses",
        "RetryPlan": "attempts base factor cap jitter other_instance on",
        "ConnectionPlan": "per round_trips ordered streams connections pending requests idle server_idle "
        "reconnect slow_start",
        "ReconnectPlan": "base factor cap jitter",
        "EncryptionPlan": "handshake per_byte",
        "WorkPart": "laws",
        "CallPart": "link",
        "ParallelPart": "ways need",
        "Way": "do share classes when",
        "ChoicePart": "ways",
        "LoopPart": "rounds do",
        "AsyncPart": "do",
    }.items()
}
"""The fields of each part of a plan that theory reads, or doubts by name."""
_WORDS: Final[dict[tuple[str, str], frozenset[str]]] = {
    (name, field): frozenset(words.split())
    for name, field, words in (
        ("StationPlan", "discipline", "fifo lifo adaptive_lifo ps priority"),
        ("StationPlan", "overflow", "refuse resend"),
        ("RouterPlan", "picker", "round_robin random least_connections power_of_two weighted"),
        ("RouterPlan", "affinity", "none"),
        ("RouterPlan", "layer", "7"),
        ("HealthPlan", "layer", "4"),
        ("LawPlan", "order", "drawn"),
        ("LinkPlan", "picker", "round_robin random least_connections power_of_two weighted"),
        ("Way", "when", "always miss hit failed miss_or_failed"),
        ("StorePlan", "eviction", "lru fifo random lfu sampled_lru none"),
        ("StorePlan", "scope", "shared"),
        ("StorePlan", "write_policy", "invalidate around"),
        ("StorePlan", "by_user", "False"),
        ("StorePlan", "shield", "False"),
        ("StorePlan", "fill", "None none single_flight"),
        (
            "LawPlan",
            "law",
            "constant exponential lognormal gamma hyperexponential uniform pareto empirical",
        ),
        (
            "TrafficPlan",
            "process",
            "poisson deterministic mmpp active_users sessions closed trace",
        ),
    )
}
"""The words that a field may have, as far as theory knows them."""
_POLICIES: Final = frozenset(
    {
        "Auth",
        "Breaker",
        "Lease",
        "Bulkhead",
        "Concurrency",
        "Fallback",
        "Hedge",
        "Idempotency",
        "Locks",
        "Query",
        "RateLimit",
        "RetryBudget",
        "Shed",
        "Throttle",
        "UserSessions",
        "WaitingRoom",
    }
)
"""Mechanisms that are doubted by name."""
_SAID: Final = {
    "scope instance": "a store of its own in each of several places",
    "by_user True": "the user in the cache key",
    "shield True": "a shield",
    "picker zone": "picking by zone",
    "replication": "replicas of which one leads",
    "quorum": "instances that agree by majority",
    "routes": "callers at several distances",
}
"""What people call them, where that is not the name of the field."""
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True, slots=True)
class _Look:
    """Where to look in parts of one class."""

    name: str
    """What it is called where it is unknown; empty where it is known."""
    unknown: tuple[tuple[str, Any], ...] = ()
    """Fields of which theory has not heard, and their defaults."""
    words: tuple[tuple[str, frozenset[str]], ...] = ()
    others: tuple[tuple[str, Any], ...] = ()
    """Fields that may hold parts, and their defaults, in which there is nothing new."""


def stranger_in(part: Any) -> str:
    """The first thing that theory does not know of a part of a plan, or of the parts in it; empty where there is none."""
    kind = type(part)
    if kind is tuple:
        return next((found for each in part if (found := stranger_in(each))), "")
    look = _LOOKS.get(kind)
    if look is None:
        look = _LOOKS[kind] = _look(kind)
    if look.name:
        return look.name
    for name, usual in look.unknown:
        if getattr(part, name) != usual:
            return name.replace("_", " ")
    for name, words in look.words:
        if str(getattr(part, name)) not in words:
            return f"{name} {getattr(part, name)}"
    return _deeper(part, look.others) if look.others else ""


def _deeper(part: Any, others: tuple[tuple[str, Any], ...]) -> str:
    """The first thing that is not known of the parts in some fields."""
    for name, usual in others:
        value = getattr(part, name)
        if value is usual:
            continue
        for each in value if type(value) is tuple else (value,):
            if type(each) in _PLAIN:
                break
            found = stranger_in(each)
            if found:
                return found
    return ""


def _look(kind: type[Any]) -> _Look:
    """Where to look in parts of a class."""
    if issubclass(kind, Policy):
        return _Look("" if kind.__name__ in _POLICIES else kind.title)
    if not is_dataclass(kind):
        return _Look("")
    name = _ancestor(kind)
    if not name:
        words = "".join(f" {each.lower()}" if each.isupper() else each for each in kind.__name__)
        return _Look(words.strip().removesuffix(" plan").removesuffix(" part"))
    known = _KNOWN[name]
    words_of = {field: words for (owner, field), words in _WORDS.items() if owner == name}
    return _Look(
        "",
        tuple(
            (field.name, field.default)
            for field in fields(kind)
            if field.name not in known and field.default is not MISSING
        ),
        tuple(words_of.items()),
        tuple(
            (field.name, field.default)
            for field in fields(kind)
            if field.name in known and str(field.type) not in _SIMPLE and field.name not in words_of
        ),
    )


def _ancestor(kind: type[Any]) -> str:
    """The class that theory knows: itself, or one to which fields were added."""
    if kind.__name__ in _KNOWN:
        return kind.__name__
    for each in kind.__mro__[1:]:
        if each.__name__ in _KNOWN and len(fields(kind)) > len(fields(each)):
            return each.__name__
    return ""


def _has_no_choice(edge: Edge) -> bool:
    """Whether the target of a link is one instance, which is taken however one picks."""
    target = edge.target.plan
    return target.station.instances == 1 and target.store is None


def blind_before_strangers(network: Network) -> None:
    """Say nothing of the times and loads of nodes and links that have something which nobody has thought of."""
    for site in network.sites:
        name = stranger_in(site.plan)
        if name:
            site.blind = (
                site.blind
                or f"not modelled: {_SAID.get(name, name)}, which may change everything here"
            )
            site.unknown_busy = site.unknown_load = site.unfamiliar = True
    for edge in network.edges:
        if edge.source.plan.topic is not None:
            site = edge.target
            whole = "the partitions of a topic, which bound how many work at once"
            site.blind = site.blind or f"not modelled: {whole}"
            site.unknown_busy = site.unknown_load = site.unfamiliar = True
        name = stranger_in(edge.plan)
        if name.startswith("picker ") and _has_no_choice(edge):
            name = stranger_in(replace(edge.plan, picker="random", hash=None, shuffle=None))
        if not name:
            continue
        for site in (edge.source, edge.target):
            site.blind = site.blind or f"not modelled: {_SAID.get(name, name)} of {edge.name}"
            site.unknown_busy = site.unknown_load = site.unfamiliar = True


_SIMPLE: Final = frozenset(
    {
        "str",
        "int",
        "float",
        "bool",
        "int | None",
        "float | None",
        "tuple[bool, ...]",
        "tuple[bool, ...] | None",
        "tuple[float, ...]",
        "tuple[int, ...]",
        "tuple[tuple[float, float], ...]",
        "Picker",
    }
)
"""Types of fields that hold no parts."""
_LOOKS: Final[dict[type[Any], _Look]] = {}
"""By class: they never change while the program runs."""
