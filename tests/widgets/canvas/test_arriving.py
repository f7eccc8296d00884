"""Designs of many links come in slices: no turn of the event loop brings more than some of them."""

from __future__ import annotations

import weakref
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from engine.model.design import Design, Link, Node
from engine.model.edits import Move, Position, Remove
from widgets.canvas import leaving
from widgets.canvas.arriving import AT_ONCE

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene

NODES, LINKS = 6, 5 * AT_ONCE


def dense() -> Design:
    """A few nodes with hundreds of links between them."""
    nodes = tuple(
        Node(id=f"n{i}", kind="service", x=320.0 * (i % 3), y=180.0 * (i // 3))
        for i in range(NODES)
    )
    pairs = [(a, b) for a in range(NODES) for b in range(NODES) if a != b]
    links = tuple(
        Link(
            id=f"l{i}", source=f"n{pairs[i % len(pairs)][0]}", target=f"n{pairs[i % len(pairs)][1]}"
        )
        for i in range(LINKS)
    )
    return Design(nodes=nodes, links=links)


def arrive(scene: CanvasScene) -> list[int]:
    """Have all links come, and count those of each turn."""
    counts = []
    while scene.arriving.waiting:
        before = scene.arriving.waiting
        scene.arriving.turn()
        counts.append(before - scene.arriving.waiting)
    return counts


def courses(scene: CanvasScene) -> dict[str, tuple[object, ...]]:
    return {each: (*item.ends, item.wire.path) for each, item in scene.links.items()}


def test_links_come_some_a_turn_and_all_in_the_end(make_desk) -> None:
    scene = make_desk(dense()).view._scene
    assert len(scene.cards) == NODES
    assert len(scene.links) <= AT_ONCE
    counts = arrive(scene)
    assert counts
    assert max(counts) <= AT_ONCE
    assert len(scene.links) == LINKS
    found = courses(scene)
    scene._route(list(scene.links), list(scene.links))
    assert courses(scene) == found


def test_links_of_an_edit_come_in_slices_as_well(make_desk) -> None:
    desk = make_desk(dense())
    scene = desk.view._scene
    arrive(scene)
    desk.apply(Move((Position("n0", -500.0, -400.0),)))
    assert scene.arriving.waiting > 0
    assert max(arrive(scene)) <= AT_ONCE
    found = courses(scene)
    scene._route(list(scene.links), list(scene.links))
    assert courses(scene) == found
    desk.apply(Remove.of("n1"))
    arrive(scene)
    assert scene.links.keys() == desk.design.link_by_id.keys()
    assert len(scene.links) < LINKS


def test_links_of_nodes_that_moved_are_not_looked_through_again(make_desk) -> None:
    desk = make_desk(dense())
    scene = desk.view._scene
    arrive(scene)
    known = scene.wiring._incoming
    desk.apply(Move((Position("n0", -500.0, -400.0),)))
    assert scene.wiring._incoming is known
    desk.apply(Remove.of("l7"))
    assert scene.wiring._incoming is not known
    assert not any("l7" in links for links in scene.wiring._incoming.values())


def test_a_design_that_is_emptied_is_taken_off_as_a_whole(make_desk, monkeypatch) -> None:
    desk = make_desk(dense())
    scene = desk.view._scene
    arrive(scene)
    synced: list[str] = []
    monkeypatch.setattr(scene, "_sync", synced.append)
    desk.apply(Remove(frozenset(desk.design.node_by_id)))
    assert not synced
    monkeypatch.undo()
    shown = (scene.cards, scene.links, scene.pictures(), scene.stale.urgent, scene.stale.live)
    assert not any(shown)
    assert scene.content_rect().isEmpty()
    desk.undo()
    arrive(scene)
    assert scene.links.keys() == desk.design.link_by_id.keys()
    assert len(scene.cards) == NODES


def test_what_is_exported_waits_for_all_of_them(make_desk) -> None:
    view = make_desk(dense()).view
    assert view._scene.arriving.waiting
    picture = QImage(200, 100, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    view.paint_design(painter, QRectF(0.0, 0.0, 200.0, 100.0))
    painter.end()
    assert not view._scene.arriving.waiting
    assert len(view._scene.links) == LINKS


def test_another_design_forgets_those_that_wait(make_desk) -> None:
    view = make_desk(dense()).view
    view.set_design(Design(nodes=(Node(id="n0", kind="service"),)))
    assert not view._scene.arriving.waiting
    assert not view._scene.links


def test_what_went_is_let_go_of_some_a_turn(make_desk) -> None:
    scene = make_desk(dense()).view._scene
    arrive(scene)
    went = [weakref.ref(each) for each in scene.links.values()]
    scene.set_design(Design())
    counts = [sum(each() is not None for each in went)]
    assert counts[0] > leaving.AT_ONCE
    while scene._leaving.is_busy:
        scene._leaving.turn()
        counts.append(sum(each() is not None for each in went))
    assert counts[-1] == 0
    assert 0 < max(a - b for a, b in pairwise(counts)) <= leaving.AT_ONCE


def test_all_that_changes_at_once_is_touched_at_once(make_desk, monkeypatch) -> None:
    desk = make_desk(dense())
    scene = desk.view._scene
    arrive(scene)
    desk.picture()
    touched: list[QRectF] = []
    real = scene.backdrop.touch
    monkeypatch.setattr(scene.backdrop, "touch", lambda rect: (touched.append(rect), real(rect)))
    desk.view.select(scene.links)
    assert len(touched) == 1
    assert all(touched[0].contains(link.outline()) for link in scene.links.values())
    touched.clear()
    desk.apply(Remove(frozenset(scene.links)))
    arrive(scene)
    assert not scene.links
    assert len(touched) < 5
    shown = desk.picture()
    scene.backdrop.clear()
    assert desk.picture() == shown


def test_of_links_that_go_nobody_asks_what_they_are(desk, monkeypatch) -> None:
    """Nor for those beside them: thousands go when a paste is undone."""
    scene, design = desk.view._scene, desk.design
    asked: list[str] = []
    real = scene._sync

    def counted(item_id: str) -> None:
        asked.append(item_id)
        real(item_id)

    monkeypatch.setattr(scene, "_sync", counted)
    gone = design.links[0]
    desk.apply(Remove.of(gone.id))
    assert gone.id not in scene.links
    assert gone.id not in asked
    pills = [link.pill for link in scene.links.values()]
    desk.apply(Remove.of(*design.node_by_id))
    assert not scene.links
    assert all(pill.gone for pill in pills)
    assert not set(design.link_by_id) & set(asked)
