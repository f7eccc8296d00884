"""Fields for several words: what is offered is added and taken out, whatever else is typed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from widgets.study.boxes import ChoiceBox, ListBox, words_in
from widgets.study.fields import Choice

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def box(qtbot):
    made = ListBox()
    qtbot.addWidget(made)
    made.set_choices([Choice(word, word.title()) for word in ("node", "link", "zone")], "")
    made.show()
    return made


def pick(box: ListBox, word: str, qtbot) -> None:
    """Open the choices and take one by keys."""
    box.showPopup()
    box.view().setCurrentIndex(box.model().index(box.findText(word), 0))
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    qtbot.wait(0)
    qtbot.waitUntil(lambda: not box.view().isVisible(), timeout=2_000)


def test_a_choice_is_added_and_the_same_again_taken_out(box, qtbot) -> None:
    for word, text in (("node", "node"), ("zone", "node, zone"), ("node", "zone"), ("zone", "")):
        pick(box, word, qtbot)
        assert box.currentText() == text


def test_what_was_typed_stays_beside_what_is_chosen(box, qtbot) -> None:
    box.setEditText("east , east")
    pick(box, "link", qtbot)
    assert box.currentText() == "east, link"


def test_the_offered_words_are_ticked_that_are_in_the_list(box) -> None:
    box.setEditText("zone,node")
    box.showPopup()
    role = Qt.ItemDataRole.CheckStateRole
    ticked = [
        box.itemText(n)
        for n in range(box.count())
        if box.itemData(n, role) == Qt.CheckState.Checked
    ]
    box.hidePopup()
    assert ticked == ["node", "zone"]


def test_the_arrows_open_the_choices_and_replace_nothing(box, qtbot) -> None:
    box.setEditText("east")
    QTest.keyClick(box, Qt.Key.Key_Down)
    qtbot.waitUntil(box.view().isVisible, timeout=2_000)
    box.hidePopup()
    assert box.currentText() == "east"


def test_return_leaves_what_is_typed(box) -> None:
    box.setEditText("node")
    QTest.keyClick(box.line, Qt.Key.Key_Return)
    QTest.keyClick(box.line, Qt.Key.Key_Return)
    assert box.currentText() == "node"


def test_words_are_told_apart_by_commas() -> None:
    assert words_in(" a, b c ,,a,") == ["a", "b c"]


def test_a_choice_stands_by_its_name_and_means_its_value(qtbot) -> None:
    box = ChoiceBox(named=True)
    qtbot.addWidget(box)
    box.show_value("users.latency.p99")
    assert box.currentText() == "users.latency.p99"
    offered = [Choice("users.latency.p99", "Shoppers: p99 latency"), Choice("web.goodput", "Web")]
    box.set_choices(offered, "p99")
    assert box.currentText() == "Shoppers: p99 latency"
    assert box.value() == "users.latency.p99"
    box.setEditText("Web")
    assert box.value() == "web.goodput"
    box.setEditText("web.latency.above.0.25")
    assert box.value() == "web.latency.above.0.25"
    box.set_choices(offered[1:], "p99")
    box.show_value("p99")
    assert box.value() == "p99"
