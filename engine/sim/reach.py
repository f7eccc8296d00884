"""How far a change of a machine reached: what has to be looked at after it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.sim.parts import LinkPart, NodePart


@dataclass(frozen=True, slots=True)
class Reach:
    """Parts that were tuned or wired anew, in the order of the machine."""

    nodes: tuple[NodePart, ...] = ()
    links: tuple[LinkPart, ...] = ()
    whole: bool = False
    """Whether these are all there are, and others may be gone."""

    def __bool__(self) -> bool:
        return bool(self.whole or self.nodes or self.links)


NOWHERE: Final = Reach()


def reach(nodes: Iterable[NodePart], links: Iterable[LinkPart]) -> Reach:
    """Some parts, each once, in the order of the machine."""
    by_place = {part.place: part for part in nodes}
    links_by_place = {part.place: part for part in links}
    return Reach(
        tuple(by_place[place] for place in sorted(by_place)),
        tuple(links_by_place[place] for place in sorted(links_by_place)),
    )
