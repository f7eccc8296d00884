"""The form makes valid events only, and says what is wrong otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from engine.model.event_fields import VALUE
from engine.model.event_kinds import EVENT_KINDS
from tests.widgets.timeline.conftest import FLUSH, SLOW
from widgets.timeline import edits, form
from widgets.timeline.layout import BASELINE
from widgets.timeline.popup import EventPopup

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from engine.model.event_record import EventKind
    from tests.widgets.timeline.conftest import Desk


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[EventPopup]:
    """Forms that were opened; not shown, since the offscreen platform has no popups."""
    found: list[EventPopup] = []
    monkeypatch.setattr(EventPopup, "open_at", lambda popup, _corner: found.append(popup))
    return found


def choose(popup: EventPopup, change: str) -> None:
    popup.change.setCurrentIndex(popup.change.findData(change))


def type_into(popup: EventPopup, name: str, text: str) -> None:
    line = popup.inputs[name]
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, text)


def test_double_click_adds_an_event_there(desk: Desk, opened: list[EventPopup]) -> None:
    position = QPoint(round(desk.strip.ruler.x(90.3)), round(BASELINE))
    QTest.mouseDClick(desk.strip, Qt.MouseButton.LeftButton, pos=position)
    (popup,) = opened
    choose(popup, "slow")
    popup.target.setCurrentIndex(popup.target.findData("db"))
    type_into(popup, "factor", "4")
    type_into(popup, "duration", "1500 ms")
    popup.apply()
    assert [edit.label for edit in desk.edits] == ["Add event"]
    event = desk.events[-1]
    assert (event.at, event.change, event.target) == (90.0, "slow", "db")
    assert (event.factor, event.duration) == (4.0, 1.5)


def test_plus_adds_where_the_run_is(desk: Desk, opened: list[EventPopup], qtbot: QtBot) -> None:
    desk.strip.axis.set_now(33.2)
    qtbot.keyClick(desk.strip, Qt.Key.Key_Plus)
    qtbot.mouseClick(desk.strip._add_button, Qt.MouseButton.LeftButton)
    assert [popup.instant for popup in opened] == [33.0, 33.0]


def test_double_click_on_an_event_changes_it(desk: Desk, opened: list[EventPopup]) -> None:
    position = QPoint(round(desk.strip.ruler.x(40)), round(BASELINE))
    QTest.mouseDClick(desk.strip, Qt.MouseButton.LeftButton, pos=position)
    (popup,) = opened
    assert popup.change.currentData() == "slow"
    assert popup.target.currentText() == "Orders DB"
    type_into(popup, "factor", "10")
    type_into(popup, "instances", "1")
    line = popup.inputs["factor"]
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert [edit.label for edit in desk.edits] == ["Change event"]
    assert (desk.events[SLOW].factor, desk.events[SLOW].instances) == (10.0, 1)
    assert desk.events[SLOW].duration == 10.0


def test_applying_unchanged_is_no_edit(desk: Desk, opened: list[EventPopup]) -> None:
    for index in (FLUSH, SLOW):
        desk.strip.edit_event(index)
        opened[-1].apply()
    assert desk.edits == []


def test_fields_of_later_versions_survive(desk: Desk, opened: list[EventPopup]) -> None:
    desk.strip.edit_event(FLUSH)
    type_into(opened[0], "at", "75")
    opened[0].apply()
    dumped = desk.events[FLUSH].model_dump(by_alias=True)
    assert dumped["color of a later version"] == "red"
    assert dumped["at"] == 75.0


def test_remove(desk: Desk, opened: list[EventPopup]) -> None:
    desk.strip.edit_event(SLOW)
    opened[0].remove()
    assert [event.change for event in desk.events] == ["flush", "traffic"]


@pytest.mark.parametrize(
    ("change", "field", "text", "said"),
    [
        ("slow", "factor", "", "Factor: type a value"),
        ("slow", "factor", "fast", "Factor: 'fast'"),
        ("error", "probability", "300 %", "probability"),
        ("delay", "seconds", "5 kg", "Added delay"),
        ("kill", "instances", "0", "instances"),
        ("kill", "instances", "one", "Instances"),
        ("kill", "at", "-5", "at"),
        ("set", "path", "", "Setting: type a value"),
    ],
)
def test_wrong_input_is_said_and_changes_nothing(
    desk: Desk, opened: list[EventPopup], change: str, field: str, text: str, said: str
) -> None:
    desk.strip.add_event(5.0)
    (popup,) = opened
    choose(popup, change)
    line = popup.inputs[field]
    assert isinstance(line, QLineEdit)
    line.setText(text)
    popup.apply()
    assert desk.edits == []
    assert not popup.error.isHidden()
    assert said in popup.error.text()


@pytest.mark.parametrize("change", [kind.name for kind in EVENT_KINDS])
def test_every_change_can_be_added_with_its_defaults(
    desk: Desk, opened: list[EventPopup], change: str
) -> None:
    desk.strip.add_event(5.0)
    (popup,) = opened
    choose(popup, change)
    if change == "set":
        type_into(popup, "path", "config.workers")
        type_into(popup, "value", "8")
    if change == "partition":
        box = popup.inputs["with"]
        assert isinstance(box, QComboBox)
        box.setCurrentIndex(box.count() - 1)
    popup.apply()
    assert desk.events[-1].change == change, popup.error.text()
    assert any(mark.index == 3 and mark.text for mark in desk.strip.marks)


def test_two_sides_differ_from_the_start_and_have_to(desk: Desk, opened: list[EventPopup]) -> None:
    desk.strip.add_event(5.0)
    (popup,) = opened
    choose(popup, "partition")
    other = popup.inputs["with"]
    assert isinstance(other, QComboBox)
    assert other.currentData() != popup.target.currentData(), "everything else, or another one"
    other.setCurrentIndex(other.findData(popup.target.currentData()))
    popup.apply()
    assert desk.edits == []
    assert "choose another item" in popup.error.text()


@pytest.mark.parametrize("kind", EVENT_KINDS, ids=[kind.name for kind in EVENT_KINDS])
def test_the_form_has_the_records_fields_and_defaults(
    desk: Desk, opened: list[EventPopup], kind: EventKind
) -> None:
    desk.strip.add_event(5.0)
    (popup,) = opened
    choose(popup, kind.name)
    when = ["at"] if kind.instant else ["at", "duration"]
    assert list(popup.inputs) == [*(field.name for field in kind.fields), *when]
    assert popup.change.currentText() == kind.title
    for field in kind.fields:
        widget = popup.inputs[field.name]
        if isinstance(widget, QLineEdit):
            text = widget.text()
            assert (form.read(field, text) if text else None) == field.default
            assert widget.placeholderText() == field.hint


def test_targets_are_those_of_the_record(desk: Desk) -> None:
    ids = {kind.name: [item for _, item in form.targets(desk.design, kind)] for kind in EVENT_KINDS}
    assert ids["kill"] == ["cache", "db", "users"]
    assert ids["delay"][:2] == ["a", "b"]
    assert ids["traffic"] == [None, "users"]


def test_exact_values_are_not_rounded_by_the_form(desk: Desk, opened: list[EventPopup]) -> None:
    raw = desk.events[SLOW].model_copy(update={"at": 12.34567, "duration": 0.1 + 0.2})
    desk.take(edits.replace(desk.design, SLOW, raw, "Change event"))
    desk.strip.edit_event(SLOW)
    type_into(opened[0], "factor", "5")
    opened[0].apply()
    assert desk.events[SLOW].at == 12.34567
    assert desk.events[SLOW].duration == 0.1 + 0.2


def test_values_of_settings_are_json_or_text() -> None:
    field = VALUE
    assert form.read(field, "8") == 8
    assert form.read(field, "least_connections") == "least_connections"
    assert form.read(field, '{"law": "constant"}') == {"law": "constant"}


def test_an_item_that_need_not_be_named_is_none_until_somebody_names_it(
    desk: Desk, opened: list[EventPopup]
) -> None:
    desk.strip.edit_event(SLOW)
    through = opened[0].inputs["through"]
    assert isinstance(through, QComboBox)
    assert (through.currentText(), through.currentData()) == ("Anywhere", None)
    assert [through.itemData(i) for i in range(through.count())] == [None, "cache", "db", "users"]
    through.setCurrentIndex(through.findData("users"))
    opened[0].apply()
    assert desk.events[SLOW].through == "users"
    choose(opened[0], "delay")
    towards = opened[0].inputs["with"]
    assert isinstance(towards, QComboBox)
    assert towards.currentData() is None
