"""Finds whatever a plan says that theory has never heard of, so that what is added to plans withholds by itself."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.plan.network.centers import Network

_KNOWN: Final[dict[str, frozenset[str]]] = {
    name: frozenset(known.split())
    for name, known in {
        "LawPlan": "law mean cv2 alpha low high values weights",
        "NodePlan": "id station traffic store backlog router pulls flow gates",
        "StationPlan": "instances workers work queue_limit discipline hold speed scaling cpu batch "
        "start memory pauses",
        "ScalingPlan": "contention coherency",
        "CpuPlan": "quota period",
        "BatchPlan": "size linger fixed per_item",
        "StartPlan": "time warm_up cold",
        "MemoryPlan": "base per_request per_peer leak limit refuses",
        "PausePlan": "every length",
        "RouterPlan": "picker health",
        "HealthPlan": "interval failures successes",
        "StorePlan": "capacity ttl eviction single_flight prewarm capacity_bytes entry_bytes",
        "BacklogPlan": "capacity visibility max_receive",
        "TrafficPlan": "process schedule mix burst_factor burst_mean calm_mean times kinds keys "
        "period users think crowd session",
        "CrowdPlan": "mean variance law window",
        "SessionPlan": "mean law",
        "LinkPlan": "id source target order probability times waits on_miss on_failure classes picker weight "
        "delay jitter loss bandwidth connection encryption timeout retry deadline_propagation "
        "cancellation policies",
        "RetryPlan": "attempts base factor cap jitter",
        "ConnectionPlan": "round_trips ordered streams connections requests idle slow_start",
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
        ("StationPlan", "discipline", "fifo lifo ps priority"),
        ("RouterPlan", "picker", "round_robin random least_connections power_of_two weighted"),
        ("LinkPlan", "picker", "round_robin random least_connections power_of_two weighted"),
        ("Way", "when", "always miss hit failed miss_or_failed"),
        ("StorePlan", "eviction", "lru fifo random lfu"),
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
_PLAIN: Final = (str, int, float, bool, type(None))


def strangers(part: Any) -> Iterator[str]:
    """What theory does not know of a part of a plan, and of the parts in it: fields in use, words, whole parts."""
    if isinstance(part, tuple):
        if part and not isinstance(part[0], _PLAIN):
            for each in part:
                yield from strangers(each)
        return
    if isinstance(part, _PLAIN) or not is_dataclass(part) or isinstance(part, type):
        return
    name = type(part).__name__
    known = _KNOWN.get(name, _inherited(part))
    if known is None:
        yield _words(name.removesuffix("Plan").removesuffix("Part"))
        return
    for field in fields(part):
        value = getattr(part, field.name)
        if field.name not in known:
            if field.default is not MISSING and value != field.default:
                yield field.name.replace("_", " ")
        elif (name, field.name) in _WORDS and value not in _WORDS[name, field.name]:
            yield f"{field.name} {value}"
        else:
            yield from strangers(value)


def _inherited(part: Any) -> frozenset[str] | None:
    """What is known of a part with more fields than it had."""
    for kind in type(part).__mro__[1:]:
        if kind.__name__ in _KNOWN and len(fields(part)) > len(fields(kind)):
            return _KNOWN[kind.__name__]
    return None


def blind_before_strangers(network: Network) -> None:
    """Say nothing of the times and loads of nodes and links that have something which nobody has thought of."""
    for site in network.sites:
        name = next(strangers(site.plan), "")
        if name:
            site.blind = site.blind or f"not modelled: {name}, which may change everything here"
            site.unknown_busy = site.unknown_load = site.unfamiliar = True
    for edge in network.edges:
        name = next(strangers(edge.plan), "")
        if not name:
            continue
        for site in (edge.source, edge.target):
            site.blind = site.blind or f"not modelled: {name} of {edge.plan.id}"
            site.unknown_busy = site.unknown_load = site.unfamiliar = True


def _words(name: str) -> str:
    """The name of a class as people would write it."""
    return "".join(f" {each.lower()}" if each.isupper() else each for each in name).strip()
