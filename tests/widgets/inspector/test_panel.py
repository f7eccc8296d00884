"""The inspector as a person uses it: typing, resetting, mistakes, several items, echoes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from engine.model.edits import UNSET, CompoundEdit, Remove, SetDesign, SetField
from engine.model.event_kinds import EVENT_KINDS
from engine.model.findings import Finding
from widgets.inspector.findings import FindingCard
from widgets.inspector.form import Form
from widgets.inspector.group_heading import GroupHeading
from widgets.inspector.subjects.event import EventSubject
from widgets.theme import DARK, LIGHT

ENTER = Qt.Key.Key_Return
_OF_ALL = {"change", "target", "at", "duration"}
"""Fields of every event, whatever its kind."""


def titles(bench) -> list[str]:
    return [label.text() for label in bench.panel.form.findChildren(QLabel) if label.isVisible()]


def test_a_node_shows_its_name_kind_and_fields_in_groups(bench) -> None:
    bench.panel.set_selection(["web"])
    assert bench.panel.header.name.text() == "Checkout"
    assert bench.panel.header.kind.text() == "service"
    shown = titles(bench)
    assert [t for t in shown if t in ("Capacity", "Failures")] == ["Capacity", "Failures"]
    assert bench.line("config", "instances").text() == "6"
    assert bench.line("config", "service_time").text() == "exp 10"
    assert bench.line("config", "service_time").suffix() == "ms"
    assert bench.line("config", "queue_limit").text() == "none"


def test_typing_a_number_asks_for_one_edit(bench) -> None:
    bench.panel.set_selection(["web"])
    bench.type(bench.line("config", "workers"), "8")
    assert bench.edits == [SetField("web", ("config", "workers"), 8, "Set workers per instance")]
    assert bench.config("web") == {"instances": 6, "workers": 8}


def test_nothing_is_asked_for_before_enter_or_for_the_same_value(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    line = bench.line("config", "instances")
    bench.type(line, "60", enter=False)
    assert bench.edits == []
    bench.type(line, "6.0")
    assert bench.edits == []
    assert line.text() == "6"


def test_leaving_a_field_takes_what_was_typed(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    bench.type(bench.line("config", "instances"), "3", enter=False)
    bench.line("config", "workers").setFocus()
    assert bench.config("web")["instances"] == 3


def test_escape_goes_back(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    line = bench.line("config", "instances")
    bench.type(line, "x", enter=True)
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "6"
    assert line.property("invalid") == "false"
    assert bench.row("config", "instances").error.isHidden()
    assert bench.edits == []


@pytest.mark.parametrize(
    ("typed", "value", "text", "suffix"),
    [("250ms", 0.25, "250", "ms"), ("2 s", 2.0, "2", "s"), ("90", 90.0, "90", "s")],
)
def test_units_are_accepted_and_shown_anew(bench, typed, value, text, suffix) -> None:
    bench.panel.set_selection(["l1"])
    line = bench.line("config", "timeout")
    assert (line.text(), line.suffix()) == ("1", "s")
    bench.type(line, typed)
    assert bench.config("l1")["timeout"] == value
    assert (line.text(), line.suffix()) == (text, suffix)


def test_none_is_a_value_where_the_field_takes_it(bench) -> None:
    bench.panel.set_selection(["l1"])
    bench.type(bench.line("config", "timeout"), "none")
    assert bench.config("l1") == {"timeout": None}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("many", "'many' is no quantity; write it like 12 or 10k"),
        ("0", "Must be at least 1"),
        ("2.5", "Must be a whole number"),
        ("", "Type a number"),
        ("1001", "Must be at most 1k"),
    ],
)
def test_a_mistake_is_marked_and_told_and_nothing_is_lost(bench, typed, message) -> None:
    bench.panel.set_selection(["web"])
    line, row = bench.line("config", "instances"), bench.row("config", "instances")
    bench.type(line, typed or " ")
    assert bench.edits == []
    assert line.text().strip() == typed
    assert line.property("invalid") == "true"
    assert row.error.isVisible()
    assert row.error.text() == message


def test_a_mistake_disappears_while_it_is_being_mended(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    line, row = bench.line("config", "instances"), bench.row("config", "instances")
    bench.type(line, "9x")
    assert row.error.isVisible()
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    assert row.error.isHidden()
    assert line.property("invalid") == "false"
    qtbot.keyClick(line, ENTER)
    assert bench.config("web")["instances"] == 9


def test_a_mistake_survives_echoes_and_other_selections(bench) -> None:
    bench.panel.set_selection(["web"])
    line = bench.line("config", "instances")
    bench.type(line, "lots")
    bench.apply(SetField("web", ("config", "workers"), 2))
    assert line.text() == "lots"
    bench.panel.set_selection(["cache"])
    bench.panel.set_selection(["web"])
    again = bench.line("config", "instances")
    assert again.text() == "lots"
    assert bench.row("config", "instances").error.isVisible()


def test_typing_is_not_disturbed_by_changes_from_elsewhere(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    line = bench.line("config", "instances")
    bench.type(line, "1", enter=False)
    bench.apply(SetField("web", ("config", "instances"), 40))
    bench.apply(SetField("web", ("config", "service_time"), {"law": "gamma", "mean": 1.0}))
    qtbot.keyClicks(line, "2")
    assert line.text() == "12"
    assert QApplication.focusWidget() is line
    qtbot.keyClick(line, ENTER)
    assert bench.config("web")["instances"] == 12


def test_the_own_echo_keeps_focus_and_caret(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    line = bench.line("config", "instances")
    bench.type(line, "1234567"[:3])
    assert QApplication.focusWidget() is line
    line.setCursorPosition(1)
    bench.panel.set_design(bench.design)
    assert line.cursorPosition() == 1
    assert bench.line("config", "instances") is line


def test_arrow_keys_step_a_number(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    line = bench.line("config", "instances")
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_Up)
    qtbot.keyClick(line, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert bench.config("web")["instances"] == 17
    assert line.text() == "17"


def test_the_dot_shows_a_change_and_takes_it_back(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    assert bench.row("config", "workers").dot.isHidden()
    dot = bench.row("config", "instances").dot
    assert dot.isVisible()
    assert "1" in dot.toolTip()
    qtbot.mouseClick(dot, Qt.MouseButton.LeftButton)
    assert bench.edits == [SetField("web", ("config", "instances"), UNSET, "Set instances")]
    assert bench.config("web") == {}
    assert bench.line("config", "instances").text() == "1"
    assert dot.isHidden()


def test_help_and_default_are_told(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    row = bench.row("config", "service_time")
    assert row.title.toolTip() == "Work.\nDefault: exp 10 ms"
    qtbot.mouseClick(row.title, Qt.MouseButton.LeftButton)
    assert row.help.isVisible()
    qtbot.mouseClick(row.title, Qt.MouseButton.LeftButton)
    assert row.help.isHidden()


def test_a_law_is_typed_or_chosen_and_brings_its_parameters(bench) -> None:
    bench.panel.set_selection(["web"])
    line = bench.line("config", "service_time")
    bench.type(line, "85")
    assert bench.config("web")["service_time"] == {"law": "exponential", "mean": 0.085}
    assert bench.panel.form.row(("config", "service_time", "cv2")) is None
    menu = bench.row("config", "service_time").editor.menu()
    assert [a.isChecked() for a in menu.actions()].count(True) == 1
    next(a for a in menu.actions() if a.text().startswith("logn")).trigger()
    assert bench.config("web")["service_time"] == {"law": "lognormal", "mean": 0.085}
    assert bench.line("config", "service_time") is line
    bench.type(bench.line("config", "service_time", "cv2"), "4")
    assert bench.config("web")["service_time"]["cv2"] == 4.0
    bench.type(line, "unif 5 to 20 ms")
    assert bench.config("web")["service_time"] == {"law": "uniform", "low": 0.005, "high": 0.02}
    assert line.text() == "unif 5–20"


def test_a_wrong_law_is_told(bench) -> None:
    bench.panel.set_selection(["web"])
    bench.type(bench.line("config", "service_time"), "unif 20 to 5")
    assert "low" in bench.row("config", "service_time").error.text()
    assert bench.edits == []


def test_choices_and_switches(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    box = bench.row("config", "discipline").editor.box
    assert [box.itemText(i) for i in range(box.count())] == ["FIFO", "LIFO", "Shared (PS)"]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert bench.config("web")["discipline"] == "lifo"
    switch = bench.row("config", "hold_while_waiting").editor.switch
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert bench.config("web")["hold_while_waiting"] is False


def test_a_nested_config_is_switched_on_filled_in_and_off_again(qtbot, bench) -> None:
    bench.panel.set_selection(["l1"])
    path = ("config", "connection")
    assert bench.panel.form.row((*path, "streams")) is None
    switch = bench.row(*path).editor.switch
    assert (switch.isChecked(), switch.words[0]) == (False, "off")
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert bench.config("l1")["connection"] == {}
    bench.type(bench.line(*path, "streams"), "100")
    bench.type(bench.line("config", "bandwidth"), "1 Gb/s")
    box = bench.row(*path, "protocol").editor.box
    assert "TLS 1.3, 0-RTT" in [box.itemText(i) for i in range(box.count())]
    assert bench.config("l1") == {
        "timeout": 1.0,
        "connection": {"streams": 100},
        "bandwidth": 125e6,
    }
    qtbot.mouseClick(bench.row(*path).editor.switch, Qt.MouseButton.LeftButton)
    assert "connection" not in bench.config("l1")
    assert bench.panel.form.row((*path, "streams")) is None


def test_arrivals_become_a_schedule_and_constant_again(qtbot, bench) -> None:
    bench.panel.set_selection(["users"])
    rate = bench.row("config", "arrivals", "rate").editor
    assert rate.constant.line.text() == "300"
    qtbot.mouseClick(rate.more, Qt.MouseButton.LeftButton)
    arrivals = bench.config("users")["arrivals"]
    assert arrivals == {"process": "poisson", "rate": [[0.0, 300.0], [60.0, 300.0]]}
    bench.type(rate.rows[1].rate.line, "2k rps")
    bench.type(rate.rows[1].time.line, "2 min")
    assert bench.config("users")["arrivals"]["rate"] == [[0.0, 300.0], [120.0, 2000.0]]
    qtbot.mouseClick(rate.add, Qt.MouseButton.LeftButton)
    assert len(rate.rows) == 3
    qtbot.mouseClick(rate.rows[0].remove, Qt.MouseButton.LeftButton)
    assert bench.config("users")["arrivals"]["rate"] == [[120.0, 2000.0], [180.0, 2000.0]]
    qtbot.mouseClick(rate.flat, Qt.MouseButton.LeftButton)
    assert bench.config("users")["arrivals"]["rate"] == 2000.0


def test_two_points_at_one_time_are_a_step(qtbot, bench) -> None:
    bench.panel.set_selection(["users"])
    rate = bench.row("config", "arrivals", "rate").editor
    qtbot.mouseClick(rate.more, Qt.MouseButton.LeftButton)
    bench.type(rate.rows[1].rate.line, "20")
    bench.type(rate.rows[1].time.line, "0 s")
    assert bench.config("users")["arrivals"]["rate"] == [[0.0, 300.0], [0.0, 20.0]]


def test_three_points_at_one_time_are_refused(qtbot, bench) -> None:
    bench.panel.set_selection(["users"])
    rate = bench.row("config", "arrivals", "rate").editor
    qtbot.mouseClick(rate.more, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(rate.add, Qt.MouseButton.LeftButton)
    bench.type(rate.rows[1].time.line, "0 s")
    bench.type(rate.rows[2].time.line, "0 s")
    assert len(bench.edits) == 3
    assert "only two" in bench.row("config", "arrivals", "rate").error.text()


def test_another_process_shows_its_own_fields(bench) -> None:
    bench.panel.set_selection(["users"])
    editor = bench.row("config", "arrivals").editor
    editor.box.setCurrentIndex(editor.box.findText("Closed"))
    editor.box.activated.emit(editor.box.currentIndex())
    assert bench.config("users")["arrivals"] == {"process": "closed"}
    assert bench.panel.form.row(("config", "arrivals", "rate")) is None
    bench.type(bench.line("config", "arrivals", "users"), "25")
    assert bench.config("users")["arrivals"] == {"process": "closed", "users": 25}


def test_a_mix_has_a_share_for_every_class(bench) -> None:
    bench.panel.set_selection(["users"])
    editors = bench.row("config", "mix").editor.editors
    assert [(name, each.line.text()) for name, each in editors.items()] == [
        ("read", "0.5"),
        ("write", "0.5"),
    ]
    bench.type(editors["read"].line, "0.9")
    bench.type(editors["write"].line, "0.1")
    assert bench.config("users")["mix"] == {"read": 0.9, "write": 0.1}
    bench.type(editors["write"].line, "0")
    assert bench.config("users")["mix"] == {"read": 0.9}


def test_classes_of_a_link_are_picked_from_the_design(bench) -> None:
    bench.panel.set_selection(["l1"])
    editor = bench.row("config", "classes").editor
    assert editor.button.text() == "all"
    menu = editor.menu()
    assert [a.text() for a in menu.actions() if a.text()] == ["All", "read", "write"]
    menu.actions()[2].trigger()
    assert bench.config("l1")["classes"] == ["read"]
    assert editor.button.text() == "read"
    editor.menu().actions()[0].trigger()
    assert bench.config("l1")["classes"] is None


def test_a_type_without_an_editor_is_edited_as_json(bench) -> None:
    bench.panel.set_selection(["users"])
    line = bench.line("config", "extras")
    bench.type(line, '{"a": [1]}')
    assert bench.config("users")["extras"] == {"a": [1]}
    for wrong in ("[1,", "[1e999]", "[NaN]", "[" * 60_000):
        line.setText(wrong)
        line.setModified(True)
        bench.row("config", "extras").editor.commit()
        assert "JSON" in bench.row("config", "extras").error.text()
    assert bench.config("users")["extras"] == {"a": [1]}


def test_a_retry_is_written_into_the_link(bench) -> None:
    bench.panel.set_selection(["l1"])
    assert bench.panel.header.name.text() == "Users → Checkout"
    bench.type(bench.line("config", "retry", "attempts"), "3")
    bench.type(bench.line("config", "retry", "backoff", "base"), "50ms")
    assert bench.config("l1")["retry"] == {"attempts": 3, "backoff": {"base": 0.05}}
    bench.row("config", "retry", "backoff", "base").dot.click()
    bench.row("config", "retry", "attempts").dot.click()
    assert "retry" not in bench.config("l1")


def test_several_nodes_show_what_they_share_and_change_together(bench) -> None:
    bench.panel.set_selection(["web", "api"])
    assert bench.panel.header.name.text() == "2 nodes"
    line = bench.line("config", "instances")
    assert line.text() == ""
    assert line.placeholderText() == "mixed"
    assert bench.line("config", "workers").text() == "4"
    bench.type(line, "3")
    assert [type(edit) for edit in bench.edits] == [CompoundEdit]
    assert bench.config("web")["instances"] == bench.config("api")["instances"] == 3
    bench.row("config", "instances").dot.click()
    assert bench.config("web") == bench.config("api") == {}


def test_nodes_of_different_kinds_share_the_fields_of_both(bench) -> None:
    bench.panel.set_selection(["web", "cache"])
    assert bench.panel.header.kind.text() == "2 kinds"
    assert bench.panel.form.row(("config", "instances")) is not None
    assert bench.panel.form.row(("config", "ttl")) is None
    assert bench.panel.form.row(("config", "workers")) is None


def test_setting_a_mixed_field_to_the_first_value_still_sets_all(bench) -> None:
    bench.panel.set_selection(["web", "api"])
    bench.type(bench.line("config", "instances"), "6")
    assert bench.config("api")["instances"] == 6


def test_different_sorts_of_items_are_counted(bench) -> None:
    bench.panel.set_selection(["web", "l1", "n1"])
    assert bench.panel.header.name.text() == "3 items"
    assert bench.panel.header.kind.text() == "1 node, 1 link, 1 note"


def test_renaming(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    bench.panel.focus_name()
    qtbot.keyClicks(bench.panel.header.name, "Pay desk")
    qtbot.keyClick(bench.panel.header.name, ENTER)
    assert bench.design.item("web").name == "Pay desk"
    bench.type(bench.panel.header.name, " ")
    assert bench.panel.header.name.text() == "Pay desk"
    assert len(bench.edits) == 1


def test_an_unknown_kind_keeps_its_settings_editable_as_json(bench) -> None:
    bench.panel.set_selection(["odd"])
    assert "unknown" in bench.panel.header.kind.text()
    bench.type(bench.line("config", "flux"), "4")
    bench.type(bench.line("config", "opts"), '{"a": [1, 2]}')
    assert bench.config("odd") == {"flux": 4, "opts": {"a": [1, 2]}}


def test_frames_and_notes(qtbot, bench) -> None:
    bench.panel.set_selection(["f1"])
    box = bench.row("kind").editor.box
    box.setCurrentIndex(box.findText("Region"))
    box.activated.emit(box.currentIndex())
    bench.row("collapsed").editor.switch.click()
    assert (bench.design.item("f1").kind, bench.design.item("f1").collapsed) == ("region", True)
    bench.panel.set_selection(["n1"])
    paper = bench.row("text").editor.paper
    paper.setFocus()
    paper.selectAll()
    qtbot.keyClicks(paper, "Try 300")
    bench.panel.set_selection(["web"])
    assert bench.design.item("n1").text == "Try 300"


def test_events_show_what_their_change_needs(bench) -> None:
    bench.panel.select_event(0)
    assert bench.panel.header.name.text() == "Slow down"
    bench.type(bench.line("at"), "90")
    bench.type(bench.line("duration"), "30 s")
    box = bench.row("change").editor.box
    box.setCurrentIndex(box.findText("Answer with errors"))
    box.activated.emit(box.currentIndex())
    event = bench.design.scenario.events[0]
    assert (event.at, event.duration, event.change) == (90.0, 30.0, "error")
    assert (event.probability, event.factor) == (0.2, None)
    bench.type(bench.line("probability"), "25")
    assert bench.design.scenario.events[0].probability == 0.25
    assert bench.panel.form.row(("factor",)) is None


def test_every_change_of_an_event_can_be_picked(bench) -> None:
    bench.panel.select_event(1)
    box = bench.row("change").editor.box
    for i in range(box.count()):
        box.setCurrentIndex(i)
        box.activated.emit(i)
        assert bench.row("change").error.isHidden(), box.itemText(i)
        assert bench.panel.header.name.text() == box.itemText(i)


def test_an_event_has_the_fields_and_defaults_of_its_record(bench) -> None:
    bench.panel.select_event(1)
    box = bench.row("change").editor.box
    assert [box.itemText(i) for i in range(box.count())] == [kind.title for kind in EVENT_KINDS]
    for kind in EVENT_KINDS:
        box = bench.row("change").editor.box
        at = box.findText(kind.title)
        if kind.name != bench.design.scenario.events[1].change:
            box.setCurrentIndex(at)
            box.activated.emit(at)
            event = bench.design.scenario.events[1]
            given = {field.name: getattr(event, field.attribute) for field in kind.fields}
            wanted = {f.name: f.default for f in kind.fields if f.sort != "item"}
            assert given.items() >= wanted.items()
            assert event.unread() == ()
        subject = EventSubject(bench.design, 1)
        own = [line for line in subject.fields() if line.path[-1] not in _OF_ALL]
        assert [(line.path[-1], line.title, line.unit) for line in own] == [
            (field.name, field.title, field.unit) for field in kind.fields
        ]
        assert subject.icon == kind.icon


def test_nothing_selected_shows_the_design(bench) -> None:
    assert bench.panel.header.name.text() == "Shop"
    bench.type(bench.line("scenario", "seed"), "42")
    assert bench.edits == [SetDesign(("scenario", "seed"), 42, "Set seed")]
    bench.type(bench.line("scenario", "warmup"), "700")
    assert "below duration" in bench.row("scenario", "warmup").error.text()
    assert bench.design.scenario.warmup == 60.0


def test_classes_are_added_changed_and_removed(bench) -> None:
    bench.row("classes", "+").editor.button.click()
    assert [c.name for c in bench.design.classes] == ["read", "write", "class 1"]
    bench.type(bench.line("classes", "2", "request_bytes"), "5 kB")
    bench.type(bench.line("classes", "2", "keys", "alpha"), "1.1")
    assert bench.design.classes[2].request_bytes == 5000.0
    assert bench.design.classes[2].keys.alpha == 1.1
    bench.row("classes", "0").editor.remove.click()
    assert [c.name for c in bench.design.classes] == ["write", "class 1"]


def test_objectives_are_added_changed_and_removed(bench) -> None:
    below = bench.line("objectives", "0", "below")
    assert (below.text(), below.suffix()) == ("250", "ms")
    bench.type(below, "300")
    assert bench.design.objectives[0].below == 0.3
    bench.type(below, "none")
    assert "below" in bench.row("objectives", "0", "below").error.text()
    bench.row("objectives", "+").editor.button.click()
    assert bench.design.objectives[1].metric == "users.latency.p99"
    bench.row("objectives", "0").editor.remove.click()
    assert len(bench.design.objectives) == 1


def test_a_removed_item_leaves_the_design(bench) -> None:
    bench.panel.set_selection(["web"])
    bench.apply(Remove.of("web"))
    assert bench.panel.header.name.text() == "Shop"


def test_findings_of_the_selection_stand_under_their_field_with_a_remedy(qtbot, bench) -> None:
    fix = SetField("web", ("config", "queue_limit"), 300, "Set 300")
    bench.panel.set_findings(
        [
            Finding(
                level="risk",
                code="unbounded-queue",
                message="Unbounded <queue>.",
                id="web",
                field="config.queue_limit",
                fix=fix,
            ),
            Finding(level="warning", code="x", message="Elsewhere.", id="cache"),
        ]
    )
    bench.panel.set_selection(["web"])
    cards = [c for c in bench.panel.findChildren(FindingCard) if c.isVisible()]
    assert len(cards) == 1
    assert "Unbounded &lt;queue&gt;." in cards[0].label.text()
    headings = bench.panel.form.findChildren(GroupHeading)
    failures = next(heading for heading in headings if heading.name == "Failures")
    assert bench.row("config", "queue_limit").y() < cards[0].y() < failures.y()
    cards[0].label.linkActivated.emit("fix")
    assert bench.edits == [fix]
    bench.panel.set_findings([])
    assert [c for c in bench.panel.findChildren(FindingCard) if c.isVisible()] == []


def test_a_finding_leads_to_its_field(bench) -> None:
    bench.panel.set_selection(["web"])
    bench.panel.focus_field("config.service_time.mean")
    assert QApplication.focusWidget() is bench.line("config", "service_time")


def test_tab_goes_down_the_form(qtbot, bench) -> None:
    bench.panel.set_selection(["api"])
    bench.line("config", "workers").setFocus()
    qtbot.keyClick(bench.line("config", "workers"), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is bench.line("config", "service_time")


def test_the_form_fits_a_narrow_panel_and_long_names(bench) -> None:
    bench.apply(SetField("web", ("name",), "A very long name of a reconciliation service " * 3))
    bench.panel.set_selection(["web"])
    bench.panel.resize(240, 700)
    QApplication.processEvents()
    form = bench.panel.findChild(Form)
    assert form.minimumSizeHint().width() <= 240
    for path in (("config", "instances"), ("config", "service_time")):
        line = bench.line(*path)
        assert line.width() >= 90
        assert line.mapTo(bench.panel, line.rect().bottomRight()).x() < 240


def test_another_theme_is_taken_over(bench, look) -> None:
    bench.panel.set_selection(["web"])
    QApplication.processEvents()
    assert bench.panel.grab().toImage().pixelColor(3, 300).name() == DARK.panel
    look.set_preference("light")
    look.dressing.finish()
    assert bench.panel.grab().toImage().pixelColor(3, 300).name() == LIGHT.panel


def test_the_help_of_the_kind_opens_and_closes(qtbot, bench) -> None:
    bench.panel.set_selection(["web"])
    assert bench.panel.guide.isHidden()
    qtbot.mouseClick(bench.panel.header.help, Qt.MouseButton.LeftButton)
    assert bench.panel.guide.isVisible()
    assert "Service" in bench.panel.guide.text()
    bench.panel.set_selection(["cache"])
    assert bench.panel.guide.isHidden()


def test_a_recording_is_told_and_loaded_from_a_file(qtbot, bench) -> None:
    recording = {
        "process": "trace",
        "times": [place * 0.5 for place in range(1, 1201)],
        "classes": ["read", "read", "write"] * 400,
        "keys": [place % 7 for place in range(1200)],
    }
    bench.apply(SetField("users", ("config", "arrivals"), recording))
    bench.panel.set_selection(["users"])
    editor = bench.row("config", "arrivals", "times").editor
    assert editor.text.text() == "1\N{NO-BREAK SPACE}200 arrivals in 10 min"
    assert sum(editor.curve.counts) == 1200
    assert max(editor.curve.counts) - min(editor.curve.counts) <= 2
    assert bench.row("config", "arrivals", "classes").editor.text.text() == "read 67 %, write 33 %"
    assert bench.row("config", "arrivals", "keys").editor.text.text() == "7 different"
    wanted = []
    bench.panel.recording_wanted.connect(wanted.append)
    qtbot.mouseClick(editor.load, Qt.MouseButton.LeftButton)
    assert wanted == ["users"]
    bench.panel.refuse("config.arrivals.times", "log.csv: line 2: no time")
    assert bench.row("config", "arrivals", "times").error.text() == "log.csv: line 2: no time"
    qtbot.mouseClick(bench.row("config", "arrivals", "classes").dot, Qt.MouseButton.LeftButton)
    assert "classes" not in bench.config("users")["arrivals"]


def test_a_trace_without_a_recording_says_so(bench) -> None:
    bench.apply(SetField("users", ("config", "arrivals"), {"process": "trace"}))
    bench.panel.set_selection(["users"])
    editor = bench.row("config", "arrivals", "times").editor
    assert editor.text.text() == "none recorded"
    assert editor.curve.isHidden()
    assert bench.row("config", "arrivals", "keys").editor.load.isHidden()


def test_the_class_of_the_calls_of_a_link_is_picked_from_the_design(bench) -> None:
    bench.panel.set_selection(["l1"])
    box = bench.row("config", "class").editor.box
    assert [box.itemText(i) for i in range(box.count())] == ["The caller's", "read", "write"]
    assert box.currentIndex() == 0
    box.activated.emit(2)
    assert bench.config("l1")["class"] == "write"
    bench.row("config", "class").editor.box.activated.emit(0)
    assert bench.config("l1").get("class") is None


def test_a_class_is_renamed_wherever_it_is_named_in_one_step(bench) -> None:
    bench.apply(SetField("users", ("config", "mix"), {"read": 0.5, "write": 0.5}))
    bench.apply(SetField("l1", ("config", "class"), "write"))
    bench.apply(SetField("l1", ("config", "classes"), ["read", "write"]))
    before = bench.design
    bench.panel.set_selection([])
    place = next(i for i, each in enumerate(before.classes) if each.name == "write")
    bench.type(bench.row("classes", str(place), "name").editor.line, "order")
    assert [each.name for each in bench.design.classes] == ["read", "order"]
    assert bench.config("l1")["class"] == "order"
    assert bench.config("l1")["classes"] == ["read", "order"]
    assert bench.config("users")["mix"] == {"read": 0.5, "order": 0.5}
    assert bench.edits[-1].apply(before).inverse.apply(bench.design).design == before


def test_how_far_a_frame_is_from_each_other_one(qtbot, bench) -> None:
    """A line for each of the others, by its name; no time is nothing said."""
    bench.panel.set_selection(["f1"])
    lines = bench.row("config", "round_trip").editor.editors
    assert list(lines) == ["f2"]
    assert "zone a" in titles(bench)
    bench.type(lines["f2"].line, "70 ms")
    assert bench.config("f1")["round_trip"] == {"f2": pytest.approx(0.07)}
    bench.type(bench.row("config", "round_trip").editor.editors["f2"].line, "0")
    assert bench.config("f1")["round_trip"] == {}


def test_a_frame_names_a_place_and_says_how_far_that_is_from_others(qtbot, bench) -> None:
    bench.apply(SetField("f2", ("config", "place"), "aws/us-east-1"))
    bench.panel.set_selection(["f1"])
    place = bench.row("config", "place").editor
    labels = [place.box.itemText(i) for i in range(place.box.count())]
    assert labels[0] == "None"
    assert "aws/eu-west-1 · Ireland" in labels
    place.box.activated.emit(labels.index("aws/eu-west-1 · Ireland"))
    assert bench.edits[-1].value == "aws/eu-west-1"
    titles_of = bench.row("config", "round_trip").editor.titles
    assert titles_of["f2"].text().endswith("(measured)")
    line = bench.row("config", "round_trip").editor.editors["f2"].line
    assert (line.text(), line.placeholderText()) == ("", "69.6 ms")
    bench.type(bench.row("config", "round_trip").editor.editors["f2"].line, "90 ms")
    assert "measured" not in bench.row("config", "round_trip").editor.titles["f2"].text()


def test_tab_goes_from_the_name_down_the_form(qtbot, bench) -> None:
    """Through all that is seen, the lines of a table too, whatever was shown before."""
    bench.panel.show()
    qtbot.waitExposed(bench.panel)
    bench.panel.set_selection(["users"])
    bench.panel.set_selection(["f1"])
    bench.wait()
    walked = []
    step = bench.panel.header.name
    for _ in range(200):
        step = step.nextInFocusChain()
        if step.isVisible() and step.focusPolicy() & Qt.FocusPolicy.TabFocus:
            walked.append(step)
        if step is bench.panel.header.name:
            break
    kind = bench.row("kind").editor.box
    place = bench.row("config", "place").editor.box
    trip = bench.row("config", "round_trip").editor.editors["f2"].line
    found = [each for each in walked if each in (kind, place, trip)]
    assert found == [kind, place, trip]
    assert isinstance(walked[0], GroupHeading)
    assert walked[1] is kind
