"""Drawing links: by pulling, by clicks, by keys, and into empty space."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.model.design import Design, Frame, Link, Node
from engine.model.edits import Insert, SetField
from widgets.canvas.linking import refusal

OUTPUT = 84
"""Distance from a card's centre to its ports."""


def only_link(desk) -> Link:
    """The link that the last edit added."""
    assert isinstance(desk.edits[-1], Insert)
    links = [p.item for p in desk.edits[-1].placed if isinstance(p.item, Link)]
    assert len(links) == 1
    return links[0]


def test_a_link_pulled_from_port_to_card(desk) -> None:
    desk.drag((300 + OUTPUT, 0), (300, 204))
    link = only_link(desk)
    assert (link.source, link.target) == ("web", "jobs")
    assert link.config == {"delay": {"law": "constant", "mean": 0.00025}}
    assert link.id == "web-jobs"
    assert len(desk.edits) == 1
    assert "web-jobs" in desk.view._scene.links
    desk.undo()
    assert "web-jobs" not in desk.view._scene.links


def test_a_link_pulled_backwards_from_an_input(desk) -> None:
    desk.drag((300 - OUTPUT, 204), (300, 0))
    link = only_link(desk)
    assert (link.source, link.target) == ("web", "jobs")


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ((OUTPUT, 0), (300, 0), "linked already"),
        ((300 + OUTPUT, 0), (0, 0), "nothing arrives"),
        ((300 + OUTPUT, 204), (300, 0), "hands out messages"),
    ],
)
def test_what_does_not_fit_is_refused_and_says_why(desk, start, end, why) -> None:
    desk.drag(start, end)
    assert desk.edits == []
    assert why in desk.messages[-1]


def test_a_card_without_output_has_no_port_to_pull_from(desk) -> None:
    desk.drag((600 + OUTPUT - 3, 0), (600 + OUTPUT + 57, 0))
    assert not any(isinstance(edit, Insert) for edit in desk.edits)
    assert desk.place("db")[0] > 600


def test_pulling_back_to_the_same_card_does_nothing(desk) -> None:
    desk.drag((300 + OUTPUT, 0), (300, 10))
    assert (desk.edits, desk.messages) == ([], [])


@pytest.mark.parametrize("side", [1, -1])
def test_a_node_calls_itself_where_its_other_port_is_reached(desk, side: int) -> None:
    desk.drag((300 + side * OUTPUT, 0), (300 - side * 60, 5))
    link = only_link(desk)
    assert (link.source, link.target) == ("web", "web")
    assert desk.view._scene.links["web-web"].outline().width() > 2 * OUTPUT


def test_who_cannot_be_called_does_not_call_itself(desk) -> None:
    desk.drag((OUTPUT, 0), (-60, 5))
    assert (desk.edits, desk.messages) == ([], [])
    assert desk.view._scene.cards["users"].opacity() == 1.0


def test_escape_cancels_a_pulled_link(desk) -> None:
    desk.press(300 + OUTPUT, 0)
    desk.move(300, 150)
    desk.key(Qt.Key.Key_Escape)
    desk.release(300, 204)
    assert desk.edits == []


def test_a_link_into_empty_space_offers_what_fits_and_is_one_step(desk) -> None:
    desk.drag((300 + OUTPUT, 204), (500, 330))
    popup = desk.view._popups.quick_add
    assert popup is not None
    titles = [popup.list.item(i).text() for i in range(popup.list.count())]
    assert titles == ["Worker"]
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert len(desk.edits) == 1
    link = only_link(desk)
    assert link.source == "jobs"
    assert desk.design.node_by_id[link.target].kind == "worker"
    assert desk.selection == {link.target}
    desk.undo()
    assert set(desk.view._scene.cards) == {"users", "web", "db", "jobs"}


def test_quick_add_of_an_input_offers_callers(desk) -> None:
    desk.drag((600 - OUTPUT, 0), (440, 110))
    popup = desk.view._popups.quick_add
    titles = {popup.list.item(i).text() for i in range(popup.list.count())}
    assert titles == {"Client", "Service", "Cache", "Worker"}
    QTest.keyClicks(popup.search, "serv")
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    link = only_link(desk)
    assert link.target == "db"
    assert desk.design.node_by_id[link.source].name == "Service"
    assert desk.design.node_by_id[link.source].config == {"instances": 2}


def test_leaving_quick_add_adds_nothing(desk) -> None:
    desk.drag((300 + OUTPUT, 204), (500, 330))
    QTest.keyClick(desk.view._popups.quick_add.search, Qt.Key.Key_Escape)
    assert desk.edits == []
    assert desk.view._popups.quick_add is None


def test_link_mode_by_keys(desk) -> None:
    desk.view.select(["web"])
    desk.key(Qt.Key.Key_L)
    desk.key(Qt.Key.Key_Return)
    link = only_link(desk)
    assert (link.source, link.target) == ("web", "jobs")


def test_link_mode_by_a_click(desk) -> None:
    desk.view.select(["web"])
    desk.key(Qt.Key.Key_L)
    desk.click(300, 204)
    assert only_link(desk).target == "jobs"
    desk.click(300, 204)
    assert desk.selection == {"jobs"}


def test_link_mode_ends_with_escape(desk) -> None:
    desk.view.select(["web"])
    desk.key(Qt.Key.Key_L)
    desk.key(Qt.Key.Key_Escape)
    desk.click(300, 204)
    assert desk.edits == []


def test_link_mode_needs_a_node(desk) -> None:
    desk.key(Qt.Key.Key_L)
    assert "Select the node" in desk.messages[-1]


def test_kinds_that_are_not_known_may_be_linked() -> None:
    design = Design(
        nodes=(Node(id="a", kind="future"), Node(id="b", kind="future")),
        frames=(Frame(id="f"),),
    )
    assert refusal(design, {}, "a", "b") is None
    assert refusal(design, {}, "a", "a") is None
    assert refusal(design, {}, "a", "f") == "Open the frame to link what is inside"


def test_hovering_shows_the_ports_that_can_be_pulled(desk) -> None:
    desk.move(300, 10)
    assert desk.view._stage.overlay.hovered_ports == ("output", "input")
    desk.move(600, 10)
    assert desk.view._stage.overlay.hovered_ports == ("input",)
    desk.move(190, 0)
    assert desk.view._stage.overlay.hovered is None
    assert desk.view._scene.live.glowing is desk.view._scene.links["users-web"]


def test_an_end_of_a_selected_link_is_pulled_to_another_card(make_desk) -> None:
    desk = make_desk(
        Design(
            nodes=(
                Node(id="a", kind="client", x=0.0, y=0.0),
                Node(id="b", kind="service", x=300.0, y=0.0),
                Node(id="c", kind="service", x=300.0, y=204.0),
            ),
            links=(Link(id="ab", source="a", target="b", config={"timeout": 2.0}),),
        )
    )
    desk.click(150, 0)
    desk.drag((300 - OUTPUT, 0), (300, 204))
    assert desk.edits == [SetField("ab", ("target",), "c", "Relink")]
    assert desk.design.link_by_id["ab"].config == {"timeout": 2.0}
    assert desk.view._scene.links["ab"].ends[1].toTuple() == (216, 204)
    desk.drag((300 - OUTPUT, 204), (500, 400))
    assert len(desk.edits) == 1
    assert desk.view._popups.quick_add is None
    desk.undo()
    assert desk.view._scene.links["ab"].ends[1].toTuple() == (216, 0)


def test_a_link_keeps_its_end_where_the_new_one_does_not_fit(desk) -> None:
    desk.click(450, 0)
    desk.drag((600 - OUTPUT, 0), (0, 0))
    assert desk.edits == []
    assert "nothing arrives" in desk.messages[-1]


def test_links_that_arrive_together_close_up_when_one_goes(make_desk) -> None:
    nodes = [Node(id=each, kind="client", x=0.0, y=120.0 * i) for i, each in enumerate("abc")]
    nodes.append(Node(id="t", kind="service", x=400.0, y=120.0))
    links = tuple(Link(id=f"{each}t", source=each, target="t") for each in "abc")
    desk = make_desk(Design(nodes=tuple(nodes), links=links))
    arrivals = [desk.view._scene.links[f"{each}t"].ends[1].y() for each in "abc"]
    assert arrivals == [112, 120, 128]
    desk.view.select(["bt"])
    desk.view.delete_selection()
    arrivals = [desk.view._scene.links[f"{each}t"].ends[1].y() for each in "ac"]
    assert arrivals == [116, 124]
