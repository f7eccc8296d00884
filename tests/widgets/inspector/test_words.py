"""Long texts in the inspector."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextOption

from widgets.inspector.editors.words import Paper


def test_a_text_without_a_space_is_broken_anywhere(qtbot) -> None:
    """To look for where 200 000 letters in a row could be broken takes Qt four seconds."""
    paper = Paper()
    qtbot.addWidget(paper)
    paper.show_text("x" * 200_000)
    assert paper.wordWrapMode() == QTextOption.WrapMode.WrapAnywhere
    paper.show_text("What it is for")
    assert paper.wordWrapMode() == QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
    pasted = QMimeData()
    pasted.setText("y" * 200_000)
    paper.insertFromMimeData(pasted)
    assert paper.wordWrapMode() == QTextOption.WrapMode.WrapAnywhere
