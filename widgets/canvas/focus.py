"""The path of what is selected: everything that leads to it, and everything that it leads to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from widgets.canvas.folding import contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.model.design import Design


def path_of(design: Design, selection: Iterable[str]) -> frozenset[str] | None:
    """Ids of the nodes and links upstream and downstream of a selection, itself included.

    A selected link stands for what comes to its source and what goes on from its target; a frame for the
    nodes inside it. None where nothing is selected that has a path.
    """
    before: dict[str, set[str]] = defaultdict(set)
    after: dict[str, set[str]] = defaultdict(set)
    for link in design.links:
        before[link.target].add(link.source)
        after[link.source].add(link.target)
    up_from: set[str] = set()
    down_from: set[str] = set()
    chosen: set[str] = set()
    for each in selection:
        whole = design.link_by_id.get(each)
        if whole is not None:
            chosen.add(each)
            up_from.add(whole.source)
            down_from.add(whole.target)
            continue
        nodes = {each} if each in design.node_by_id else contents(design, each)
        inside = nodes & design.node_by_id.keys()
        up_from |= inside
        down_from |= inside
    if not up_from and not down_from:
        return None
    up, down = _reached(up_from, before), _reached(down_from, after)
    links = {
        link.id
        for link in design.links
        if (link.source in up and link.target in up)
        or (link.source in down and link.target in down)
    }
    return frozenset(up | down | links | chosen)


def _reached(begin: set[str], onward: Mapping[str, set[str]]) -> set[str]:
    """Everything that can be reached, the beginning included."""
    found, rest = set(begin), list(begin)
    while rest:
        new = onward.get(rest.pop(), set()) - found
        found |= new
        rest += new
    return found
