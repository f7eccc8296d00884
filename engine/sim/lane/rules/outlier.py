"""Outlier detection: whoever fails requests in a row is an outlier.

Source: Envoy, `source/common/upstream/outlier_detection_impl.cc`, consecutive failures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import mypyc_attr

from engine.sim.lane.codes import (
    CALLED_OFF,
    CONFLICT,
    EXPIRED,
    OK,
    RATE_LIMITED,
    REASONS,
    UNAUTHORIZED,
)
from engine.sim.lane.seams import SETTLE, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint

_BLAMES_CALLER: Final = (RATE_LIMITED, UNAUTHORIZED, CONFLICT, EXPIRED)
"""Failures that say nothing against the instance."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Ejector:
    """Somebody outside the lane who ejects outliers."""

    def outlier(self, endpoint: Endpoint, now: float) -> None:
        """So many requests in a row have failed at an instance."""
        raise NotImplementedError


@final
class Outlier(Rule):
    """Counts the requests in a row that failed at each instance. It refuses nobody itself."""

    def __init__(self) -> None:
        self.moments = SETTLE
        self.consecutive: i64 = 5
        self.ejector: Ejector | None = None
        self._counts = [reason not in _BLAMES_CALLER for reason in range(REASONS)]

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """Take an outcome in; a call that nobody needs any more has none."""
        endpoint = call.endpoint
        if endpoint is None:
            return
        if reason == OK:
            endpoint.failures = 0
        elif call.given_up != CALLED_OFF and self._counts[reason]:
            endpoint.failures += 1
            if endpoint.failures >= self.consecutive:
                endpoint.failures = 0
                ejector = self.ejector
                if ejector is not None:
                    ejector.outlier(endpoint, now)
