"""Numbers that stand for what happens to calls: outcomes, stages, how they were given up."""

from __future__ import annotations

from typing import Final

# Reasons of failure: the places of their names in `engine.model.failures.FAILURES`.
OK: Final = -1
HELD: Final = -2
"""No reason: a rule or a gate keeps the call and lets it go on later."""
ANSWERED: Final = -3
"""No reason either: a gate has the answer already."""
TIMEOUT: Final = 0
QUEUE_FULL: Final = 1
SHED: Final = 2
RATE_LIMITED: Final = 3
BREAKER_OPEN: Final = 4
BULKHEAD_FULL: Final = 5
UNAVAILABLE: Final = 6
CRASHED: Final = 7
NETWORK: Final = 8
ERROR: Final = 9
DEADLINE: Final = 10
UNAUTHORIZED: Final = 11
CONFLICT: Final = 12
EXPIRED: Final = 13
REASONS: Final = 14
"""How many there are."""

# Stages of a call.
OUTBOUND: Final = 0
WORKING: Final = 1
RETURNING: Final = 2
BACKOFF: Final = 3
DEAD: Final = 4
ENGAGED: Final = 5
"""At the site and neither waiting nor worked on: its flow goes on elsewhere."""
ANNOUNCED: Final = 6
"""Outbound, and its link wants to know when it arrives."""

# Where a call waits before anybody works on it.
AT_RULE: Final = 0
FOR_CONNECTION: Final = 1
AT_SITE: Final = 2
"""At a gate, for a place, or for a worker."""

# How a caller stopped waiting for a call before its answer was there.
ABANDONED: Final = 1
"""It took too long."""
CALLED_OFF: Final = 2
"""Nobody needs it any more."""
REFUSED: Final = 3
"""A rule of its link did not let it go."""

# How a call failed that never was at its callee, or whose answer never came back.
UNSENT: Final = 4
"""There was no instance or connection for it."""
LOST: Final = 5
"""The network gave it, or its answer, up."""

NO_TASK: Final = -1
"""Task of a call that brings no work of a class: what it brings is its size."""
NEVER: Final = float("inf")
UNLIMITED: Final = 1 << 60
"""Stands for no limit on workers or places."""
