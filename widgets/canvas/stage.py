"""What gestures and commands work with: the scene, the camera, and the wishes they may utter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from widgets.canvas.naming import item_ids
from widgets.canvas.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.model.component import Component
    from engine.model.design import Design
    from engine.model.edits import Edit
    from widgets.canvas.camera import Camera
    from widgets.canvas.look import Look
    from widgets.canvas.overlay import Sketch
    from widgets.canvas.scene import CanvasScene


class Stage(QObject):
    """The canvas as gestures see it. Changing the design is asked for, never done."""

    edit_requested = Signal(object)
    selection_changed = Signal(object)
    message = Signal(str)
    offered = Signal(object, object)
    """Offer what may be added at a place of the scene (QPointF), linked to an ``Origin`` or None."""
    editing_requested = Signal(str)
    """Edit the name or the text of an item in place."""
    activated = Signal(str)
    """An item was double-clicked or Enter was pressed on it."""

    context_requested = Signal(object, object)
    """A menu for an item (its id, or None), at a place of the screen."""
    space_tapped = Signal()
    """The space bar was pressed and released without panning."""
    hovered = Signal(str)
    """Id of the node or link under the pointer; empty for none."""

    def __init__(
        self, scene: CanvasScene, camera: Camera, components: Mapping[str, Component]
    ) -> None:
        """Bring the parts together."""
        super().__init__(camera)
        self.scene = scene
        self.view = camera.view
        self.camera = camera
        self.components = components
        self.overlay = Overlay(scene.look)
        scene.addItem(self.overlay)

    @property
    def design(self) -> Design:
        """The design as it is shown."""
        return self.scene.design

    @property
    def selection(self) -> frozenset[str]:
        """Ids of what is selected."""
        return self.scene.presenter.selection

    @property
    def zoom(self) -> float:
        """Logical pixels a scene unit."""
        return self.camera.zoom

    def set_look(self, look: Look) -> None:
        """Take another theme."""
        self.overlay.look = look
        self.scene.set_look(look)

    def request(self, edit: Edit) -> None:
        """Ask for an edit; when it is done, the scene has heard of it."""
        self.edit_requested.emit(edit)

    def select(self, ids: Iterable[str]) -> None:
        """Select items, and tell."""
        before = self.selection
        chosen = frozenset(ids).intersection(item_ids(self.design))
        if chosen == before:
            return
        links = self.scene.links
        self.overlay.chosen = tuple(links[each] for each in chosen if each in links)
        self.scene.select(chosen)
        self.selection_changed.emit(chosen)

    def sketch(self, sketch: Sketch | None) -> None:
        """Show a gesture's drawing over the canvas, or none."""
        self.overlay.sketch = sketch
        self.redraw()

    def redraw(self) -> None:
        """Show the next frame."""
        self.scene.update()
