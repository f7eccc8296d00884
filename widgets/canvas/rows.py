"""How high nodes stand in their columns: near what they are linked with, and apart from each other."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from widgets.canvas.ordering import Columns

_ROUNDS: Final = 8
_BETWEEN: Final = 0.3
"""Room of a link that passes through a column, in rows."""


def settling(graph: Columns) -> Generator[None, None, list[float]]:
    """Rows of everything, by number, found in steps: the order within each column is kept.

    Each is moved towards the mean of its neighbours, those in between more firmly, so that long links stay
    straight (the priority method, with least squares for the distances).
    """
    row = [0.0] * len(graph.before)
    apart = [_apart(graph, column) for column in graph.columns]
    for column, gaps in zip(graph.columns, apart, strict=True):
        at = -sum(gaps) / 2
        for each, gap in zip(column, gaps, strict=True):
            at += gap
            row[each] = at
    for number in range(_ROUNDS):
        forth = number % 2 == 0
        pairs = list(zip(graph.columns, apart, strict=True))
        for column, gaps in pairs if forth else pairs[::-1]:
            wanted = [_mean(graph, row, each) for each in column]
            weight = [1.0 if graph.is_real(each) else 4.0 for each in column]
            for each, height in zip(column, spread(wanted, gaps, weight), strict=True):
                row[each] = height
        yield
    return row


def _mean(graph: Columns, row: list[float], each: int) -> float:
    """Mean height of the neighbours on both sides."""
    near = [*graph.before[each], *graph.after[each]]
    return sum(row[other] for other in near) / len(near) if near else row[each]


def _apart(graph: Columns, column: Sequence[int]) -> list[float]:
    """Distance of each from the one above it."""
    rooms = [1.0 if graph.is_real(each) else _BETWEEN for each in column]
    return [0.0, *((a + b) / 2 for a, b in itertools.pairwise(rooms))]


def spread(wanted: Sequence[float], apart: Sequence[float], weight: Sequence[float]) -> list[float]:
    """Heights in the given order, at least so far apart, as near to the wanted ones as can be.

    Least squares, by pooling neighbours that would be too close (Ayer et al. 1955).
    """
    offset = 0.0
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many
    offsets: list[float] = []
    for value, gap, heavy in zip(wanted, apart, weight, strict=True):
        offset += gap
        offsets.append(offset)
        mean, mass, count = value - offset, heavy, 1
        while blocks and blocks[-1][0] > mean:
            other, its, many = blocks.pop()
            mean = (mean * mass + other * its) / (mass + its)
            mass, count = mass + its, count + many
        blocks.append((mean, mass, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
