"""Which links are drawn, from where to where; routes them when cards move."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF

from widgets.canvas.geometry import input_port, output_port
from widgets.canvas.routing import Obstacles, routed
from widgets.canvas.wires import fan

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence, Set

    from engine.model.design import Design, Link
    from widgets.canvas.dots import Courses
    from widgets.canvas.items import LinkItem

_MANY: Final = 40
"""Areas from which on all links are looked at: the whole design changed."""
_ROOM: Final = 24.0
"""Scene units around a card within which links keep away from it."""


class Wiring:
    """All link items. A link whose ends hide behind the card of a frame is not drawn."""

    def __init__(self, courses: Courses) -> None:
        """No links yet; ``courses`` learns every route."""
        self.items: dict[str, LinkItem] = {}
        self._courses = courses
        self.obstacles = Obstacles()
        self._host: Mapping[str, str] = {}
        self._links: tuple[Link, ...] = ()
        """Those of the design whose topology is known."""
        self._incoming: dict[str, dict[str, str]] = {}
        """By card, the links that arrive there, and the card that each comes from."""
        self._touching: dict[str, set[str]] = {}

    def clear(self) -> None:
        """No links and no cards any more."""
        self.items.clear()
        self._courses.clear()
        self.obstacles = Obstacles()

    def set_design(self, design: Design, host: Mapping[str, str]) -> bool:
        """Learn the topology; ``host`` names the card which stands for a hidden node.

        Returns:
            Whether it may be another one. Where nodes moved, the links are the very same as before.
        """
        if design.links is self._links and host == self._host:
            return False
        self._links, self._host = design.links, host
        incoming: dict[str, dict[str, str]] = defaultdict(dict)
        touching: dict[str, set[str]] = defaultdict(set)
        for link in design.links:
            link_id, source, target = link.id, link.source, link.target
            touching[source].add(link_id)
            touching[target].add(link_id)
            if not host:
                incoming[target][link_id] = source
            elif self.is_drawn(source, target):
                source, target = self.host(source), self.host(target)
                incoming[target][link_id] = source
                touching[source].add(link_id)
                touching[target].add(link_id)
        self._incoming = dict(incoming)
        self._touching = dict(touching)
        return True

    def host(self, node_id: str) -> str:
        """Id of the card that shows a node."""
        return self._host.get(node_id, node_id)

    def is_drawn(self, source: str, target: str) -> bool:
        """Whether a link between two nodes is to be seen."""
        apart = self.host(source) != self.host(target)
        return apart or (source == target and source not in self._host)

    def shows_ends(self, link: Link) -> bool:
        """Whether both ends of a link are nodes on view, not hidden in a collapsed frame."""
        return link.source not in self._host and link.target not in self._host

    def touching(self, ids: Iterable[str]) -> set[str]:
        """Links with an end at one of these nodes or cards."""
        return self.ending_at(ids) & self.items.keys()

    def ending_at(self, ids: Iterable[str]) -> set[str]:
        """The same of all links, those that are not drawn too."""
        found: set[str] = set()
        for item_id in ids:
            found.update(self._touching.get(item_id, ()))
        return found

    def beside(self, link_ids: Set[str]) -> set[str]:
        """The links and all others that arrive at the same cards: they share a fan."""
        targets = {self.items[each].link.target for each in self.items.keys() & link_ids}
        found: set[str] = set()
        for card in {self.host(target) for target in targets}:
            found.update(self._incoming.get(card, ()))
        return found

    def by_target(self, link_ids: Container[str], first: Container[str]) -> list[str]:
        """Links in the order of the cards where they arrive, for those of a card share its fan.

        Links among ``first`` come before all others.
        """
        ordered = [each for links in self._incoming.values() for each in links if each in link_ids]
        begun = [each for each in ordered if each in first]
        return [*begun, *(each for each in ordered if each not in first)] if begun else ordered

    def route(
        self,
        link_ids: Iterable[str],
        rect_of: Callable[[str], QRectF | None],
        again: Container[str] = (),
    ) -> list[tuple[LinkItem, QRectF]]:
        """Route links anew; returns those whose course changed, with what they covered before.

        A link whose ends are where they were keeps its course, unless it is among ``again``.
        """
        changed: list[tuple[LinkItem, QRectF]] = []
        heights: dict[str, dict[str, float]] = {}
        for link_id in link_ids:
            item = self.items.get(link_id)
            if item is None:
                continue
            source, target = self.host(item.link.source), self.host(item.link.target)
            start, end = rect_of(source), rect_of(target)
            if start is None or end is None:
                continue
            if target not in heights:
                heights[target] = self._fan(target, rect_of)
            arrival = input_port(end) + QPointF(0.0, heights[target].get(link_id, 0.0))
            ends = (output_port(start), arrival)
            if ends == item.ends and link_id not in again:
                continue
            aside = heights[target].get(link_id, 0.0)
            course = routed(*ends, self.obstacles, (source, target), aside)
            if ends != item.ends or course.path != item.wire.path:
                covered = item.outline()
                item.route(*ends, course)
                self._courses.put(link_id, item.wire)
                changed.append((item, covered))
        return changed

    def near(self, areas: Sequence[QRectF]) -> set[str]:
        """Links that run through any of some areas, or around one."""
        if len(areas) > _MANY:
            return set(self.items)
        found: set[str] = set()
        outlines = [(link_id, item.outline()) for link_id, item in self.items.items()]
        for area in areas:
            crosses = area.adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM).intersects
            found.update([link_id for link_id, outline in outlines if crosses(outline)])
        return found

    def _fan(self, target: str, rect_of: Callable[[str], QRectF | None]) -> dict[str, float]:
        """Heights at which links arrive at a card."""
        rect = rect_of(target)
        incoming = self._incoming.get(target, {})
        sources = [rect_of(source) for source in incoming.values()]
        if rect is None:
            return {}
        middle = rect.center().y()
        ys = [source.center().y() if source is not None else middle for source in sources]
        return dict(zip(incoming, fan(middle, ys), strict=True))
