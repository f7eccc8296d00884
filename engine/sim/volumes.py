"""Bytes on a link: the number of calls times their size, and counted call by call where sizes differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.volume import Volume

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.lane.link import Link


class ByteMeter:
    """What was sent to the target of one link, and what came back."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._sizes = (0.0, 0.0)
        self._before = (0.0, 0.0)
        """Bytes before the sizes were the present ones."""
        self._calls = (0, 0)
        """Calls before that."""

    def tune(
        self,
        requests: Sequence[float],
        responses: Sequence[float],
        *,
        may_miss: bool,
        cookie: float = 0.0,
    ) -> None:
        """Know the sizes of all classes; where a store may say that it has nothing, answers differ as well.

        The cookie comes on top of the requests of users.
        """
        alike = not may_miss and cookie == 0.0 and len(set(requests)) == len(set(responses)) == 1
        sizes = (requests[0], responses[0]) if alike else (0.0, 0.0)
        volume = self._link.volume
        if alike != (volume is None) or sizes != self._sizes:
            self._before, self._calls = self.total(), self._sent()
            self._sizes = sizes
            self._link.volume = volume = None if alike else Volume()
        if volume is not None:
            volume.request_bytes, volume.response_bytes = list(requests), list(responses)
            volume.cookie = cookie

    def total(self) -> tuple[float, float]:
        """Bytes since the start: of requests that were sent, and of answers that arrived."""
        volume = self._link.volume
        if volume is not None:
            return self._before[0] + volume.sent, self._before[1] + volume.answered
        new = [now - before for now, before in zip(self._sent(), self._calls, strict=True)]
        return (
            self._before[0] + new[0] * self._sizes[0],
            self._before[1] + new[1] * self._sizes[1],
        )

    def _sent(self) -> tuple[int, int]:
        """Attempts that were sent, and those that were answered."""
        link = self._link
        return int(link.attempts - link.unsent), int(link.succeeded)
