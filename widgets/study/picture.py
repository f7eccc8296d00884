"""What a study's plot shows, as data: bands over a setting, bars beside their names, dots and lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Band:
    """Means over a setting, with their intervals."""

    label: str
    xs: tuple[float, ...]
    means: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    measured: bool = True
    """Whether its points are measurements; else it is a level with its interval."""
    line: Literal["solid", "dashed"] = "solid"
    """A dashed line has hollow points: told apart without its colour."""


@dataclass(frozen=True, slots=True)
class Dots:
    """Single measurements."""

    label: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    good: bool = True
    """Whether they are what one hopes for; others look like failures."""
    texts: tuple[str, ...] = ()
    """What stands beside each; with it they are large, and named in the title."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A value beside its name, with its interval; bars are drawn from zero, the first on top."""

    label: str
    value: float
    low: float
    high: float
    clear: bool = True
    """Whether it can be told from zero; others are pale."""


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line: an objective."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line: what was found."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the horizontal axis: what was predicted there."""

    left: float
    right: float
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot. Either bars, or anything over two axes."""

    title: str
    x_title: str = ""
    x_unit: str = ""
    y_unit: str = ""
    whole: bool = False
    """Whether the horizontal axis counts."""
    bands: tuple[Band, ...] = ()
    dots: tuple[Dots, ...] = ()
    bars: tuple[Bar, ...] = ()
    levels: tuple[Level, ...] = ()
    marks: tuple[Mark, ...] = ()
    zones: tuple[Zone, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw: lines and dots of what was never measured have no points."""
        places = [*(each.xs for each in self.bands), *(each.xs for each in self.dots)]
        return not (self.bars or any(places))
