"""Lists of rows in the inspector: steps and schedules of autoscalers, rules of alerts, points of a curve."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from engine.catalog import COMPONENTS
from engine.model.alerts import Alerts
from engine.model.autoscale import Autoscale
from engine.model.design import Design, Node, Objective
from engine.model.edits import SetField
from engine.model.load_curves import TableLoad
from tests.widgets.inspector.conftest import Bench
from widgets.inspector import InspectorPanel
from widgets.inspector.editors.pager import LINES
from widgets.inspector.fields import Column, config_fields
from widgets.inspector.shapes import shape_of

SCALE = {"max": 20, "steps": [[0, -1], [0.3, 0], [0.8, 2]], "schedule": [[100, 3]]}
STEPS, SCHEDULE = (("config", "autoscale", name) for name in ("steps", "schedule"))


@pytest.fixture
def bench(qtbot, look) -> Bench:
    panel = InspectorPanel(COMPONENTS, look)
    qtbot.addWidget(panel)
    panel.resize(308, 900)
    design = Design(
        nodes=(Node(id="web", kind="service", config={"autoscale": SCALE}),),
        objectives=(Objective.model_validate({"metric": "web.availability", "above": 0.9, "alerts": {}}),),
    )  # fmt: skip
    made = Bench(panel, design, qtbot)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()
    panel.set_selection(["web"])
    return made


def stored(bench, name: str):
    return bench.config("web")["autoscale"].get(name)


def texts(editor) -> list[list[str]]:
    return [[each.line.text() for each in row.editors] for row in editor.rows]


def press(bench, button) -> None:
    bench.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("model", [Autoscale, Alerts, TableLoad])
def test_every_column_has_a_name(model) -> None:
    fields = [each for each in config_fields(model, {}) if each.shape.sort == "rows"]
    assert fields
    for field in fields:
        assert len(field.columns) == len(field.shape.columns)
        assert not any(column.title.endswith(".") for column in field.columns)


def test_columns_tell_whole_numbers_from_others() -> None:
    (steps,) = [each for each in config_fields(Autoscale, {}) if each.path == ("steps",)]
    assert steps.columns == (Column("From"), Column("Instances more", sort="integer"))
    assert shape_of(tuple[tuple[float, str], ...]).sort == "json"
    assert shape_of(tuple[float, ...]).sort == "numbers"


def test_rows_are_read_below_their_names(bench) -> None:
    steps = bench.row(*STEPS).editor
    assert [label.text() for label in steps.heads] == ["From", "Instances more"]
    assert texts(steps) == [["0", "-1"], ["0.3", "0"], ["0.8", "2"]]
    assert texts(bench.row(*SCHEDULE).editor) == [["100", "3"]]
    assert bench.row(*SCHEDULE).editor.rows[0].editors[0].line.suffix() == "s"


def test_a_number_is_changed_and_the_rows_stay_in_order(bench) -> None:
    steps = bench.row(*STEPS).editor
    bench.type(steps.rows[2].editors[1].line, "4")
    assert stored(bench, "steps") == [[0, -1], [0.3, 0], [0.8, 4]]
    bench.type(steps.rows[0].editors[0].line, "0.5")
    assert stored(bench, "steps") == [[0.3, 0], [0.5, -1], [0.8, 4]]
    assert isinstance(stored(bench, "steps")[1][1], int)


def test_units_are_typed(bench) -> None:
    bench.type(bench.row(*SCHEDULE).editor.rows[0].editors[0].line, "5 min")
    assert stored(bench, "schedule") == [[300.0, 3]]


def test_a_new_row_fits_between_the_last_two(bench) -> None:
    steps = bench.row(*STEPS).editor
    press(bench, steps.add)
    assert stored(bench, "steps") == [[0, -1], [0.3, 0], [0.55, 1], [0.8, 2]]
    schedule = bench.row(*SCHEDULE).editor
    press(bench, schedule.add)
    assert stored(bench, "schedule") == [[100, 3], [101, 3]]


def test_rows_come_and_go_down_to_none(bench) -> None:
    schedule = bench.row(*SCHEDULE).editor
    press(bench, schedule.rows[0].remove)
    assert stored(bench, "schedule") is None
    assert schedule.rows == []
    assert not schedule.wide()
    press(bench, bench.row(*SCHEDULE).editor.add)
    assert stored(bench, "schedule") == [[0, 0]]


def test_what_the_design_refuses_is_marked_and_said(bench) -> None:
    schedule = bench.row(*SCHEDULE).editor
    bench.type(schedule.rows[0].editors[1].line, "50")
    assert stored(bench, "schedule") == [[100, 3]]
    assert "he schedule asks for 50 instances and max is 20" in bench.row(*SCHEDULE).error.text()
    assert schedule.rows[0].editors[1].line.property("invalid") == "true"
    bench.type(bench.row(*SCHEDULE).editor.rows[0].editors[1].line, "5")
    assert stored(bench, "schedule") == [[100, 5]]
    assert bench.row(*SCHEDULE).error.text() == ""


def test_no_number_is_refused_where_it_stands(bench) -> None:
    steps = bench.row(*STEPS).editor
    bench.type(steps.rows[0].editors[1].line, "1.5")
    assert stored(bench, "steps") == SCALE["steps"]
    assert "whole number" in bench.row(*STEPS).error.text()


def test_rules_keep_their_falling_order(bench) -> None:
    bench.panel.set_selection([])
    path = next(
        row.field.path for row in bench.panel.form._rows.values() if row.field.path[-1] == "rules"
    )
    rules = bench.row(*path).editor
    assert texts(rules)[0] == ["14.4", "1", "300"], "an hour"
    bench.type(rules.rows[0].editors[0].line, "10")
    rows = bench.design.objectives[0].alerts.rules
    assert [row[0] for row in rows] == [10.0, 6.0, 1.0]


def test_the_longest_number_is_seen_whole_in_a_narrow_inspector(bench) -> None:
    bench.panel.set_selection([])
    (rules,) = [
        row.editor for row in bench.panel.form._rows.values() if row.field.path[-1] == "rules"
    ]
    assert rules.rows[2].editors[1].line.text() == "3", "days"
    bench.type(rules.rows[2].editors[1].line, "259201 s")
    line = rules.rows[2].editors[1].line
    assert line.text() == "259201"
    assert line.cursorRect().isValid()
    room = line.width() - line.textMargins().right()
    assert line.fontMetrics().horizontalAdvance("259201") < room


def test_several_with_different_rows_say_so(bench, qtbot) -> None:
    other = Node(id="api", kind="service", config={"autoscale": SCALE | {"steps": [[0, 1]]}})
    bench.design = Design(nodes=(*bench.design.nodes, other))
    bench.panel.set_design(bench.design)
    bench.panel.set_selection(["web", "api"])
    steps = bench.row(*STEPS).editor
    assert steps.rows == []
    assert steps.add.text() == "mixed; write one for all"


def test_long_lists_are_seen_page_by_page_and_kept_whole(bench) -> None:
    many = [[float(place), place % 7] for place in range(3 * LINES + 5)]
    bench.apply(SetField("web", ("config", "autoscale", "steps"), many))
    editor = bench.row(*STEPS).editor
    assert len(editor.rows) == LINES
    press(bench, editor.pager.on)
    assert texts(editor)[0][0] == str(LINES)
    press(bench, editor.rows[0].remove)
    assert stored(bench, "steps") == many[:LINES] + many[LINES + 1 :]
    press(bench, editor.add)
    assert len(stored(bench, "steps")) == len(many)
    assert len(editor.rows) == 5, "the last page is seen"
    assert stored(bench, "steps")[:LINES] == many[:LINES]


def test_a_choice_is_read_whole_at_the_least_width_of_the_inspector(bench) -> None:
    """Its field takes what the title leaves; a switch below keeps to the column."""
    bench.apply(SetField("web", ("config", "discipline"), "adaptive_lifo"))
    box = bench.row("config", "discipline").editor.box
    bench.qtbot.waitUntil(lambda: box.width() >= box.needed_width())
    assert box.currentText() == "Adaptive LIFO"
    bench.apply(SetField("web", ("config", "discipline"), "ps"))
    bench.apply(SetField("web", ("config", "discipline"), "fifo"))
    bench.qtbot.waitUntil(lambda: box.width() < 130)
