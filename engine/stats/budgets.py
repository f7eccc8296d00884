"""An error budget over time: what is left of it, and how fast it burns in windows, from counts of what was bad.

A budget is the share of requests that may be bad over the time that an objective counts. It is used up by
burn rate × share of that time that is over (Google, The Site Reliability Workbook, chapter 5): at a burn rate
of 1 exactly at its end. What is left at the end is therefore what the result of the run has as ``budget_left``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Bad requests and all, one number an instant; between two instants they are taken to grow evenly."""

    times: NDArray[np.float64]
    """Instants (s), rising; the first is where counting began."""
    bad: NDArray[np.float64]
    """The bad ones from there to each instant."""
    whole: NDArray[np.float64]

    @classmethod
    def of_steps(
        cls,
        begin: float,
        ends: Sequence[float] | NDArray[np.float64],
        bad: Sequence[float] | NDArray[np.float64],
        whole: Sequence[float] | NDArray[np.float64],
    ) -> Counts:
        """Add up what came in steps one after the other.

        Args:
            begin: where the first step begins (s).
            ends: where each ends (s).
            bad: the bad ones in each.
            whole: all in each.
        """
        return cls(
            np.concatenate(([begin], ends)),
            np.concatenate(([0.0], np.cumsum(bad))),
            np.concatenate(([0.0], np.cumsum(whole))),
        )

    def at(self, times: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The bad ones and all at some instants."""
        return np.interp(times, self.times, self.bad), np.interp(times, self.times, self.whole)

    def burn(self, times: NDArray[np.float64], window: float, budget: float) -> NDArray[np.float64]:
        """Burn rates in the window before each instant, as alerts see them.

        Of the part of a window that lies before counting began nothing is known: as many are taken to have
        come then as since, and none of them to have been bad.

        Args:
            times: instants (s).
            window: its length (s).
            budget: the share that may be bad.
        """
        begins = np.maximum(self.times[0], times - window)
        (bad, whole), (old_bad, old_whole) = self.at(times), self.at(begins)
        known = times - begins
        unknown = np.ones_like(known)
        np.divide(window, known, out=unknown, where=known > 0.0)
        came = (whole - old_whole) * np.maximum(1.0, unknown)
        return _shares(bad - old_bad, came) / budget

    def left(
        self, times: NDArray[np.float64], begin: float, end: float, budget: float
    ) -> NDArray[np.float64]:
        """Shares of the budget that are left; NaN before the time that counts, below 0 once it is overdrawn.

        Where traffic grows, the budget does too: a share of more requests is more requests.

        Args:
            times: instants (s).
            begin: where the time that counts begins (s).
            end: where it ends (s).
            budget: the share that may be bad.
        """
        first = np.array([begin])
        until = np.clip(times, begin, end)
        (bad, whole), (old_bad, old_whole) = self.at(until), self.at(first)
        over = (until - begin) / (end - begin) if end > begin else np.ones_like(until)
        left = 1.0 - _shares(bad - old_bad, whole - old_whole) / budget * over
        return np.where(times < begin, np.nan, left)


def _shares(bad: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bad of all; nothing of nothing."""
    shares = np.zeros_like(bad)
    np.divide(bad, whole, out=shares, where=whole > 0.0)
    return shares
