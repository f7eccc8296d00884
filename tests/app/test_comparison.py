"""The comparison with another design: marks, outlines of what is gone, and rows that lead to their items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.comparison import map_of
from app.differences_card import DifferencesCard
from app.document import DesignDocument
from app.file_controller import FileController
from app.history import FileHistory
from app.settings import Settings
from engine.catalog.differing import told
from engine.model import files
from engine.model.design import Node
from engine.model.edits import Edit, Insert, Move, Position, Remove, SetField
from engine.model.files import from_raw
from tests.helpers.fakes import FakeDialogs
from tests.helpers.strategies import rich_raw
from widgets.canvas.ghosts import paint_ghosts
from widgets.canvas.look import Look
from widgets.theme import ThemeManager

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = from_raw(rich_raw())
EDITS: tuple[Edit, ...] = (
    Remove.of("mailer"),
    Insert.of(Node(id="new", kind="service", name="<b>New</b>", x=50.0)),
    SetField("web", ("config", "workers"), 3),
    SetField("web", ("config", "instances"), 4),
    Move((Position("db", 9.0, 9.0), Position("web", 8.0, 8.0))),
)


def after() -> Any:
    design = BEFORE
    for edit in EDITS:
        design = edit.apply(design).design
    return design


def test_the_map_marks_by_word_and_shape_and_outlines_what_is_gone() -> None:
    design = after()
    blast = map_of(told(BEFORE, design), BEFORE, design, "Since a")
    words = {each: (mark.tone, mark.word, mark.detail) for each, mark in blast.marks.items()}
    assert words == {
        "new": ("healthy", "+ added", ""),
        "web": ("strained", "• changed", "Instances: 2 → 4 and 1 more"),
        "db": ("idle", "↔ moved", ""),
    }
    assert [(each.id, each.is_line) for each in blast.ghosts] == [
        ("mailer", False),
        ("orders-mailer", True),
    ]
    mailer = BEFORE.node_by_id["mailer"]
    ghost = blast.ghosts[0]
    assert (ghost.x + ghost.width / 2, ghost.y + ghost.height / 2) == (mailer.x, mailer.y)
    assert ghost.text == "− Mailer removed"
    assert {word: count for _, word, count in blast.keys} == {
        "+ added": 1,
        "• changed": 1,
        "↔ moved": 1,
        "− removed": 2,
    }


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_outlines_are_painted_in_both_themes(qapp: Any, theme: Any) -> None:
    look = ThemeManager(qapp, theme)
    design = after()
    blast = map_of(told(BEFORE, design), BEFORE, design, "Since a")
    image = QImage(300, 200, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    painter.translate(20.0 - blast.ghosts[0].x, 60.0 - blast.ghosts[0].y)
    paint_ghosts(painter, blast.ghosts[:1], Look(look.theme, look.icons))
    painter.end()
    painted = [(x, y) for x in range(300) for y in range(200) if image.pixelColor(x, y).alpha()]
    assert min(x for x, _ in painted) >= 19
    assert max(x for x, _ in painted) <= 20 + 168 + 2
    assert any(y < 58 for _, y in painted)  # the name above
    assert image.pixelColor(100, 100).alpha() == 0  # nothing inside


@pytest.fixture
def card(qtbot: Any, qapp: Any) -> DifferencesCard:
    window = QWidget()
    window.resize(1280, 720)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    made = DifferencesCard(window, ThemeManager(qapp, "dark"))
    made.show_differences("Since a", told(BEFORE, after()))
    return made


def test_rows_tell_fields_and_lead_to_their_items(card: DifferencesCard, qtbot: Any) -> None:
    rows = [card.rows.item(row).text() for row in range(card.rows.count())]
    assert rows[0].splitlines() == [
        "• Node Web changed",
        "    Instances: 2 → 4",
        "    Workers per instance: 8 (default) → 3",
    ]
    assert "+ Node <b>New</b> added" in rows
    assert rows[-1] == "↔ Moved: Web and Db"
    with qtbot.waitSignal(card.jump_requested) as clicked:
        place = card.rows.visualItemRect(card.rows.item(0)).center()
        QTest.mouseClick(card.rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert clicked.args == ["web"]
    assert card.isVisible()


def test_escape_leaves(card: DifferencesCard, qtbot: Any) -> None:
    with qtbot.waitSignal(card.left):
        QTest.keyClick(card.rows, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_another_design_is_looked_at_and_the_open_one_stays(qapp: Any, tmp_path: Path) -> None:
    document, dialogs = DesignDocument(), FakeDialogs()
    settings = Settings(tmp_path / "settings.json")
    history = FileHistory(tmp_path / "history")
    controller = FileController(document, settings, history, dialogs)
    document.push(Insert.of(Node(id="mine", kind="service")))
    mine = document.design
    taken: list[tuple[object, Path]] = []
    failures: list[str] = []
    controller.failed.connect(failures.append)

    def take(design: object, path: Path) -> None:
        taken.append((design, path))

    controller.ask_other(take)  # nothing chosen
    assert taken == []
    dialogs.to_open = tmp_path / "other.windtunnel"
    controller.ask_other(take)  # not there
    assert (taken, len(failures)) == ([], 1)
    files.save(BEFORE, dialogs.to_open)
    controller.ask_other(take)
    assert taken == [(BEFORE, dialogs.to_open)]
    assert document.design is mine
    assert document.is_dirty
