"""What a chart shows at a moment: lines over time with their names and colours. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from widgets.charts.scales import Scale
    from widgets.instruments.history import History
    from widgets.theme import Ink, Theme


@dataclass(frozen=True, slots=True)
class Line:
    """One series. ``values`` are in SI units, NaN for gaps."""

    key: str
    """Stable name, by which a person's choice to hide it is remembered."""
    label: str
    ink: Ink
    values: NDArray[np.float64]
    base: NDArray[np.float64] | None = None
    """Lower border of a filled area stacked on others; None for a plain line."""
    hint: str = ""
    """What the label means, where it needs words."""


@dataclass(frozen=True, slots=True)
class Lines:
    """All series of a chart over one row of instants."""

    times: NDArray[np.float64]
    """Where points are drawn (s)."""
    ends: NDArray[np.float64]
    """End of the interval that each point stands for (s)."""
    lines: tuple[Line, ...]


class Feed(Protocol):
    """Where a chart's lines come from."""

    @property
    def title(self) -> str:
        """What stands above the chart."""

    @property
    def scale(self) -> Scale:
        """Its vertical scale."""

    @property
    def hint(self) -> str:
        """What an empty chart says: how to get something to see."""

    def choose(self, history: History) -> None:
        """Decide from the present run what is shown (the busiest nodes, the slowest client)."""

    def lines(self, history: History, begin: float, end: float, points: int) -> Lines:
        """The chosen lines of any run, the present or a kept one."""

    def set_theme(self, theme: Theme) -> None:
        """Take colours from another theme."""
