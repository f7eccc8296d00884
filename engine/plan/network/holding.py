"""Workers that are held during calls: where that changes nothing, where it is exact, and where it is a fixed point."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from engine.model.prediction import TIMES
from engine.model.units import format_share
from engine.plan.network.alike import SELDOM, hardly_waits
from engine.plan.network.sources import EVEN
from engine.plan.network.streams import Kind, forked
from engine.plan.primitives import INFINITE

if TYPE_CHECKING:
    from engine.plan.network.centers import Center
    from engine.plan.network.streams import Stream

_RARE: Final = 1e-4
"""Share of calls that are late, from which calls take no times of their own."""


class Held(Enum):
    """What the workers of a node that wait for calls do to its numbers."""

    FREE = "free"
    """Nothing: a worker is always there, so that what it calls is asked as if nobody were held."""
    FIXED = "fixed"
    """Calls take their times whatever else is under way: service is work + calls, exactly."""
    COUPLED = "coupled"
    """How long calls take depends on how many are under way."""


def held_at(site: Center, stream: Stream) -> Held:
    """What workers that wait for calls do to the numbers of a node.

    Args:
        site: the node, solved.
        stream: what comes to it.
    """
    if stream.kind is not Kind.UNEVEN and serves_at_once(site):
        return Held.FREE
    return Held.FIXED if calls_take_fixed_times(site) else Held.COUPLED


def serves_at_once(site: Center) -> bool:
    """Whether hardly anybody waits at a node, also for others who come at the same moment."""
    if (
        site.stay.wait.chance > SELDOM
        or site.plan.gates
        or site.dispersion > EVEN
        or site.peak > 1.0
        or site.comes_back
    ):
        return False
    if (site.stay.load or 0.0) >= 1.0 or not hardly_waits(site):
        return False
    return site.plan.station.workers is None or not (site.uneven and forked(site))


def calls_take_fixed_times(site: Center, passed: frozenset[str] = frozenset()) -> bool:
    """Whether calls take times that do not depend on how many are under way, nor on each other.

    Calls that come round to somebody whom they have passed do.
    """
    passed |= {site.plan.id}
    for edge in site.leaving:
        if not edge.plan.waits or edge.rate <= 0.0:
            continue
        link, below = edge.plan, edge.target
        plain = not link.policies and link.bandwidth == link.queue_timeout == INFINITE
        plain = plain and link.connection is None and edge.late <= _RARE
        if not plain or below.blind or below.plan.id in passed:
            return False
        if below.plan.backlog is None and not (
            serves_at_once(below) and calls_take_fixed_times(below, passed)
        ):
            return False
    return True


def held_text(site: Center, held: Held) -> str:
    """What is to be said against the numbers of a node whose workers wait for calls; empty where nothing is."""
    station = site.plan.station
    work = site.mixed([law.mean for law in site.work])
    if not station.hold or site.workers is None or site.hold.mean <= 0.0 or site.hold.mean <= work:
        return ""
    if site.hold.mean == INFINITE or held is Held.FREE:
        return ""
    share = format_share(1.0 - work / site.hold.mean)
    if site.layer is not None:
        scope = TIMES if held is Held.FIXED else ""
        return (
            f"{scope}workers are held {share} of their time by calls: they are taken as the users of "
            "a closed network below (flow-equivalent server)"
        )
    if held is Held.FIXED:
        return ""
    return (
        f"workers are held {share} of their time by calls: service is taken as work + calls, "
        "as a fixed point, and what they call as open to any number"
    )
