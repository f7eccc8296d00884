"""Calls that may be given up though it is predicted that next to none are: their times are doubted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.model.prediction import WAITS
from engine.plan.network.alike import below
from engine.plan.network.leaving import waits_in_line
from engine.plan.network.sources import EVEN
from engine.plan.queueing.curves import exceeds
from engine.plan.queueing.moments import Moments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.plan.network.centers import Center, Edge, Network
    from engine.plan.network.verdict import Verdict

_FEW: Final = 0.01
"""Share of calls given up that changes what succeeds by nothing that anybody sees."""
_LONGER: Final = 3.0
"""Times as long as is predicted that a doubted wait may be, where what comes is no burst."""


def note_late(network: Network, verdicts: Mapping[str, Verdict]) -> None:
    """Mark the calls of which more may be given up than is predicted, and the nodes that do less work then.

    Args:
        network: the solved network.
        verdicts: what is to be said against each of its stations alone.
    """
    for edge in network.edges:
        limited = min(edge.plan.timeout, edge.plan.queue_timeout) < math.inf
        if edge.rate <= 0.0 or not edge.plan.waits or not limited:
            continue
        longer = _more(edge, verdicts)
        target = edge.target
        alone = target.stay.wait.moments
        patient = not waits_in_line(edge)
        leaving = longer > 0.0 and not patient and _exceeds(alone, longer, edge.plan.queue_timeout)
        late = longer > 0.0 and _exceeds(_of_call(edge), longer, edge.plan.timeout)
        if leaving or late:
            edge.late_doubted = True
            edge.unsure |= edge.plan.retry.attempts > 1  # who gives up comes again
        if leaving:  # who leaves the line is not worked on
            target.unknown_busy = True


def _exceeds(moments: Moments, longer: float, limit: float) -> bool:
    """Whether more than a few take longer than a limit (s) if the mean is so much (s) more than is predicted."""
    if limit == math.inf or not math.isfinite(moments.mean):
        return False
    spread = math.sqrt(moments.variance) if math.isfinite(moments.variance) else 3.0 * moments.mean
    spread += longer
    return exceeds(Moments(moments.mean + longer, spread * spread), limit) > _FEW


def _of_call(edge: Edge) -> Moments:
    """What a call takes as predicted: the longest of all classes."""
    return max(edge.calls, key=lambda each: each.mean)


def _more(edge: Edge, verdicts: Mapping[str, Verdict]) -> float:
    """Seconds that a call may take longer on average, by all doubted waits on its way."""
    more = 0.0
    for site in below(edge.target):
        bursts = site.dispersion if site.dispersion > EVEN and site.workers is not None else 1.0
        if bursts <= 1.0 and not _is_doubted(site, verdicts):
            continue
        visits = max(1.0, site.rate / edge.target.rate)
        more += visits * (max(_LONGER, bursts) - 1.0) * site.stay.wait.mean
    return more


def _is_doubted(site: Center, verdicts: Mapping[str, Verdict]) -> bool:
    """Whether the times of a station are, and not only waits of which so little comes that nothing shows it."""
    verdict = verdicts[site.plan.id]
    return bool(verdict.blind) or any(not each.startswith(WAITS) for each in verdict.doubts)
