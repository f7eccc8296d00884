"""The open design beside another one: differences marked on the canvas and listed, each a click away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from app.differences_card import DifferencesCard
from engine.catalog.differing import telling
from engine.model import files
from engine.model.design import Design, Link, Node
from widgets.canvas import BlastMap, BlastMark, Ghost
from widgets.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, card_rect
from widgets.turns import Turns, in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.workbench import Workbench
    from engine.catalog.differing import Told
    from widgets.canvas.health import State

_DELAY: Final = 150
"""Milliseconds after an edit until the designs are compared anew."""
_TONES: Final[dict[str, tuple[State, str]]] = {
    "added": ("healthy", "+ added"),
    "changed": ("strained", "• changed"),
    "moved": ("idle", "↔ moved"),
}
_AT_ONCE: Final = 500
"""Nodes and links that are compared without a break."""
_SORTS: Final = frozenset({"node", "link", "frame", "note"})


class Comparison(QObject):
    """What the open design has that another has not, and the other way round, until Escape."""

    def __init__(self, bench: Workbench) -> None:
        """Compare with nothing yet."""
        super().__init__(bench)
        self._bench = bench
        self._other: Design | None = None
        self._name = ""
        self.card = DifferencesCard(bench.window, bench.look)
        self.card.jump_requested.connect(bench.jump)
        self.card.left.connect(self.leave)
        bench.views.canvas.map_dismissed.connect(self.leave)
        self._turns = Turns(self)
        self._timer = QTimer(self, singleShot=True, interval=_DELAY)
        self._timer.timeout.connect(self._show)
        document = bench.services.document
        document.changed.connect(self._look_again)
        bench.desk.mapped.connect(self._give_way)
        document.replaced.connect(self.leave)

    def ask(self) -> None:
        """Let the person choose the other design."""
        self._bench.services.files.ask_other(self.begin)

    def begin(self, other: Design, path: Path) -> None:
        """Compare the open design with another: what it adds to that, takes from it and changes in it."""
        self._other, self._name = other, files.shown_name(path)
        self._show()

    def leave(self, *_: object) -> None:
        """Show the design as it is."""
        if self._other is None:
            return
        self._end()
        self._bench.views.canvas.show_map(None)

    def _end(self) -> None:
        """Compare with nothing any more."""
        self._other = None
        self._timer.stop()
        self._turns.forget()
        self.card.close_card()

    def _look_again(self) -> None:
        """The open design changed: compare again, once the hand rests."""
        if self._other is not None:
            self._timer.start()

    def _give_way(self, blast: BlastMap | None) -> None:
        """A study paints its own map; where it takes that away, the comparison is painted again."""
        if blast is not None:
            self._end()
        else:
            self._look_again()

    def _show(self) -> None:
        """Mark and list what there is now; of large designs, in turns."""
        if self._other is None:
            return
        self._turns.forget()
        design = self._bench.design
        many = len(design.nodes) + len(design.links) > _AT_ONCE
        self._turns.do(in_turns(self._showing(self._other, design)), is_long=many)

    def _showing(self, other: Design, design: Design) -> Iterator[None]:
        """Mark and list what differs, step by step."""
        found: list[Told] = []
        for each in telling(other, design):
            found.append(each)
            yield
        title = f"Since {self._name}"
        self._bench.views.canvas.show_map(map_of(tuple(found), other, design, title))
        yield
        self.card.show_differences(title, tuple(found))


def map_of(found: tuple[Told, ...], before: Design, after: Design, title: str) -> BlastMap:
    """What is painted: marks on what came, changed or moved, outlines of what is gone."""
    marks: dict[str, BlastMark] = {}
    ghosts: list[Ghost] = []
    for each in found:
        verb, item_id = each.difference.verb, each.difference.id
        if each.difference.sort not in _SORTS:
            continue
        if verb == "removed":
            ghosts.append(_ghost(each, before, after))
        elif item_id not in marks:
            tone, word = _TONES[verb]
            detail = each.fields[0].text if each.fields else ""
            more = len(each.fields) - 1
            marks[item_id] = BlastMark(
                tone=tone, word=word, detail=f"{detail} and {more} more" if more > 0 else detail
            )
    return BlastMap(title=title, marks=marks, ghosts=tuple(ghosts))


def _ghost(each: Told, before: Design, after: Design) -> Ghost:
    """The outline of something that is gone, where it was."""
    item, text = each.difference.old, f"− {each.name} removed"
    if isinstance(item, Link):
        return Ghost(id=item.id, text=text, ends=_between(item, before, after))
    if isinstance(item, Node):
        rect = card_rect(item.x, item.y)
        return Ghost(
            id=item.id,
            text=text,
            x=rect.x(),
            y=rect.y(),
            width=rect.width(),
            height=rect.height(),
        )
    return Ghost(id=item.id, text=text, x=item.x, y=item.y, width=item.width, height=item.height)


def _between(link: Link, before: Design, after: Design) -> tuple[tuple[float, float], ...]:
    """From the edge of one card to that of the other, where they are now or were."""
    ends = []
    for item_id in (link.source, link.target):
        node = after.node_by_id.get(item_id) or before.node_by_id[item_id]
        ends.append((node.x, node.y))
    (x0, y0), (x1, y1) = ends
    dx, dy = x1 - x0, y1 - y0
    across = CARD_WIDTH / 2 / abs(dx) if dx else 1.0
    down = CARD_HEIGHT / 2 / abs(dy) if dy else 1.0
    part = min(across, down, 0.5)
    return ((x0 + part * dx, y0 + part * dy), (x1 - part * dx, y1 - part * dy))
