"""Charts of error budgets: what is left of each, and how fast one of them burns in the windows of its alerts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.model.alerts import SHOWN, budget_of
from engine.model.units import format_figure, format_quantity
from engine.records import dataclass
from widgets.charts.lines import Line, Lines
from widgets.instruments.text import count_text, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.model.design import Objective
    from engine.stats.budgets import Counts
    from widgets.charts.scales import Scale, Ticks
    from widgets.instruments.history import History
    from widgets.theme import Theme

_SLOTS: Final = ("s1", "s2", "s3", "s4", "s5")
_RULES: Final = 2
"""Rules that are drawn, the fastest first: more lines than five cannot be told apart."""
_OVERDRAWN: Final = -1.0
"""Lowest height of what is left: a budget that is used ten times over is as gone as one used twice."""


@dataclass(frozen=True, slots=True)
class Budgeted:
    """An objective with an error budget."""

    objective: Objective
    label: str
    """What people call it: ``Shoppers availability above 99.9 %``."""
    begin: float
    """From when to when it counts (s)."""
    end: float

    @property
    def key(self) -> str:
        """Stable name of its line."""
        bounds = self.objective
        return f"{bounds.metric} {bounds.above} {bounds.below} {self.begin} {self.end}"

    @property
    def budget(self) -> float:
        """The share that may be bad."""
        bounds = self.objective
        share = budget_of(bounds.metric, bounds.above, bounds.below)
        return math.nan if share is None else share

    @property
    def rules(self) -> tuple[tuple[float, float, float], ...]:
        """Burn rates with their long and short windows (s), the fastest first."""
        rules = (self.objective.alerts or SHOWN).scaled
        return tuple(sorted(rules, reverse=True)[:_RULES])

    def left(self, counts: Counts, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shares that are left at some instants."""
        return counts.left(times, self.begin, self.end, self.budget)


class BudgetScale:
    """What is left of a budget: 0 to 100 %, and below once one is overdrawn."""

    measure = "share"

    def __init__(self) -> None:
        """Nothing is overdrawn yet."""
        self.overdrawn = False

    def place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shares are heights; what is far below is at the foot."""
        return np.maximum(values, _OVERDRAWN)

    def fit(self, low: float, high: float) -> tuple[float, float]:  # noqa: ARG002 - always whole
        """Always the whole range."""
        return (_OVERDRAWN if self.overdrawn else 0.0), 1.0

    def ticks(self) -> Ticks:
        """Halves or quarters."""
        if self.overdrawn:
            return [(-1.0, "≤ −100"), (-0.5, "−50"), (0.0, "0"), (0.5, "50"), (1.0, "100 %")]
        return [(0.0, "0"), (0.25, "25"), (0.5, "50"), (0.75, "75"), (1.0, "100 %")]

    def text(self, value: float) -> str:
        """Share in percent."""
        return value_text(value, "%")


class BurnScale:
    """Burn rates over decades; what is slower than the foot, such as none, is at the foot."""

    measure = "times the budget"

    def __init__(self) -> None:
        """From a tenth of what a budget allows to a hundred times that."""
        self._low, self._high = -1, 2

    def place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithms, from the foot on."""
        floor = 10.0**self._low
        heights: NDArray[np.float64] = np.log10(np.maximum(values, floor))
        return heights

    def fit(self, low: float, high: float) -> tuple[float, float]:  # noqa: ARG002 - the foot stands
        """Whole decades that hold the data and the usual ones."""
        self._high = max(2, math.ceil(math.log10(high) - 1e-9)) if high > 0.0 else 2
        return float(self._low), float(self._high)

    def ticks(self) -> Ticks:
        """One tick a decade."""
        steps = range(self._low, self._high + 1)
        return [(float(step), f"{count_text(10.0**step)} ×") for step in steps]

    def text(self, value: float) -> str:
        """Times as fast as the budget allows."""
        return "–" if math.isnan(value) else f"{count_text(value, 2)} ×"


class _Feed:
    """What both charts know."""

    def __init__(self, theme: Theme) -> None:
        """Show nothing until the objectives are known."""
        self._theme = theme
        self._budgets: tuple[Budgeted, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Take colours from another theme."""
        self._theme = theme

    def set_budgets(self, budgets: tuple[Budgeted, ...]) -> None:
        """Say which objectives have a budget."""
        self._budgets = budgets


class LeftFeed(_Feed):
    """What is left of each budget."""

    title = "Error budget left"
    hint = "Run to see how error budgets are used up"
    nothing = "The time that the objectives count has not begun"

    def __init__(self, theme: Theme) -> None:
        """Show nothing until the objectives are known."""
        super().__init__(theme)
        self._scale = BudgetScale()
        self.scale: Scale = self._scale

    def choose(self, runs: Sequence[History], begin: float, end: float) -> None:  # noqa: ARG002 - all are shown
        """All budgets are shown, always."""
        self._scale.overdrawn = False

    def lines(self, history: History, begin: float, end: float, points: int) -> Lines:
        """A falling line for each."""
        window = history.window([], begin, end, points)
        lines = []
        for place, each in enumerate(self._budgets):
            counts = history.spending(each.objective.metric)
            values = np.full(len(window), np.nan)
            if counts is not None:
                values = each.left(counts, window.end)
            if (values < 0.0).any():
                self._scale.overdrawn = True
            ink = self._theme.series[_SLOTS[place % len(_SLOTS)]]
            hint = "At a burn rate of 1 it is used up exactly when the time that counts is over."
            lines.append(Line(each.key, each.label, ink, values, hint=hint))
        return Lines(window.end, window.end, tuple(lines))


class BurnFeed(_Feed):
    """How fast one budget burns, beside the rates at which its alerts page."""

    title = "Burn rate"
    hint = "Run to see how fast error budgets burn"
    nothing = "Nothing has ended yet"

    def __init__(self, theme: Theme) -> None:
        """Show nothing until the objectives are known."""
        super().__init__(theme)
        self.scale: Scale = BurnScale()
        self.choice: str | None = None
        """Key of the objective that a person chose; None for the one with the least left."""
        self._shown: Budgeted | None = None

    @property
    def budgets(self) -> tuple[Budgeted, ...]:
        """What can be chosen."""
        return self._budgets

    def choose(self, runs: Sequence[History], begin: float, end: float) -> None:  # noqa: ARG002 - over the whole run
        """The objective that a person chose, or the one that is worst off."""
        found = next((each for each in self._budgets if each.key == self.choice), None)
        self._shown = found or min(
            self._budgets, key=lambda each: _last(each, runs[0]), default=None
        )

    def lines(self, history: History, begin: float, end: float, points: int) -> Lines:
        """Two windows and a bound for each rule; an alert pages while both windows are above it."""
        window = history.window([], begin, end, points)
        shown = self._shown
        counts = None if shown is None else history.spending(shown.objective.metric)
        if shown is None or counts is None:
            return Lines(window.end, window.end, ())
        assumed = shown.objective.alerts is None
        lines: list[Line] = []
        for place, (burn, long, short) in enumerate(shown.rules):
            for offset, span in enumerate((long, short)):
                name = format_quantity(span, "s")
                ink = self._theme.series[_SLOTS[2 * place + offset]]
                rates = counts.burn(window.end, span, shown.budget)
                hint = f"Burn rate over the last {name}"
                lines.append(Line(f"{place} {offset}", name, ink, rates, hint=hint))
            bound = np.full(len(window), burn)
            words = "would page" if assumed else "pages"
            hint = (
                f"An alert {words} while both {format_quantity(long, 's')} and {format_quantity(short, 's')} "
                f"burn faster than {format_figure(burn)} ×"
            )
            if assumed:
                hint += "\nThe SRE workbook's rules, an hour of which is a minute: this objective has no alerts"
            ink = self._theme.series[_SLOTS[2 * place]]
            label = f"page {format_figure(burn)} ×"
            lines.append(Line(f"{place} page", label, ink, bound, hint=hint, dashed=True))
        choice = shown.label if len(self._budgets) > 1 else ""
        act = "Click to choose another objective"
        return Lines(window.end, window.end, tuple(lines), choice=choice, choice_act=act)


def _last(budget: Budgeted, history: History) -> float:
    """What is left at the end of a run."""
    counts = history.spending(budget.objective.metric)
    if counts is None:
        return 1.0
    left = float(budget.left(counts, np.array([history.end]))[0])
    return 1.0 if math.isnan(left) else left
