"""The order of nodes within the columns of a layered drawing, so that few links cross.

After Sugiyama, Tagawa and Toda (1981), with the improvements of Gansner, Koutsofios, North and Vo (1993):
links over several columns are cut by places in between, each column is sorted by the mean place of its
neighbours, forth and back, and neighbours are swapped as long as that helps. The best order
of all rounds is kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

_T = TypeVar("_T")

_ROUNDS: Final = 16
"""Sweeps forth and back at most."""
_PATIENCE: Final = 5
"""Sweeps without a better order, after which it is given up."""
_MOST_PASSED: Final = 20_000
"""Columns that all links pass through, at most; the longest links of more are left to themselves."""
_SWAPS: Final = 4
"""Passes of swapping neighbours after each sweep that was the best so far."""


@dataclass(slots=True)
class Columns:
    """A layered graph: what stands in each column, from above to below, real nodes and places in between."""

    columns: list[list[int]]
    before: list[list[int]]
    """Neighbours in the column to the left, by number."""
    after: list[list[int]]
    """The same to the right."""
    names: list[str]
    """Ids of the real nodes; numbers beyond are places in between."""
    groups: list[str] = field(default_factory=list)
    """Those of one group stand together in each column."""

    def is_real(self, number: int) -> bool:
        """Whether a number is that of a node."""
        return number < len(self.names)


def laid_out(
    layers: Sequence[Sequence[str]], ends: Iterable[tuple[str, str]], group: Mapping[str, str]
) -> Columns:
    """Columns of a graph, long links cut; ``group`` is what nodes stand together by."""
    names = [each for layer in layers for each in layer]
    number = {name: i for i, name in enumerate(names)}
    depth = {name: d for d, layer in enumerate(layers) for name in layer}
    made = Columns(
        [[number[each] for each in layer] for layer in layers],
        [[] for _ in names],
        [[] for _ in names],
        names,
        [group.get(each, each) for each in names],
    )
    spans: dict[tuple[str, str], int] = {}
    for source, target in ends:
        first, last = sorted((source, target), key=depth.__getitem__)
        if depth[first] < depth[last]:
            spans[first, last] = depth[last] - depth[first]
    longest = _longest(spans.values())
    for (first, last), span in spans.items():
        if span > longest:
            continue
        here = number[first]
        for column in range(depth[first] + 1, depth[last]):
            place = len(made.before)
            made.columns[column].append(place)
            made.groups.append(f"{first}→{last}")
            made.before.append([here])
            made.after.append([])
            made.after[here].append(place)
            here = place
        made.after[here].append(number[last])
        made.before[number[last]].append(here)
    return made


def _longest(spans: Iterable[int]) -> float:
    """Columns that a link may go over to be looked at, so that they pass through no more than `_MOST_PASSED`."""
    passed = 0
    for span in sorted(spans):
        passed += span - 1
        if passed > _MOST_PASSED:
            return span - 1
    return math.inf


def at_once(steps: Generator[None, None, _T]) -> _T:
    """What work comes to that is done in steps."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: _T = end.value
            return found


def ordered(graph: Columns) -> None:
    """Sort every column so that few links cross."""
    at_once(ordering(graph))


def ordering(graph: Columns) -> Generator[None, None, None]:
    """The same in steps."""
    rank = [0] * len(graph.before)
    for column in graph.columns:
        _note(column, rank)
    best, fewest = [list(column) for column in graph.columns], crossings(graph)
    idle = 0
    for number in range(_ROUNDS):
        if fewest == 0 or idle >= _PATIENCE:
            break
        _sweep(graph, rank, forth=number % 2 == 0)
        yield
        count = crossings(graph)
        if count < 1.15 * fewest:
            yield
            yield from _swapping(graph, rank)
            count = crossings(graph)
        idle += 1
        if count < fewest:
            best, fewest, idle = [list(column) for column in graph.columns], count, 0
    graph.columns[:] = best


def crossings(graph: Columns) -> int:
    """How many pairs of links cross between neighbouring columns, all straight."""
    total = 0
    for left, right in zip(graph.columns, graph.columns[1:], strict=False):
        rank = {each: i for i, each in enumerate(right)}
        ends = [rank[to] for each in left for to in sorted(graph.after[each], key=rank.__getitem__)]
        total += _inversions(ends, len(right))
    return total


def _inversions(values: list[int], size: int) -> int:
    """Pairs in the wrong order, by a tree of sums (Barth, Jünger and Mutzel 2002)."""
    tree = [0] * (size + 1)
    total = 0
    for seen, value in enumerate(values):
        at, below = value + 1, 0
        while at > 0:
            below += tree[at]
            at -= at & -at
        total += seen - below
        at = value + 1
        while at <= size:
            tree[at] += 1
            at += at & -at
    return total


def _note(column: Sequence[int], rank: list[int]) -> None:
    """Remember who stands where in a column."""
    for place, each in enumerate(column):
        rank[each] = place


def _sweep(graph: Columns, rank: list[int], *, forth: bool) -> None:
    """Sort each column by its neighbours in the one before it, from one end to the other."""
    near = graph.before if forth else graph.after
    columns = graph.columns if forth else graph.columns[::-1]
    for column in columns[1:]:
        wanted = {each: _wanted(near[each], rank, rank[each]) for each in column}
        together: dict[str, list[float]] = {}
        for each in column:
            together.setdefault(graph.groups[each], []).append(wanted[each])
        mean = {name: sum(values) / len(values) for name, values in together.items()}
        column.sort(key=lambda e: (mean[graph.groups[e]], graph.groups[e], wanted[e]))
        _note(column, rank)


def _wanted(near: Sequence[int], rank: list[int], own: int) -> float:
    """Where a node would like to stand: at the mean place of its neighbours."""
    return sum(rank[each] for each in near) / len(near) if near else float(own)


def _swapping(graph: Columns, rank: list[int]) -> Generator[None, None, None]:
    """Swap neighbours as long as that makes fewer crossings; groups stay together."""
    changed = [True] * len(graph.columns)
    for _ in range(_SWAPS):
        # Only where something beside a column changed can there be anything new to gain in it.
        around = [any(changed[max(at - 1, 0) : at + 2]) for at in range(len(changed))]
        changed = [
            due and _swap_in(graph, rank, column)
            for column, due in zip(graph.columns, around, strict=True)
        ]
        yield
        if not any(changed):
            return


def _swap_in(graph: Columns, rank: list[int], column: list[int]) -> bool:
    """One pass over a column; tells whether anything was swapped."""
    count: dict[str, int] = {}
    for each in column:
        count[graph.groups[each]] = count.get(graph.groups[each], 0) + 1
    swapped = False
    for place in range(len(column) - 1):
        upper, lower = column[place], column[place + 1]
        first, second = graph.groups[upper], graph.groups[lower]
        if first != second and (count[first] > 1 or count[second] > 1):
            continue
        if _gain(graph, rank, upper, lower) > 0:
            column[place], column[place + 1] = lower, upper
            rank[upper], rank[lower] = place + 1, place
            swapped = True
    return swapped


def _gain(graph: Columns, rank: list[int], upper: int, lower: int) -> int:
    """How many crossings fewer there are once two neighbours change places."""
    gain = 0
    for near in (graph.before, graph.after):
        for a in near[upper]:
            for b in near[lower]:
                gain += (rank[a] > rank[b]) - (rank[a] < rank[b])
    return gain
