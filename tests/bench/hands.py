"""What hands do in the window, from the wish to the frame that shows it, in processor time.

Nothing waits here, and a busy machine makes that time no longer.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.opened import Opened

TURNS = 41


def edit(path: str) -> dict[str, float]:
    """A value of one node of a design that is seen whole."""
    from engine.model.edits import SetField

    opened, frame = shown(Path(path))
    document = opened.services.document
    node = next(each.id for each in document.design.nodes if each.kind == "service")
    opened.bench.views.canvas.select({node})

    def turn(place: int) -> None:
        assert document.push(SetField(node, ("config", "workers"), 5 + place % 2))

    return told(opened, frame, turn)


def drag(path: str) -> dict[str, float]:
    """A card that is dragged by the pointer over a design that is seen whole."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    opened, frame = shown(Path(path))
    canvas = opened.bench.views.canvas
    card = next(iter(canvas._scene.cards.values()))
    begin = canvas.camera.to_view(card.rect.center()).toPoint()
    pane = canvas.viewport()
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=begin)

    def turn(place: int) -> None:
        QTest.mouseMove(pane, begin + QPoint(10 + 5 * place, 3 * (place % 7)))

    found = told(opened, frame, turn)
    assert found["lifted"], "nothing was dragged"
    return found


def shown(path: Path) -> tuple[Opened, Callable[[], None]]:
    """The window with a design that stands still and is seen whole, and what paints its next frame."""
    from tests.bench.scenes import application

    app, opened = application()
    opened.window.resize(1600, 1000)
    opened.window.show()
    assert opened.services.files.open(path)
    canvas = opened.bench.views.canvas
    while opened.services.document.path != path or canvas._scene.arriving.waiting:
        app.processEvents()
    opened.services.run.close()
    canvas.fit()

    def frame() -> None:
        canvas.viewport().repaint()
        app.processEvents()

    for _ in range(20):
        frame()
    return opened, frame


def told(
    opened: Opened, frame: Callable[[], None], turn: Callable[[int], None]
) -> dict[str, float]:
    """The median of some turns (ms), each with its frame."""
    times: list[float] = []
    for place in range(TURNS):
        begun = time.process_time()
        turn(place)
        frame()
        times.append(time.process_time() - begun)
    lifted = len(opened.bench.views.canvas._scene.live.links)
    opened.bench.desk.close()
    opened.services.close()
    return {"median": sorted(times)[TURNS // 2] * 1e3, "lifted": lifted}
