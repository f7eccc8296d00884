"""The editor of flows: what it writes out, what it says of mistakes, what a commit asks for."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea

from engine.catalog import COMPONENTS, check
from engine.model.design import Design
from engine.model.flow_text import flow_of_links, flow_text, read_flow_text
from tests.helpers.builders import client, design, link, node
from widgets.inspector import InspectorPanel
from widgets.inspector.editors.steps import StepsEditor

CLASSES = [{"name": "read"}, {"name": "write", "operation": "write"}]
FLOW: list[Any] = [{"work": "service_time"}, {"parallel": [{"call": "web-a"}, {"call": "web-b"}]}]


def shop(links: dict[str, dict[str, Any]], **web: Any) -> Design:
    nodes = [client("users"), node("web", "service", **web)]
    nodes += [node(name, "service") for name in links]
    made = [link("web", name, **config) for name, config in links.items()]
    return design(nodes, [link("users", "web"), *made], classes=CLASSES)


@pytest.fixture
def shown(qtbot, look):
    """A panel that shows Web, and what it asked for."""

    def show(made: Design) -> tuple[InspectorPanel, StepsEditor, list[Any]]:
        panel = InspectorPanel(COMPONENTS, look)
        qtbot.addWidget(panel)
        heard: list[Any] = []
        panel.edit_requested.connect(heard.append)
        panel.set_design(made)
        panel.set_selection(["web"])
        panel.show()
        editor = panel.form.row(("config", "flow")).editor
        assert isinstance(editor, StepsEditor)
        return panel, editor, heard

    return show


def write(editor: StepsEditor, text: str) -> None:
    editor.paper.setPlainText(text)
    editor.paper.document().setModified(True)
    editor.commit()


def test_the_flow_of_the_links_is_written_out_in_one_step(shown) -> None:
    made = shop({"a": {}, "b": {}, "c": {"order": 1}})
    panel, editor, heard = shown(made)
    assert editor.button.isVisible()
    assert not editor.paper.isVisible()
    editor.button.click()
    [edit] = heard
    after = edit.apply(made)
    assert after.design.node_by_id["web"].config["flow"] == [*FLOW, {"call": "web-c"}]
    assert after.inverse.apply(after.design).design == made
    panel.set_design(after.design)
    assert editor.tree.isVisible()
    assert not editor.button.isVisible()
    editor.as_text.click()
    assert editor.paper.isVisible()
    assert not editor.tree.isVisible()
    assert read_flow_text(editor.paper.toPlainText()) == [*FLOW, {"call": "web-c"}]


@pytest.mark.parametrize(
    ("config", "step"),
    [
        ({"times": 3}, {"loop": 3, "do": [{"call": "web-a"}]}),
        ({"mode": "send"}, {"async": [{"call": "web-a"}]}),
        ({"probability": 0.5}, {"choice": [{"probability": 0.5, "do": [{"call": "web-a"}]}]}),
        ({"classes": ["write"]}, {"choice": [{"class": "write", "do": [{"call": "web-a"}]}]}),
        (
            {"when": "miss"},
            {
                "choice": [
                    {"class": "write", "do": [{"call": "web-a"}]},
                    {"when": "miss", "do": [{"call": "web-a"}]},
                ]
            },
        ),
    ],
)
def test_what_a_link_says_becomes_a_step(config: dict[str, Any], step: Any) -> None:
    made = shop({"a": config})
    written = flow_of_links(made, "web")
    assert written == [{"work": "service_time"}, step]
    assert not [each for each in check(shop({"a": {}}, flow=written)) if each.level == "error"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[\n{"call": "web-a"}\n{"call": "web-b"}]', "Line 3, character 1: a comma or"),
        ('[{"call": "web-a"},]', "Line 1"),
        ('{"call": "web-a"}', "write it in [ ]"),
        ('[{"call": 3}]', "Step 1, call: Must be a text"),
        ('[{"work": "service_time"}, {"parallel": [{"cal": "x"}]}]', "Step 2, parallel 1: "),
        ('[{"loop": 3}]', "Step 1, do: Is missing"),
        ('[{"parallel": [{"call": "web-a"}], "need": 2}]', "Step 1: Needs 2 of 1"),
        ("[]", "At least 1 entry"),
    ],
)
def test_mistakes_are_said_where_they_are_and_the_text_is_kept(
    shown, text: str, words: str
) -> None:
    panel, editor, heard = shown(shop({"a": {}, "b": {}}, flow=FLOW))
    write(editor, text)
    row = panel.form.row(("config", "flow"))
    assert words in row.error.text()
    assert editor.paper.toPlainText() == text
    assert heard == []
    write(editor, flow_text(FLOW[:1]))
    assert row.error.isHidden()
    assert len(heard) == 1


def test_an_empty_text_is_no_flow(shown) -> None:
    made = shop({"a": {}}, flow=[{"call": "web-a"}])
    _, editor, heard = shown(made)
    write(editor, "")
    assert heard[0].apply(made).design.node_by_id["web"].config["flow"] is None


@pytest.fixture
def live(shown):
    """A panel whose edits are put into effect, its editor, and all designs so far."""

    def show(made: Design) -> tuple[StepsEditor, list[Design]]:
        panel, editor, _ = shown(made)
        designs = [made]

        def apply(edit: Any) -> None:
            applied = edit.apply(designs[-1])
            assert applied.inverse.apply(applied.design).design == designs[-1]
            designs.append(applied.design)
            panel.set_design(applied.design)

        panel.edit_requested.connect(apply)
        return editor, designs

    return show


def flow_of(designs: list[Design]) -> Any:
    return designs[-1].node_by_id["web"].config.get("flow")


def lines(editor: StepsEditor) -> list[str]:
    """What the tree says, indented."""
    found: list[str] = []

    def walk(item: Any, depth: int) -> None:
        found.append("  " * depth + item.text(0))
        for place in range(item.childCount()):
            walk(item.child(place), depth + 1)

    for place in range(editor.tree.topLevelItemCount()):
        walk(editor.tree.topLevelItem(place), 0)
    return found


def choose(editor: StepsEditor, path: Any) -> None:
    editor.tree.show_flow(editor.field.value, {}, path)
    editor._show_step()


def test_steps_are_told_in_words(live) -> None:
    flow = [
        {"work": {"law": "exponential", "mean": 0.005}},
        {"choice": [{"when": "miss", "class": "read", "do": [{"call": "web-a"}]}, {"do": FLOW}]},
        {"loop": 3, "do": [{"async": [{"call": "web-b"}]}]},
    ]
    editor, _ = live(shop({"a": {}, "b": {}}, flow=flow))
    assert lines(editor) == [
        "Work  exp 5 ms",
        "Choice",
        "  if miss  of read",
        "    Call  A",
        "  else",
        "    Work  service time",
        "    At once",
        "      Call  A",
        "      Call  B",
        "3 times",
        "  Without waiting",
        "    Call  B",
    ]


def test_steps_are_added_moved_nested_and_removed_by_keyboard(live, qtbot) -> None:
    editor, designs = live(shop({"a": {}, "b": {}}, flow=[{"work": "service_time"}]))
    alt = Qt.KeyboardModifier.AltModifier
    editor.add("call")
    assert flow_of(designs) == [{"work": "service_time"}, {"call": "web-a"}]
    assert editor.tree.chosen == (1,)
    qtbot.keyClick(editor.tree, Qt.Key.Key_Up, alt)
    assert flow_of(designs) == [{"call": "web-a"}, {"work": "service_time"}]
    assert editor.tree.chosen == (0,)
    editor.wrap("choice")
    assert flow_of(designs)[0] == {"choice": [{"do": [{"call": "web-a"}]}]}
    assert editor.tree.chosen == (0, "choice", 0, "do", 0)
    editor.add("way")
    assert len(flow_of(designs)[0]["choice"]) == 2
    qtbot.keyClick(editor.tree, Qt.Key.Key_Delete)
    assert len(flow_of(designs)[0]["choice"]) == 1
    choose(editor, (0, "choice", 0, "do", 0))
    qtbot.keyClick(editor.tree, Qt.Key.Key_Left, alt)
    assert flow_of(designs) == [{"call": "web-a"}, {"work": "service_time"}]
    qtbot.keyClick(editor.tree, Qt.Key.Key_Delete)
    qtbot.keyClick(editor.tree, Qt.Key.Key_Delete)
    assert flow_of(designs) is None
    assert len(designs) == 9


def test_a_step_is_dragged_into_another(live) -> None:
    editor, designs = live(shop({"a": {}, "b": {}}, flow=FLOW))
    editor.tree.dropped.emit((0,), (1, "parallel", 2))
    assert flow_of(designs) == [
        {"parallel": [{"call": "web-a"}, {"call": "web-b"}, {"work": "service_time"}]}
    ]
    assert editor.tree.chosen == (0, "parallel", 2)


def test_the_settings_of_a_step_are_those_of_its_record(live) -> None:
    editor, designs = live(shop({"a": {}, "b": {}}, flow=FLOW))
    choose(editor, (1,))
    assert list(editor.form.editors) == [("need",), ("copies",)]
    editor.form.editors[("copies",)].committed.emit(3)
    assert flow_of(designs)[1]["copies"] == 3
    choose(editor, (1, "parallel", 0))
    call = editor.form.editors[("call",)]
    assert [option.label for option in call.field.options] == ["A", "B"]
    call.committed.emit("web-b")
    assert flow_of(designs)[1]["parallel"][0] == {"call": "web-b"}
    choose(editor, (0,))
    editor.form.editors[("work",)].committed.emit("law")
    assert flow_of(designs)[0]["work"]["law"] == "exponential"
    law = editor.form.editors[("work", "law")]
    law.committed.emit({"law": "constant", "mean": 0.2})
    assert flow_of(designs)[0] == {"work": {"law": "constant", "mean": 0.2}}


def test_a_way_says_when_it_is_taken(live) -> None:
    flow = [{"choice": [{"do": [{"call": "web-a"}]}]}]
    editor, designs = live(shop({"a": {}}, flow=flow))
    choose(editor, (0, "choice", 0))
    assert list(editor.form.editors) == [("probability",), ("class",), ("when",)]
    editor.form.editors[("probability",)].committed.emit(0.25)
    editor.form.editors[("when",)].committed.emit("miss")
    editor.form.editors[("class",)].committed.emit("read")
    way = {"probability": 0.25, "when": "miss", "class": "read", "do": [{"call": "web-a"}]}
    assert flow_of(designs)[0]["choice"] == [way]
    editor.form.editors[("when",)].committed.emit(None)
    assert "when" not in flow_of(designs)[0]["choice"][0]
    editor.wrap("loop")
    assert "stays in it" in editor.parent().error.text()


def test_what_a_flow_may_not_be_is_said_and_not_taken(live) -> None:
    editor, designs = live(shop({"a": {}, "b": {}}, flow=FLOW))
    choose(editor, (1,))
    editor.form.editors[("need",)].committed.emit(7)
    assert "Needs 7 of 2" in editor.parent().error.text()
    assert len(designs) == 1
    assert lines(editor)[1] == "At once"


def test_a_flow_reads_the_same_however_it_is_broken_into_lines() -> None:
    flow = [*FLOW, {"choice": [{"probability": 0.25, "do": [*FLOW, {"loop": 2, "do": FLOW}]}]}]
    text = flow_text(flow)
    assert read_flow_text(text) == flow
    assert len(text.splitlines()) > 10


def test_the_form_scrolls_to_the_step_that_is_walked_to(qtbot, shown) -> None:
    panel, editor, _heard = shown(shop({"a": {}, "b": {}}, flow=[{"call": "web-a"}] * 12))
    panel.resize(320, 260)
    panel.activateWindow()
    qtbot.waitActive(panel)
    editor.tree.setFocus()
    view = panel.findChild(QScrollArea).viewport()

    def in_view() -> bool:
        row = editor.tree.visualItemRect(editor.tree.currentItem())
        return view.rect().contains(editor.tree.viewport().mapTo(view, row.center()))

    qtbot.waitUntil(in_view)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(editor.tree, key)
        qtbot.waitUntil(in_view)
