"""Names that are read from right to left: their ellipsis and what follows stand where they are read."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.model.design import Frame
from widgets.canvas.frame_painter import frame_label
from widgets.theme import ElidedLabel, directed

HEBREW = "שירות התשלומים הראשי של החנות המקוונת"
ARABIC = "خدمة الدفع الرئيسية"


@pytest.mark.parametrize("text", ["Web", "42", "", "Web שירות", "… 12 ms", "→ Web"])
def test_what_reads_from_left_to_right_stays_as_it_is(text: str) -> None:
    assert directed(text) == text


@pytest.mark.parametrize("text", [HEBREW, ARABIC, f"42 {HEBREW}", f"{ARABIC} v2"])
def test_what_reads_from_right_to_left_is_kept_apart(text: str) -> None:
    assert directed(text) == f"\u2067{text}\u2069"


def test_what_leads_to_a_name_stays_before_it() -> None:
    assert directed(f"  → {HEBREW}") == f"  → \u2067{HEBREW}\u2069"


def test_each_part_of_a_frames_label_has_its_own_direction() -> None:
    frame = Frame(id="z", kind="zone", name=HEBREW)
    assert frame_label(frame) == f"Zone · \u2067{HEBREW}\u2069"


def inked(image: QImage, columns: range) -> int:
    """Dots that are not white in some columns."""
    white = QColor("white").rgb()
    return sum(image.pixel(x, y) != white for x in columns for y in range(image.height()))


def test_a_cut_label_ends_at_the_left(qapp: QApplication, qtbot) -> None:
    """The last three columns at the right hold the beginning of the name, not its ellipsis."""
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setStyleSheet("color: black; background: white")
    label.set_full_text(HEBREW)
    label.resize(80, 24)
    text = label.fontMetrics().elidedText(HEBREW, Qt.TextElideMode.ElideRight, 80)
    assert text.endswith("…")
    drawn = QImage(80, 24, QImage.Format.Format_RGB32)
    drawn.fill(QColor("white"))
    label.render(drawn)
    apart = QImage(80, 24, QImage.Format.Format_RGB32)
    apart.fill(QColor("white"))
    painter = QPainter(apart)
    painter.setPen(QColor("black"))
    painter.setFont(label.font())
    painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    flags = (
        Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
    )
    painter.drawText(QRect(0, 0, 80, 24), flags, text)
    painter.end()
    dots = label.fontMetrics().horizontalAdvance("…")
    assert abs(inked(drawn, range(dots)) - inked(apart, range(dots))) <= 2
