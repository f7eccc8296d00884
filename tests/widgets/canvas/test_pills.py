"""Pills cover neither the cards that a link runs between nor the ends to pull at."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from pytestqt.qtbot import QtBot

from widgets.canvas.geometry import CARD_HEIGHT, PORT_RADIUS
from widgets.canvas.link_painter import LinkFace, fitted
from widgets.canvas.look import Look
from widgets.canvas.pill import Pill
from widgets.canvas.pill_painter import fitting, pills_size
from widgets.theme import DARK, IconSet

PILLS = (Pill("delay", "250 ms"), Pill("restart", "×3"), Pill("bolt", "open", "failing"))


@pytest.fixture
def look(qtbot: QtBot) -> Look:
    return Look(DARK, IconSet())


def placed(gap: float, look: Look, *, selected: bool = False) -> tuple[LinkFace, QRectF]:
    """The pill of a level link over a gap between two cards."""
    ends = (QPointF(0.0, 0.0), QPointF(gap, 0.0))
    face = LinkFace(pills=PILLS, selected=selected)
    return fitted(face, ends, QPointF(gap / 2, 0.0), look)


@pytest.mark.parametrize("gap", [20.0, 60.0, 90.0, 140.0, 400.0])
@pytest.mark.parametrize("selected", [False, True])
def test_no_card_and_no_end_is_covered(gap: float, selected: bool, look: Look) -> None:
    _, box = placed(gap, look, selected=selected)
    for left in (-168.0, gap):
        assert not box.intersects(QRectF(left, -CARD_HEIGHT / 2, 168.0, CARD_HEIGHT))
    if selected:
        for end in (0.0, gap):
            handle = QRectF(end - PORT_RADIUS, -PORT_RADIUS, 2 * PORT_RADIUS, 2 * PORT_RADIUS)
            assert not box.intersects(handle)


def test_where_there_is_room_everything_is_said_at_the_middle(look: Look) -> None:
    face, box = placed(400.0, look)
    assert face.pills == PILLS
    assert box.center() == QPointF(200.0, 0.0)


def test_where_there_is_little_only_news_keeps_its_words(look: Look) -> None:
    wide = placed(400.0, look)[1].width()
    face, box = placed(wide - 10.0, look)
    assert [pill.text for pill in face.pills] == ["", "", "open"]
    assert box.center().y() == 0.0


GATES = tuple(Pill("bolt", text, tone) for text, tone in (
    ("100 rps", ""), ("queueing", "strained"), ("keys", ""), ("CoDel 5 ms", ""), ("≤ 10", ""), ("1–10", ""),
    ("MTBF 60 min", ""), ("MTBF 60 min", ""), ("MTBF 60 min", ""),
))  # fmt: skip


@pytest.mark.parametrize("room", [60.0, 120.0, 164.0, 400.0])
@pytest.mark.parametrize("count", range(1, 10))
def test_gates_stay_below_their_card_and_none_is_kept_quiet(
    count: int, room: float, look: Look
) -> None:
    shown = fitting(GATES[:count], look, room)
    assert pills_size(shown, look).width() <= room
    told = sum(int(pill.text[1:]) if pill.icon == "more" else 1 for pill in shown)
    assert told == count


def test_gates_with_news_keep_their_words_longest(look: Look) -> None:
    assert fitting(GATES[:2], look, 164.0) == GATES[:2]
    assert [pill.text for pill in fitting(GATES[:5], look, 164.0)] == ["", "queueing", "", "", ""]
