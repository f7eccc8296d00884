"""Tells screen readers what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from engine.model.design import Frame, Link, Node, Note
from widgets.canvas.accessible import Voices
from widgets.canvas.frame_painter import frame_label
from widgets.canvas.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QGraphicsView

    from widgets.canvas.stage import Stage


class Announcer(QObject):
    """Says the selection, and keeps it as the canvas's description."""

    def __init__(
        self, view: QGraphicsView, stage: Stage, ask_for_menu: Callable[[], object]
    ) -> None:
        """Speak for ``view``; ``ask_for_menu`` opens the menu of what is selected."""
        super().__init__(view)
        self._view = view
        self._stage = stage
        self._voices = Voices(view, stage, self.words_of)
        self._voices.ask_for_menu = ask_for_menu
        view.setAccessibleName("Design canvas")
        stage.selection_changed.connect(self._say)
        self._say()

    def _say(self) -> None:
        """Describe the selection; announced only where somebody listens."""
        text = self.description()
        self._view.setAccessibleDescription(text)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._view, text))
            if len(self._stage.selection) == 1 and self._view.hasFocus():
                self._voices.tell_focus(next(iter(self._stage.selection)))

    def description(self) -> str:
        """``Checkout, Service, saturated, 402 rps · p99 1.4 s`` or what else is selected."""
        chosen = self._stage.selection
        if not chosen:
            return "Nothing selected. Tab walks the nodes, A adds one."
        if len(chosen) > 1:
            return f"{counted(len(chosen), 'item')} selected"
        return self._described(next(iter(chosen)))

    def _described(self, item_id: str) -> str:
        """One item in words."""
        return ", ".join(each for each in self.words_of(item_id) if each)

    def words_of(self, item_id: str) -> tuple[str, str]:
        """The name of an item, and what it is and how it does."""
        design = self._stage.design
        match design.item(item_id):
            case Node(name=name, kind=kind):
                card = self._stage.scene.cards.get(item_id)
                component = self._stage.components.get(kind)
                title = component.title if component else kind
                if card is None:
                    return name or title, title
                state = card.face.word or card.face.state
                return name or title, ", ".join(dict.fromkeys((title, state, card.face.live)))
            case Link(source=source, target=target):
                ends = [
                    node.name or node.id if (node := design.node_by_id.get(end)) else end
                    for end in (source, target)
                ]
                return f"Link from {ends[0]} to {ends[1]}", ""
            case Frame() as frame:
                return frame_label(frame), ""
            case Note(text=text):
                return f"Note: {text[:200]}", ""
            case _:
                return "", ""
