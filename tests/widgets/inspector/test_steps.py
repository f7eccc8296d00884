"""The editor of flows: what it writes out, what it says of mistakes, what a commit asks for."""

from __future__ import annotations

from typing import Any

import pytest

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
    assert editor.paper.isVisible()
    assert not editor.button.isVisible()
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


def test_a_flow_reads_the_same_however_it_is_broken_into_lines() -> None:
    flow = [*FLOW, {"choice": [{"probability": 0.25, "do": [*FLOW, {"loop": 2, "do": FLOW}]}]}]
    text = flow_text(flow)
    assert read_flow_text(text) == flow
    assert len(text.splitlines()) > 10
