"""The strip of incidents: five marks on the axis, words where there is room, and a click or a key to each moment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, Qt

from engine.why.incident import Incident, Mark
from widgets.instruments import TimeAxis
from widgets.theme import DARK, LIGHT
from widgets.timeline.incidents import IncidentStrip

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WHOLE = Incident(
    begun=101.0,
    bad=2500,
    share=0.5,
    cause=Mark(100.0, "Web killed", "web"),
    detect=Mark(160.0, "Page: users.availability", "users"),
    page=Mark(160.0, "Page: users.availability", "users"),
    mitigate=Mark(220.0, "db: the standby leads", "db"),
    recover=Mark(280.0, "users are served as they should be again"),
)
OPEN = Incident(
    begun=400.0, bad=90, share=1.0, cause=Mark(400.0, "too small", "web", inferred=True)
)


@pytest.fixture
def strip(qtbot: QtBot) -> IncidentStrip:
    axis = TimeAxis(glide=0)
    axis.set_scenario(600.0, ())
    axis.set_now(500.0)
    axis.set_range(0.0, 500.0)
    strip = IncidentStrip(DARK, axis)
    qtbot.addWidget(strip)
    strip.resize(1000, strip.height())
    return strip


def test_it_is_there_only_while_there_are_incidents(strip: IncidentStrip) -> None:
    assert strip.isHidden()
    strip.show_incidents([WHOLE], {"web": "Checkout"})
    assert not strip.isHidden()
    strip.show_incidents([], {})
    assert strip.isHidden()


def test_words_stand_where_there_is_room_and_letters_where_there_is_less(
    strip: IncidentStrip,
) -> None:
    strip.show_incidents([WHOLE], {})
    tags = strip.tags(WHOLE, strip.ruler.right)
    assert [each.names for each in tags] == [("cause",), ("detect", "page"), ("mitigate",), ("recover",)]  # fmt: skip
    assert [each.text for each in tags] == ["cause", "detected, paged", "mitigated", "recovered"]
    strip.resize(420, strip.height())
    assert [each.text for each in strip.tags(WHOLE, strip.ruler.right)][:3] == ["C", "DP", "M"]
    assert [each.x for each in tags] != [each.x for each in strip.tags(WHOLE, 1.0)]


def test_times_are_told_and_what_never_happened(strip: IncidentStrip) -> None:
    strip.show_incidents([WHOLE, OPEN], {"web": "Checkout", "db": "Orders"})
    assert strip.times(WHOLE) == "detect +60 s · mitigate +120 s · recover +180 s"
    assert strip.times(OPEN) == "detect – · mitigate – · recover –"
    told = strip.told(OPEN)
    assert "too small (inferred) (Checkout)" in told
    assert "nobody was paged" in told
    assert "it goes on" in told
    assert "Web killed" in strip.accessibleDescription()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_click_goes_to_the_nearest_mark(
    strip: IncidentStrip, qtbot: QtBot, theme: object
) -> None:
    strip.set_theme(theme)  # type: ignore[arg-type]
    strip.show_incidents([WHOLE, OPEN], {})
    strip.show()
    strip.grab()
    wanted: list[float] = []
    strip.moment_requested.connect(wanted.append)
    for at in (104.0, 155.0, 216.0, 281.0, 401.0):
        point = QPointF(strip.ruler.x(at), 20.0).toPoint()
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=point)
    assert wanted == [100.0, 160.0, 220.0, 280.0, 400.0]
    beside = QPointF(strip.ruler.x(340.0), 20.0).toPoint()
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=beside)
    assert len(wanted) == 5


def test_keys_walk_the_marks(strip: IncidentStrip, qtbot: QtBot) -> None:
    strip.show_incidents([WHOLE, OPEN], {})
    strip.moment_requested.connect(strip._axis.hold)
    for key, at in (
        (Qt.Key.Key_Left, 400.0),
        (Qt.Key.Key_Left, 280.0),
        (Qt.Key.Key_Left, 220.0),
        (Qt.Key.Key_Right, 280.0),
    ):
        qtbot.keyClick(strip, key)
        assert strip._axis.held == at
    qtbot.keyClick(strip, Qt.Key.Key_Escape)
    assert math.isnan(strip._axis.held)


def test_an_incident_of_which_nothing_is_known_is_drawn(strip: IncidentStrip) -> None:
    """Such as that of a client that calls nobody, and that nobody watches."""
    unknown = Incident(begun=50.0, bad=400, share=1.0, cause=None)
    strip.show_incidents([unknown], {})
    assert strip.tags(unknown, strip.ruler.right) == []
    assert strip.moments() == []
    assert not strip.grab().isNull()
    assert "no cause was recorded" in strip.told(unknown)
