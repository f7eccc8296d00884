"""Columns of nodes along the links: as far left as what leads to a node allows, then links made short."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_ROUNDS: Final = 6


def columns_of(
    nodes: Sequence[str], ends: Iterable[tuple[str, str]], fixed: Collection[str] = ()
) -> dict[str, int]:
    """Column of each node; links lead to the right, but for those that close a loop.

    Args:
        nodes: ids, in the order in which loops are entered.
        ends: source and target of each link.
        fixed: nodes that stay as far to the left as they can, such as clients.
    """
    after: dict[str, list[str]] = {each: [] for each in nodes}
    for source, target in dict.fromkeys(ends):
        if source in after and target in after and source != target:
            after[source].append(target)
    order, forth = _without_loops(nodes, after)
    back: dict[str, list[str]] = defaultdict(list)
    for source, targets in forth.items():
        for target in targets:
            back[target].append(source)
    column = dict.fromkeys(nodes, 0)
    for each in order:
        for target in forth[each]:
            column[target] = max(column[target], column[each] + 1)
    _tighten(order, forth, back, column, fixed)
    used = {old: new for new, old in enumerate(sorted(set(column.values())))}
    return {each: used[at] for each, at in column.items()}


def _without_loops(
    nodes: Sequence[str], after: dict[str, list[str]]
) -> tuple[list[str], dict[str, list[str]]]:
    """Nodes so that links lead onward, and the links: those back to where a walk came from are turned around."""
    called = {target for targets in after.values() for target in targets}
    begin = [*(each for each in nodes if each not in called), *nodes]
    state: dict[str, int] = {}
    finished: list[str] = []
    forth: dict[str, list[str]] = {each: [] for each in nodes}
    for root in begin:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(after[root]))]
        while stack:
            here, targets = stack[-1]
            for target in targets:
                if state.get(target) == 1:
                    forth[target].append(here)  # it closes a loop
                    continue
                forth[here].append(target)
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(after[target])))
                    break
            else:
                stack.pop()
                state[here] = 2
                finished.append(here)
    return finished[::-1], forth


def _tighten(
    order: Sequence[str],
    forth: dict[str, list[str]],
    back: dict[str, list[str]],
    column: dict[str, int],
    fixed: Collection[str],
) -> None:
    """Move nodes to where their links are shortest in all."""
    for _ in range(_ROUNDS):
        moved = False
        for each in [*reversed(order), *order]:
            if each in fixed:
                continue
            least = max((column[n] + 1 for n in back[each]), default=None)
            most = min((column[n] - 1 for n in forth[each]), default=None)
            pull = len(forth[each]) - len(back[each])
            wanted = most if pull > 0 else least if pull < 0 else None
            if wanted is not None and wanted != column[each]:
                column[each] = wanted
                moved = True
        if not moved:
            return
