"""The notes of shipped designs are as large as their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from engine.model import files
from tests.designs.running import FILES
from widgets.canvas.look import Look
from widgets.canvas.note_painter import PADDING, paint_note
from widgets.theme import DARK, IconSet, load_fonts

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from engine.model.design import Note


def text_end(note: Note, look: Look) -> float:
    """Height at which the text of a note ends, were the note high enough for any text."""
    width, height = round(note.width), 3 * round(note.height)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(look.theme.sticky))
    painter = QPainter(image)
    paint_note(painter, QRectF(0.0, 0.0, width, height), note.text, look)
    painter.end()
    pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(height, width, 4)
    ink = QColor(look.theme.sticky_text)
    away = np.abs(pixels[:, :, :3].astype(int) - (ink.blue(), ink.green(), ink.red())).sum(axis=2)
    inside = away[:, round(PADDING) : width - round(PADDING)]
    return float(np.flatnonzero((inside < 90).any(axis=1)).max())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_note_shows_all_of_its_text(path: Path, qapp: QApplication) -> None:
    load_fonts()
    look = Look(DARK, IconSet())
    for note in files.load(path).notes:
        assert text_end(note, look) <= note.height - 8.0, note.id
