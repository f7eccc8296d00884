"""Pictures of cards, notes and pills, painted anew where they are outdated and in view, some a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QElapsedTimer

if TYPE_CHECKING:
    from widgets.canvas.camera import Camera
    from widgets.canvas.items import PictureItem
    from widgets.canvas.look import Look
    from widgets.canvas.scene import CanvasScene

_AT_LEAST: Final = 4
"""Outdated cards painted anew in every frame."""
_NEW: Final = 500
"""Cards never seen before that are painted at once; more of them come with the next frames."""
_TIME: Final = 2_500_000
"""Nanoseconds of a frame in which more of them are painted."""


class Pictures:
    """Keeps what is in view up to date."""

    def __init__(self, scene: CanvasScene, camera: Camera) -> None:
        """Nothing is painted yet."""
        self._scene, self._camera = scene, camera
        self._out_of_view: set[PictureItem] = set()
        self._zoom = 1.0

    def follow_camera(self) -> None:
        """What was out of view may have come into it; at another zoom, all pictures are outdated."""
        if self._camera.zoom == self._zoom:
            self._scene.stale.update(self._out_of_view & set(self._scene.pictures()))
        else:
            pictures = self._scene.pictures()
            for picture in pictures:
                picture.stretch()
            self._scene.stale.update(pictures)
        self._zoom = self._camera.zoom
        self._out_of_view.clear()

    def refresh(self, look: Look, ratio: float) -> bool:
        """Paint outdated pictures in view: new ones many, others a few a frame.

        Args:
            look: how.
            ratio: device pixels a logical pixel.

        Returns:
            Whether some are left for the next frame.
        """
        shown = self._camera.shown()
        painted, waits = 0, False
        spent = QElapsedTimer()
        spent.start()
        done: list[PictureItem] = []
        for item in self._scene.stale:
            if not item.outline().intersects(shown):
                self._out_of_view.add(item)
            elif (
                painted < _AT_LEAST
                or (painted < _NEW and item.pixmap().isNull() and not item.can_wait)
                or spent.nsecsElapsed() < _TIME
            ):
                painted += item.refresh(look, self._camera.zoom, ratio)
            else:
                waits = True
                continue
            done.append(item)
        self._scene.stale.difference_update(done)
        return waits
