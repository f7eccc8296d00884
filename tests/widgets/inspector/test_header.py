"""The inspector's head cuts a name that is too long."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from widgets.inspector.header import NameLine

LONG = "Checkout with a name that is far too long for the head"


def picture(line: NameLine) -> QImage:
    return line.grab().toImage()


def test_a_long_name_ends_in_an_ellipsis_and_a_short_one_does_not(qtbot: QtBot) -> None:
    line = NameLine()
    qtbot.addWidget(line)
    line.resize(160, 28)
    line.show_text(LONG)
    cut = picture(line)
    line.show_text(LONG + " and more")
    assert picture(line) == cut, "what does not fit is not seen"
    line.show_text("Checkout")
    assert picture(line) != cut
    assert line.text() == "Checkout"


def test_a_name_that_is_pasted_has_one_line(bench, qtbot: QtBot) -> None:
    bench.panel.set_selection(["web"])
    name = bench.panel.header.name
    name.setFocus()
    name.selectAll()
    name.insert('{\n  "nodes": [\n  ]\n}')
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert bench.design.item("web").name == '{ "nodes": [ ] }'
