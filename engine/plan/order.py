"""Nodes in the order in which requests reach them: callers before what they call."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def callers_first(pairs: Iterable[tuple[str, str]]) -> list[str] | None:
    """The nodes of (caller, called) pairs, each after all its callers; None where they go round."""
    below: dict[str, list[str]] = defaultdict(list)
    callers: dict[str, int] = {}
    for source, target in pairs:
        below[source].append(target)
        callers.setdefault(source, 0)
        callers[target] = callers.get(target, 0) + 1
    ready = deque(name for name, count in callers.items() if count == 0)
    order: list[str] = []
    while ready:
        name = ready.popleft()
        order.append(name)
        for target in below[name]:
            callers[target] -= 1
            if callers[target] == 0:
                ready.append(target)
    return order if len(order) == len(callers) else None


def visit_name(name: str, kind: int) -> str:
    """A node and a class of requests that comes to it, as one name."""
    return f"{kind} {name}"
