"""Notes: whole lines only, an ellipsis where more follows, and nothing of the text under what is cited."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.model.citing import foot_of
from widgets.canvas.look import Look
from widgets.canvas.note_painter import NoteChip, _wrapped, paint_note
from widgets.theme import DARK, IconSet

CHIP = NoteChip("Web: p99 latency 48 ms · run 3f2a8c1e", "holds", "healthy")
TEXT = "A title\n" + "\n".join(f"Line {number} says something" for number in range(30))


@pytest.fixture
def look(qapp: QApplication) -> Look:
    assert qapp is not None
    return Look(DARK, IconSet())


def painted(look: Look, text: str, height: float, chips: int = 0) -> QImage:
    """A note that is 220 wide."""
    picture = QImage(220, round(height), QImage.Format.Format_RGB32)
    picture.fill(QColor(look.theme.sticky))
    painter = QPainter(picture)
    paint_note(painter, QRectF(0, 0, 220, height), text, look, chips=(CHIP,) * chips)
    painter.end()
    return picture


@pytest.mark.parametrize("height", [1, 10, 20])
@pytest.mark.parametrize("text", ["One", TEXT, ""])
def test_a_note_that_is_too_low_for_a_line_is_painted(look: Look, text: str, height: int) -> None:
    """An exception amid painting would leave the whole canvas empty."""
    assert not painted(look, text, height).isNull()


def test_no_more_is_laid_out_than_could_be_seen(look: Look) -> None:
    """However long a word is, all lines of it are there, and look as they do for a word that is shorter."""
    lines, _ = _wrapped("x" * 200_000, 0.0, 196.0, look.note_font)
    assert len(lines) == 400
    assert len(lines[0].layout.text()) == 40_000
    assert inked(look, "x" * 200_000, 140) == inked(look, "x" * 5_000, 140)


def inked(look: Look, text: str, height: float, chips: int = 0) -> list[int]:
    """Rows of a note in which something is written, from its top edge on."""
    picture = painted(look, text, height, chips)
    paper = QColor(look.theme.sticky).lightness()

    def is_ink(column: int, row: int) -> bool:
        return abs(QColor(picture.pixel(column, row)).lightness() - paper) > 50

    # Along the edges lies the shadow of the paper, which is askew.
    return [
        row for row in range(6, picture.height() - 6) if any(is_ink(x, row) for x in range(14, 206))
    ]


def bands(rows: list[int]) -> list[int]:
    """Heights of the lines that are written."""
    found, last = list[int](), -9
    for row in rows:
        if row > last + 2:
            found.append(0)
        found[-1] += row - last if row <= last + 2 else 1
        last = row
    return found


@pytest.mark.parametrize("height", [60.0, 83.0, 97.0, 120.0, 151.0])
@pytest.mark.parametrize("chips", [0, 1, 3])
def test_no_line_is_cut_in_half_or_covered(look: Look, height: float, chips: int) -> None:
    grown = height + foot_of(chips)
    rows = inked(look, TEXT, grown, chips)
    written = [row for row in rows if row < height - 5.0]
    assert bands(written) == bands([row for row in inked(look, TEXT, height) if row < height - 5.0])
    assert min(bands(written)) >= 8  # of a line that is cut, less would be seen


def test_an_ellipsis_tells_that_more_follows(look: Look) -> None:
    lines = ["A title", "First"]
    whole = inked(look, "\n".join(lines), 60.0)
    cut = inked(look, "\n".join([*lines, *["and more"] * 9]), 60.0)
    assert len(bands(whole)) == len(bands(cut)) == 2
    picture = [painted(look, "\n".join(each), 60.0) for each in (lines, [*lines, "more", "more"])]
    assert picture[0] != picture[1]  # the same lines, the last one with an ellipsis
    assert picture[1] == painted(look, "A title\nFirst …", 60.0)


def test_a_note_that_has_room_is_painted_to_its_end(look: Look) -> None:
    assert len(bands(inked(look, "One\nTwo\nThree", 140.0))) >= 3
