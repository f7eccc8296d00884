"""Where items are on the screen and how they do, for those who point at them from outside the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect

from widgets.canvas.scene import CanvasScene

if TYPE_CHECKING:
    from PySide6.QtWidgets import QGraphicsView


def place_of(canvas: QGraphicsView, item_id: str) -> QRect:
    """The part of an item that is in view, in the viewport; empty for one that is not."""
    scene = canvas.scene()
    rect = scene.rect_of(item_id) if isinstance(scene, CanvasScene) else None
    if rect is None:
        return QRect()
    return canvas.mapFromScene(rect).boundingRect().intersected(canvas.viewport().rect())


def state_of(canvas: QGraphicsView, item_id: str) -> str:
    """The state that a card shows; empty for what has no card."""
    scene = canvas.scene()
    if not isinstance(scene, CanvasScene) or item_id not in scene.cards:
        return ""
    return scene.presenter.state(item_id)


def states_of(canvas: QGraphicsView) -> dict[str, str]:
    """The state that each card shows, by id."""
    scene = canvas.scene()
    if not isinstance(scene, CanvasScene):
        return {}
    return {item_id: scene.presenter.state(item_id) for item_id in scene.cards}
