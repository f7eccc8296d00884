"""Several windows on one design: edits, undo, selection and run are those of all, the camera is each one's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtTest import QTest

from app.places import shipped_designs
from app.view_windows import MOST
from engine.model.edits import Remove, SetField


@pytest.mark.timeout(200)
def test_what_is_done_in_one_window_is_done_in_all(launch: Callable, qtbot) -> None:
    robot = launch(shipped_designs() / "hello.windtunnel")
    bench, views = robot.opened.bench, robot.opened.commands.views
    document, main = bench.services.document, bench.views.canvas
    bench.actions["view.another"].trigger()
    (window,) = views.windows
    scene = window.canvas.scene()
    assert scene.cards.keys() == main.scene().cards.keys()
    node = next(iter(document.design.node_by_id))
    before = document.design
    window.canvas.edit_requested.emit(SetField(node, ("name",), "Renamed here"))
    assert main.scene().presenter.card(node).name == "Renamed here"
    assert scene.presenter.card(node).name == "Renamed here"
    main.select({node})
    assert scene.presenter.selection == {node}
    window.canvas.select(())
    assert bench.selection == frozenset()
    zoom = main.camera.zoom
    window.canvas.zoom_in()
    assert main.camera.zoom == zoom
    document.stack.undo()
    assert document.design == before
    assert scene.presenter.card(node).name != "Renamed here"
    document.push(Remove.of(node))
    assert node not in scene.cards
    document.stack.undo()
    qtbot.waitUntil(lambda: (scene.presenter.live.time or 0.0) > 4.0, timeout=60_000)
    bench.services.run.set_running(wanted=False)
    bench.travel.show_moment(2.0)
    assert scene.presenter.past is not None
    views.open()
    looking = views.windows[-1].canvas.scene().presenter
    assert looking.past is None, "how the run stands is found out in a turn of its own"
    qtbot.waitUntil(lambda: looking.past is not None)  # it looks where all look
    bench.travel.go_live()
    assert scene.presenter.past is None
    views.open()
    late = views.windows[-1].canvas.scene().presenter
    qtbot.waitUntil(lambda: late.live.time is not None)
    assert 0.0 <= bench.services.run.now - late.live.time <= 1.0, "the last moment that is kept"
    assert late.card(node).state == main.scene().presenter.card(node).state
    shown, opens = len(views.windows), bench.actions["view.another"]
    assert opens in window.actions(), "or its keys would mean Ctrl+V there"
    for _ in range(MOST + 2):
        views.open()
    assert shown < len(views.windows) == MOST
    views.windows[0].close()
    assert len(views.windows) == MOST - 1
    QTest.qWait(1)
    document.push(SetField(node, ("name",), "Still alive"))
    views.close()
    assert views.windows == []
    document.stack.undo()
