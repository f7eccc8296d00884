"""The beginning of a chain of causes in the inspector: a few lines, each a click away from where it was."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from engine.why.fact import Fact
from widgets.inspector.causes_section import MOST, CausesSection

FACTS = tuple(Fact(60.0 + i, f"<b>Fact</b> {i}", node=f"n{i}", first=i == 0) for i in range(9))


@pytest.fixture
def section(qtbot, look) -> CausesSection:
    made = CausesSection(look)
    qtbot.addWidget(made)
    made.resize(300, 300)
    return made


def test_nothing_is_shown_while_all_is_well(section) -> None:
    assert section.isHidden()
    section.show_causes("failing", FACTS)
    assert not section.isHidden()
    section.show_causes("", ())
    assert section.isHidden()


def test_the_first_causes_are_listed_and_the_rest_is_counted(section, qtbot) -> None:
    section.show_causes("failing", FACTS)
    assert section.title.text() == "Why is it failing?"
    assert [row.fact for row in section.rows] == list(FACTS[:MOST])
    assert section.rows[0].what.textFormat() == Qt.TextFormat.PlainText
    assert str(len(FACTS)) in section.more.text()
    with qtbot.waitSignal(section.all_requested):
        section.more.click()
    section.show_causes("failing", FACTS[:2])
    assert section.more.isHidden()
    section.grab()


def test_a_line_leads_to_where_it_was(section, qtbot) -> None:
    section.show_causes("down", FACTS)
    with qtbot.waitSignal(section.item_requested) as asked:
        qtbot.mouseClick(section.rows[3], Qt.MouseButton.LeftButton)
    assert asked.args == ["n3"]


def test_the_same_causes_leave_the_lines_alone(section) -> None:
    """The keyboard may be in one of them, and they are asked for every two seconds."""
    section.show_causes("failing", FACTS)
    rows = list(section.rows)
    section.show_causes("failing", tuple(FACTS))
    assert section.rows == rows
