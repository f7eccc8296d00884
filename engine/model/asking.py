"""Who calls a node from where: callers whose instances lie in the same frames are as far from everything."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from engine.model.spread import homes_of
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.model.design import Design, Link

Homes = tuple[str | None, ...]
"""The frame of each place of a node; None is no frame."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Those who call a node from the same places."""

    homes: Homes
    links: tuple[str, ...]
    """Over which they call."""
    admitted: tuple[str, ...]
    """Who of them does so over a link that nobody has shut."""


def asking_in(design: Design) -> dict[str, tuple[Asking, ...]]:
    """The callers of each node, those from the same places together, in the order of their links."""
    found: defaultdict[str, defaultdict[Homes, list[Link]]] = defaultdict(lambda: defaultdict(list))
    for link in design.links:
        caller = design.node_by_id.get(link.source)
        if caller is not None:
            found[link.target][homes_of(caller)].append(link)
    return {
        name: tuple(_asking(homes, links) for homes, links in callers.items())
        for name, callers in found.items()
    }


def together(parts: Sequence[Asking]) -> Asking:
    """Those who call from several places as those of the first, where that is the same."""
    if len(parts) == 1:
        return parts[0]
    links = tuple(link for each in parts for link in each.links)
    return Asking(parts[0].homes, links, tuple(name for each in parts for name in each.admitted))


def frames_behind(design: Design, name: str) -> Iterator[str | None]:
    """The frame of each place of the nodes that the links of a node lead to; None is no frame."""
    for link in design.links:
        target = design.node_by_id.get(link.target) if link.source == name else None
        if target is not None:
            yield from homes_of(target)


def _asking(homes: Homes, links: list[Link]) -> Asking:
    """The callers in some places."""
    admitted = (each.source for each in links if each.config.get("allowed") is not False)
    return Asking(homes, tuple(each.id for each in links), tuple(dict.fromkeys(admitted)))
