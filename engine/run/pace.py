"""The end of patience: requests between which next to no time passes, so that no run would ever be over."""

from __future__ import annotations

from typing import Final

from engine.sim.lane.agenda import StandstillError

_MOMENT: Final = 1e-7
"""Seconds by which time has to go on while so many events pass: at a slower pace, a second takes a year."""
_EVENTS: Final = 20_000_000
"""Events of requests; they take some seconds."""


class PaceGuard:
    """Says when time all but stands still. Cheap enough to be asked at every look of the agenda."""

    def __init__(self) -> None:
        self.patience = _EVENTS
        """Events for which next to no time may pass."""
        self._since = 0.0
        self._fired = 0

    def watch(self, now: float, fired: int) -> None:
        """Give up where time has hardly gone on for very many events.

        Args:
            now: simulated time (s).
            fired: events so far.

        Raises:
            StandstillError: where it has not.
        """
        if now - self._since >= _MOMENT or fired < self._fired:
            self._since, self._fired = now, fired
        elif fired - self._fired > self.patience:
            msg = (
                f"simulated time hardly goes on at {now:g} s: {self.patience / 1e6:g} million events of requests took "
                f"less than {_MOMENT:g} s together; give what comes again and again, such as renewals, think times "
                "and retries, a longer interval, or lower the load"
            )
            raise StandstillError(msg)
