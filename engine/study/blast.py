"""How far a fault reaches: what each client, node and link loses while it lasts, and when that is over."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.records import dataclass
from engine.study.estimates import estimate
from engine.study.recovery import recovered_at, stretches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.stats.intervals import Interval

DURING: Final = "during"
"""The span of a run in which a fault lasts."""
NOTHING: Final = 0.99
"""Share of the goodput from which on nothing of it is left: what was under way at the beginning may end well."""
_SECTIONS: Final = (("client", "clients"), ("node", "nodes"), ("link", "links"))
_CAME: Final = {"client": "offered", "node": "arrivals", "link": "attempts"}
"""How many requests came to an item."""

Result = dict[str, Any]
Pair = tuple["Result", "Result"]
"""The undisturbed run and the one with the fault, under the same seed."""


@dataclass(frozen=True, slots=True)
class Harm:
    """What a fault does to an item while it lasts."""

    item: str
    sort: Literal["client", "node", "link"]
    lost: Interval | None
    """Of a client the share of its goodput that is gone; of a node or a link by how much the share of its
    requests that fail grows. None where nothing came."""
    slower: float | None
    """Times as long as its p99 is."""
    fewer: float | None
    """The share of its requests that no longer come; below zero where more do. None where none came."""


def harms(pairs: Sequence[Pair]) -> Iterator[Harm]:
    """What a fault does to everything, over runs under some seeds."""
    if not pairs:
        return
    for sort, section in _SECTIONS:
        for item in pairs[0][0]["spans"][DURING][section]:
            parts = [
                (
                    before["spans"][DURING][section][item],
                    after["spans"][DURING][section].get(item, {}),
                )
                for before, after in pairs
            ]
            lost = [share for each in parts if (share := _lost(sort, *each)) is not None]
            slower = [ratio for each in parts if (ratio := _slower(sort, *each)) is not None]
            fewer = [share for each in parts if (share := _fewer(sort, *each)) is not None]
            yield Harm(
                item,
                sort,  # type: ignore[arg-type]  # one of the words above
                estimate(lost),
                _mean(slower),
                _mean(fewer),
            )


def _mean(values: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def _fewer(sort: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> float | None:
    """The share of what came to an item that no longer comes."""
    name = _CAME[sort]
    had = before.get(name, 0)
    return 1.0 - after.get(name, 0) / had if had else None


def _lost(sort: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> float | None:
    """What an item loses."""
    if sort == "client":
        had = before["goodput"]
        return 1.0 - after.get("goodput", 0.0) / had if had else None
    fails, failed = _failing(before), _failing(after)
    return None if fails is None or failed is None else failed - fails


def _failing(part: Mapping[str, Any]) -> float | None:
    """The share of what is over that failed; None where nothing is."""
    failed = sum(part.get("failed", {}).values())
    over = failed + part.get("completed", part.get("succeeded", 0))
    return failed / over if over else None


def _slower(sort: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> float | None:
    """Times as long as the p99 of an item is; None where either has none."""
    name = "residence" if sort == "node" else "latency"
    had, has = (part.get(name, {}).get("p99") for part in (before, after))
    return has / had if had and has is not None else None


def recovery(pair: Pair, end: float, tolerance: float) -> float | None:
    """Seconds after the end of a fault from which on every client has what it has undisturbed.

    Returns:
        Infinity where some client never has; None where there is no time after the fault to tell.
    """
    found = [
        _recovery(pair[0]["series"], pair[1]["series"], name, end, tolerance)
        for name in pair[0]["series"]["clients"]
    ]
    known = [each for each in found if each is not None]
    return max(known, default=None)


def _recovery(
    before: Mapping[str, Any], after: Mapping[str, Any], client: str, end: float, tolerance: float
) -> float | None:
    """The same for one client."""
    had, has = (each["clients"][client]["succeeded"] for each in (before, after))
    back = recovered_at(stretches(had, has, before["step"], end), tolerance)
    return None if back is None else max(0.0, back - end)
