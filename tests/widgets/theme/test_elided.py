"""What is too narrow for its text ends in an ellipsis, not in half a letter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

from widgets.theme import ElidedBox, ElidedButton, ElidedLabel

LONG = "Least latency of all replicas"


def picture(widget: QWidget) -> QImage:
    widget.setFixedSize(110, 28)
    return widget.grab().toImage()


def box(kind: type[QComboBox], text: str) -> QComboBox:
    made = kind()
    made.addItem(text)
    return made


@pytest.mark.parametrize(
    ("make", "plain"),
    [
        (lambda text: box(ElidedBox, text), lambda text: box(QComboBox, text)),
        (ElidedButton, QPushButton),
    ],
)
def test_a_narrow_one_shows_the_beginning_and_an_ellipsis(qtbot, make, plain) -> None:
    narrow = make(LONG)
    qtbot.addWidget(narrow)
    drawn = picture(narrow)
    cuts = [LONG[:end] + "…" for end in range(3, len(LONG))]
    assert any(drawn == picture(plain(cut)) for cut in cuts)
    whole = make("FIFO")
    qtbot.addWidget(whole)
    assert picture(whole) == picture(plain("FIFO"))


def test_a_label_stands_where_it_is_aligned(qtbot) -> None:
    label, plain = ElidedLabel(), QLabel()
    qtbot.addWidget(label)
    label.set_full_text("open")
    plain.setText("open")
    for each in (label, plain):
        each.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    assert picture(label) == picture(plain)


def test_a_text_of_many_lines_is_shown_as_one(qtbot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.resize(120, 24)
    label.set_full_text("Shop of\nmany lines")
    many = label.grab().toImage()
    assert label.text() == "Shop of\nmany lines"
    label.set_full_text("Shop of many lines")
    assert label.grab().toImage() == many
