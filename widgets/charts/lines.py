"""What a chart shows at a moment: lines over time with their names and colours. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    dashed: bool = False
    """Whether it is a bound, and no measurement."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Stretches of time that are marked along the foot of a chart, and the share behind them."""

    label: str
    ink: Ink
    shares: NDArray[np.float64]
    """0 to 1, one a point; NaN where nothing is known."""
    total: float
    """Over everything visible."""
    spans: NDArray[np.float64]
    """Begin and end of each marked stretch (s), one a row."""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """All series of a chart over one row of instants."""

    times: NDArray[np.float64]
    """Where points are drawn (s)."""
    ends: NDArray[np.float64]
    """End of the interval that each point stands for (s)."""
    lines: tuple[Line, ...]
    strip: Strip | None = None
    choice: str = ""
    """What the lines are of, where a person can choose that."""
    choice_hint: str = ""
    choice_act: str = "Click to choose answers or all requests"
    """What a click on that does."""
    choice_brief: str = ""
    """The same choice in fewer letters, for where room runs out; empty where there are none."""


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
        """What an empty chart says before a run: how to get something to see."""

    @property
    def nothing(self) -> str:
        """What an empty chart says while a run has nothing to show in it."""

    def choose(self, runs: Sequence[History], begin: float, end: float) -> None:
        """Decide what is shown (the busiest nodes, the slowest client).

        Args:
            runs: the present run, and the kept one behind it where there is one.
            begin: where the visible time begins (s).
            end: where it ends (s).
        """

    def lines(self, history: History, begin: float, end: float, points: int) -> Lines:
        """The chosen lines of any run, the present or a kept one."""

    def set_theme(self, theme: Theme) -> None:
        """Take colours from another theme."""
