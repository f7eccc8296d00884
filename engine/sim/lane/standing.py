"""What a caller knows of an instance that it may call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import i64


class Standing:
    """The state of an `Endpoint`."""

    def __init__(self) -> None:
        self.outstanding: i64 = 0
        """Calls sent and not settled."""
        self.healthy = True
        """Whether it may be picked."""
        self.passed = True
        """Whether health checks believe in it."""
        self.ejected = False
        """Whether it is left out for a while because requests failed there."""
        self.streak: i64 = 0
        """Health checks in a row that contradict `passed`."""
        self.failures: i64 = 0
        """Requests in a row that failed there, where somebody counts them."""
