"""Groups of a long form: folded where nothing is set in them, opened by whoever wants to see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from engine.catalog import COMPONENTS
from engine.model.edits import SetField
from engine.model.findings import Finding
from tests.helpers.builders import client, design, link, node
from widgets.inspector import InspectorPanel
from widgets.inspector.fields import Field
from widgets.inspector.folding import ROOM, Folding, contents
from widgets.inspector.form import Form
from widgets.inspector.group_heading import GroupHeading
from widgets.inspector.reach import LINES
from widgets.inspector.row import Row
from widgets.inspector.shapes import Shape

if TYPE_CHECKING:
    from engine.model.design import Design


def served(**web: object) -> Design:
    nodes = [client("users"), node("web", "service", **web), node("api", "service")]
    return design(nodes, [link("users", "web"), link("web", "api")])


@pytest.fixture
def panel(qtbot, look) -> InspectorPanel:
    made = InspectorPanel(COMPONENTS, look)
    qtbot.addWidget(made)
    made.resize(320, 900)
    made.set_design(served())
    made.set_selection(["web"])
    with qtbot.waitExposed(made):
        made.show()
    return made


def heading(panel: InspectorPanel, name: str) -> GroupHeading:
    found = [each for each in panel.form.findChildren(GroupHeading) if not each.isHidden()]
    return next(each for each in found if each.name == name)


def seen(panel: InspectorPanel, *path: str) -> bool:
    row = panel.form.row(("config", *path))
    assert row is not None
    return row.isVisible()


def test_the_first_lines_are_seen_and_what_differs() -> None:
    folding = Folding()
    folding.see({"a": ROOM - 1, "b": 1, "c": 1, "d": 1, "e": 1}, {"d"})
    assert [folding.is_open(group) for group in "abcde"] == [True, True, False, True, False]


def test_the_first_group_is_seen_however_long_it_is() -> None:
    folding = Folding()
    folding.see({"a": ROOM + 1, "b": 1}, ())
    assert folding.is_open("a")
    assert not folding.is_open("b")


def test_nothing_closes_by_itself_before_another_subject_comes() -> None:
    folding = Folding()
    folding.see({"a": ROOM, "b": 1}, {"b"})
    folding.see({"a": ROOM, "b": 1}, ())
    assert folding.is_open("b")
    folding.start_over()
    folding.see({"a": ROOM, "b": 1}, ())
    assert not folding.is_open("b")


def test_what_a_person_chose_holds_for_the_next_subject_and_gives_way_to_what_has_to_be_seen() -> (
    None
):
    folding = Folding()
    folding.see({"a": ROOM, "b": 1}, ())
    folding.choose("a", opened=False)
    folding.choose("b", opened=True)
    folding.start_over()
    folding.see({"a": ROOM, "b": 1}, {"a"})
    assert not folding.is_open("a")
    assert folding.is_open("b")
    folding.reveal("a")
    assert folding.is_open("a")


@pytest.mark.parametrize(
    ("titles", "value", "told"),
    [
        (("Admission",), None, "off"),
        (("Admission",), {}, ""),
        (("CPU quota", "Memory"), None, "CPU quota, Memory"),
        (("Steps",), None, "Steps"),
    ],
)
def test_a_folded_group_says_what_is_in_it(titles, value, told) -> None:
    fields = [Field(("config", each), Shape("number"), each, value=value) for each in titles]
    nested = Field(("config", "x", "y"), Shape("number"), "Nested", level=1)
    assert contents("Admission", [*fields, nested]) == told


def test_a_service_shows_its_capacity_and_folds_what_is_left_alone(panel) -> None:
    assert seen(panel, "workers")
    assert seen(panel, "queue_limit")
    assert not seen(panel, "memory")
    assert not heading(panel, "Instance").isChecked()
    assert "Memory" in heading(panel, "Instance").accessibleDescription()


def test_a_group_opens_where_something_is_set(panel) -> None:
    change = SetField("web", ("config", "cpu"), {"quota": 0.05}, "Set quota")
    panel.set_design(change.apply(served()).design)
    assert seen(panel, "cpu")
    panel.set_design(served())  # taken back: the line does not vanish under the pointer
    assert seen(panel, "cpu")
    panel.set_selection(["api"])
    assert not seen(panel, "cpu")


def test_a_group_opens_where_something_is_found(panel) -> None:
    told = Finding(level="warning", code="x", message="Low.", id="web", field="config.memory")
    panel.set_findings([told])
    assert seen(panel, "memory")


def test_findings_in_any_order_stay_where_they_are_when_something_else_changes(panel) -> None:
    fields = ("config.memory", "config.queue_limit", "config.workers")
    found = [
        Finding(level="risk", code=each, message="Told.", id="web", field=each) for each in fields
    ]
    for told in (found, found[::-1]):
        panel.set_findings(told)
        cards, headings = list(panel.form._cards), list(panel.form._headings)
        assert len(cards) == 3
        panel.set_design(SetField("web", ("name",), "Other").apply(served()).design)
        panel.set_findings(list(told))
        assert panel.form._cards == cards
        assert panel.form._headings == headings


def test_a_finding_leads_into_a_folded_group(panel) -> None:
    panel.focus_field("config.memory")
    assert seen(panel, "memory")


def test_what_cannot_be_done_is_said_in_a_folded_group(panel) -> None:
    panel.refuse("config.memory", "Not now.")
    row = panel.form.row(("config", "memory"))
    assert row.error.isVisible()


def test_a_click_folds_and_opens_and_is_remembered_for_the_kind(panel, qtbot) -> None:
    qtbot.mouseClick(heading(panel, "Instance"), Qt.MouseButton.LeftButton)
    assert seen(panel, "memory")
    qtbot.mouseClick(heading(panel, "Capacity"), Qt.MouseButton.LeftButton)
    assert not seen(panel, "workers")
    panel.set_selection(["users"])
    panel.set_selection(["api"])
    assert seen(panel, "memory")
    assert not seen(panel, "workers")


def test_the_keyboard_folds_and_opens(panel, qtbot) -> None:
    instance = heading(panel, "Instance")
    for key, opened in (
        (Qt.Key.Key_Return, True),
        (Qt.Key.Key_Left, False),
        (Qt.Key.Key_Left, False),
        (Qt.Key.Key_Right, True),
        (Qt.Key.Key_Space, False),
    ):
        qtbot.keyClick(instance, key)
        assert seen(panel, "memory") is opened


def test_tab_does_not_stop_in_what_is_folded(panel) -> None:
    step, walked = panel.header.name, []
    for _ in range(300):
        step = step.nextInFocusChain()
        if step.isVisible() and step.focusPolicy() & Qt.FocusPolicy.TabFocus:
            walked.append(step)
        if step is panel.header.name:
            break
    names = [each.name for each in walked if isinstance(each, GroupHeading)]
    assert names == [each.name for each in panel.form.findChildren(GroupHeading)]
    after = walked.index(heading(panel, "Instance")) + 1
    assert isinstance(walked[after], GroupHeading)


def test_lines_are_made_when_their_group_is_first_seen_open(panel) -> None:
    form = panel.form
    groups = {row.field.group for row in form.findChildren(Row)}
    heads = [each for each in form.findChildren(GroupHeading) if not each.isHidden()]
    assert groups == {each.name for each in heads if each.isChecked()}
    closed = next(each for each in heads if not each.isChecked())
    closed.click()
    form.layout().activate()
    lines = [row for row in form.findChildren(Row) if row.field.group == closed.name]
    assert lines
    assert all(row.isVisible() for row in lines)
    assert [row.y() for row in lines] == sorted(row.y() for row in lines)
    below = min((each.y() for each in heads if each.y() > closed.y()), default=10**6)
    assert all(closed.y() < row.y() < below for row in lines)
    closed.click()
    assert not any(row.isVisible() for row in lines)


def test_of_a_very_long_group_the_first_lines_are_made(qtbot, look) -> None:
    form = Form(look)
    qtbot.addWidget(form)
    number = Shape("number")
    fields = [Field((f"n{place}",), number, f"N{place}", value=1.0) for place in range(3 * LINES)]
    form.show_fields(fields)
    form.show()

    def lines() -> list[str]:
        return [row.field.title for row in form.findChildren(Row) if row.isVisible()]

    def more() -> QPushButton | None:
        found = [each for each in form.findChildren(QPushButton) if each.isVisible()]
        return next((each for each in found if "more" in each.text()), None)

    assert lines() == [f"N{place}" for place in range(LINES)]
    assert form.row((f"n{2 * LINES}",)) is not None, "one that is asked for is made"
    assert lines()[-1] == f"N{2 * LINES}"
    offer = more()
    assert offer is not None
    assert f"of {3 * LINES} lines" in offer.text()
    offer.click()
    assert len(lines()) == 2 * LINES + 1
    offer = more()
    assert offer is not None
    offer.click()
    assert sorted(lines()) == sorted(field.title for field in fields)
    assert more() is None
