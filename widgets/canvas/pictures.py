"""Pictures of cards, notes and pills, painted anew where they are outdated and in view, some a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QElapsedTimer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from widgets.canvas.camera import Camera
    from widgets.canvas.look import Look
    from widgets.canvas.picture_item import PictureItem
    from widgets.canvas.scene import CanvasScene

AT_ONCE: Final = 60
"""Cards that are painted in the next frame, however long it takes, after they came or hands changed them."""
SOME: Final = 20
"""Cards that are painted in every frame while there are more than that."""
_TIME: Final = 6_000_000
"""Nanoseconds of a frame in which more of them are painted; the others come with the next frames."""
_LIVE: Final = 4
"""Cards with other live numbers that are painted in every frame."""
_LIVE_TIME: Final = 2_500_000
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
        pictures = self._scene.pictures()
        if self._camera.zoom == self._zoom:
            for picture in self._out_of_view.intersection(pictures):
                self._scene.stale.add(picture, urgent=picture.is_new and not picture.can_wait)
        else:
            for picture in pictures:
                picture.stretch()
                self._scene.stale.add(picture, urgent=picture.is_new and not picture.can_wait)
        self._zoom = self._camera.zoom
        self._out_of_view.clear()

    def refresh(self, look: Look, ratio: float) -> bool:
        """Paint outdated pictures in view: those that hands changed first, others a few a frame.

        Args:
            look: how.
            ratio: device pixels a logical pixel.

        Returns:
            Whether some are left for the next frame.
        """
        stale = self._scene.stale
        most = AT_ONCE if len(stale.urgent) <= AT_ONCE else SOME
        urgent = self._paint_some(stale.urgent, look, ratio, (most, _TIME))
        live = self._paint_some(stale.live, look, ratio, (_LIVE, _LIVE_TIME))
        return urgent or live

    def _paint_some(
        self, waiting: dict[PictureItem, None], look: Look, ratio: float, most: tuple[int, int]
    ) -> bool:
        """Paint what waits and is in view; tells whether some of it is left.

        Args:
            waiting: those that are done with are taken out.
            look: how.
            ratio: device pixels a logical pixel.
            most: so many in any case, and more within so many nanoseconds.
        """
        shown, zoom = self._camera.shown(), self._camera.zoom
        spent = QElapsedTimer()
        spent.start()
        done: list[PictureItem] = []
        looked_at = 0
        for item in waiting:
            if not item.outline().intersects(shown):
                self._out_of_view.add(item)
            elif looked_at < most[0] or spent.nsecsElapsed() < most[1]:
                looked_at += 1
                if item.refresh(look, zoom, ratio):
                    item.join(self._scene)
            else:
                break
            done.append(item)
        _take_out(waiting, done)
        return bool(waiting)


def _take_out(waiting: dict[PictureItem, None], done: Iterable[PictureItem]) -> None:
    """Those that are done with do not wait any more."""
    for item in done:
        del waiting[item]
