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


def test_a_short_text_takes_the_place_of_an_endless_one_before_lines_are_broken_at_words(
    qtbot,
) -> None:
    """The other way round, Qt would look through the endless one once more."""
    paper = Paper()
    qtbot.addWidget(paper)
    paper.show_text("x" * 200_000)
    seen: list[object] = []
    paper.textChanged.connect(lambda: seen.append(paper.wordWrapMode()))
    paper.show_text("What it is for")
    assert seen[0] == QTextOption.WrapMode.WrapAnywhere
    assert paper.wordWrapMode() == QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
    paper.show_text("x" * 200_000)
    note = QMimeData()
    note.setText("a word")
    paper.insertFromMimeData(note)
    assert paper.wordWrapMode() == QTextOption.WrapMode.WrapAnywhere, "the rest is endless still"
