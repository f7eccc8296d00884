"""The five steps: what each says, where it points, and by what it knows that it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QRect

from widgets.canvas import place_of, states_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.workbench import Workbench
    from engine.model.design import Design

_ENOUGH: Final = 1.2
"""Load factor from which it was turned up."""
_STRAINED: Final = frozenset({"strained", "saturated", "failing", "down"})
_BREAKABLE: Final = ("service", "sql_database", "worker", "cache")
"""Kinds at which a killed instance is seen best, in this order."""
_PORT: Final = 24
"""Around the port of a card (logical pixels)."""


class Step(Protocol):
    """One of the steps."""

    @property
    def title(self) -> str:
        """What is to be done, in some words."""

    def begin(self) -> None:
        """What has happened before does not count."""

    def words(self) -> str:
        """How it is done, as things are now."""

    def where(self) -> tuple[QWidget, QRect]:
        """A widget, and the part of it that is pointed at."""

    def done(self) -> bool:
        """Whether it was really done."""


class TurnUp:
    """The load dial, until a card shows the strain."""

    title = "Turn the load up"

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._factor = 1.0
        self._raised = False
        self._calm: frozenset[str] = frozenset()
        bench.views.transport.load_changed.connect(self._hear)

    def begin(self) -> None:
        """Cards that are strained already tell nothing."""
        self._raised = False
        self._calm = self._all_calm()

    def words(self) -> str:
        """Drag, wait, or run first."""
        if not self._bench.services.run.running:
            return (
                "The run stands still: press Space, or the button with the triangle, to let it run."
            )
        if not self._raised:
            return (
                "Drag this dial to the right, to × 2 or more; or click it and press the right arrow key. "
                "All clients send that much more."
            )
        return (
            "Now watch the cards and the p99 line below. If nothing is strained after some seconds, turn the load "
            "up further."
        )

    def where(self) -> tuple[QWidget, QRect]:
        """The dial."""
        dial = self._bench.views.transport.load
        return dial, dial.rect()

    def done(self) -> bool:
        """A card that was calm shows the strain, after the dial was turned."""
        return self._raised and bool(self._calm - self._all_calm())

    def _all_calm(self) -> frozenset[str]:
        """Cards that keep up."""
        states = states_of(self._bench.views.canvas)
        return frozenset(each for each, state in states.items() if state not in _STRAINED)

    def _hear(self, factor: float) -> None:
        """A person turned the dial."""
        if factor > max(self._factor, _ENOUGH) and not self._raised:
            self._raised = True
            self._calm |= self._all_calm()
        self._factor = factor


class BreakIt:
    """One instance is killed, or stopped otherwise."""

    title = "Break something"

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._before = 0

    def begin(self) -> None:
        """What stops already does not count."""
        self._before = _stops(self._bench.design)

    def words(self) -> str:
        """By mouse and by key."""
        return "Right-click this card, or select it and press Shift+F10. Choose “Break it”, then “Kill one instance”."

    def where(self) -> tuple[QWidget, QRect]:
        """A card that can be broken; the canvas where none is in view."""
        canvas, design = self._bench.views.canvas, self._bench.design
        nodes = sorted(
            (node for node in design.nodes if node.kind in _BREAKABLE),
            key=lambda node: _BREAKABLE.index(node.kind),
        )
        for node in nodes:
            place = place_of(canvas, node.id)
            if not place.isEmpty():
                return canvas.viewport(), place
        return canvas.viewport(), canvas.viewport().rect()

    def done(self) -> bool:
        """The scenario has one more."""
        return _stops(self._bench.design) > self._before


class AskWhy:
    """The card that explains is open."""

    title = "Ask why"

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._was_open = False

    def begin(self) -> None:
        """One that is open has to be opened anew."""
        self._was_open = self._bench.why.isVisible()

    def words(self) -> str:
        """By mouse and by key."""
        return (
            "Click “Why?”, or press W. It tells what happened, in order, with times and numbers, and which node "
            "holds up the rest."
        )

    def where(self) -> tuple[QWidget, QRect]:
        """The button."""
        button = self._bench.window.why_button
        return button, button.rect()

    def done(self) -> bool:
        """It has opened."""
        is_open = self._bench.why.isVisible()
        opened = is_open and not self._was_open
        self._was_open = is_open
        return opened


class Undo:
    """A step back in the history."""

    title = "Take it back"

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._stack = bench.services.document.stack
        self._index = self._stack.index()
        self._undone = False
        self._stack.indexChanged.connect(self._hear)

    def begin(self) -> None:
        """What was taken back before does not count."""
        self._undone = False

    def words(self) -> str:
        """By key and by menu; where there is nothing to take back, something first."""
        if not self._stack.canUndo():
            return "There is nothing to take back yet: move a card, or change a number at the right. Then press Ctrl+Z."
        text = self._stack.undoText()
        return (
            f"Press Ctrl+Z, or choose Undo in this menu under Edit. It takes back: {text[:1].lower()}{text[1:]}. "
            "Whatever you do can be taken back like that."
        )

    def where(self) -> tuple[QWidget, QRect]:
        """The menu."""
        button = self._bench.window.title_block.menu_button
        return button, button.rect()

    def done(self) -> bool:
        """The history went back."""
        return self._undone

    def _hear(self, index: int) -> None:
        """The history moved; an empty one was thrown away."""
        if index < self._index and self._stack.count() > 0:
            self._undone = True
        self._index = index


class AddOne:
    """A new node, and a link to or from it."""

    title = "Add a component, and link it"

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._nodes: frozenset[str] = frozenset()
        self._links: frozenset[str] = frozenset()

    def begin(self) -> None:
        """What is there is not new."""
        design = self._bench.design
        self._nodes = frozenset(design.node_by_id)
        self._links = frozenset(design.link_by_id)

    def words(self) -> str:
        """First the node, then the link."""
        if not self._added():
            return "Drag a component from this list onto the canvas, or choose one with the arrow keys and press Enter."
        return (
            "Pull a link from the dot at the right edge of a card to another card; or select a card and press L. "
            "Let go over empty space, and a list offers what fits there."
        )

    def where(self) -> tuple[QWidget, QRect]:
        """The palette; then the port of the new card."""
        views = self._bench.views
        for item_id in self._added():
            place = place_of(views.canvas, item_id)
            if not place.isEmpty():
                port = QRect(0, 0, _PORT, _PORT)
                port.moveCenter(place.center())
                port.moveLeft(place.right() - _PORT // 2)
                return views.canvas.viewport(), port
        palette: QWidget = self._bench.window.left
        return palette, palette.rect()

    def done(self) -> bool:
        """A new link ends at a new node."""
        design, added = self._bench.design, set(self._added())
        return any(
            added & {link.source, link.target}
            for link in design.links
            if link.id not in self._links
        )

    def _added(self) -> list[str]:
        """New nodes, in the order of the design."""
        return [node.id for node in self._bench.design.nodes if node.id not in self._nodes]


def steps_of(bench: Workbench) -> tuple[Step, ...]:
    """All of them, in order."""
    return (TurnUp(bench), BreakIt(bench), AskWhy(bench), Undo(bench), AddOne(bench))


LEARNT: Final = (
    "That is the hockey stick: the last per cent costs most. Double-click the dial for × 1.",
    "It is on the timeline now, and ends after a while.",
    "Close it by Escape. It can be asked about any node and any moment.",
    "So nothing that you try is lost.",
)
"""What was to be seen in each step, said at the next."""


def _stops(design: Design) -> int:
    """How many events of the scenario stop instances."""
    kinds = [event.kind for event in design.scenario.events]
    return sum(kind.stops and kind.hits == "nodes" for kind in kinds)
