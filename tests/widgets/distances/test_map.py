"""The map of distances is painted where something about it changed, and shown as it was painted else."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from widgets.distances import map as map_module
from widgets.distances.map import DistanceMap
from widgets.distances.view import Distances, Place, Trip
from widgets.theme import ThemeManager

PLACES = tuple(Place(id=f"f{number}", title=f"Frame {number}") for number in range(60))
SHOWN = Distances(frames=PLACES, trips={("f0", "f1"): Trip(seconds=0.05, inherited=False)})


@pytest.fixture
def painted(qapp, qtbot, monkeypatch) -> tuple[DistanceMap, ThemeManager, list[object]]:
    """A map of sixty frames, the manager of its theme, and how often it was painted."""
    counts: list[object] = []
    paint = DistanceMap._paint

    def counted(self: DistanceMap, painter: object) -> None:
        counts.append(painter)
        paint(self, painter)  # type: ignore[arg-type]

    monkeypatch.setattr(DistanceMap, "_paint", counted)
    look = ThemeManager(qapp, "dark")
    shown = DistanceMap(look)
    qtbot.addWidget(shown)
    shown.resize(430, 320)
    shown.show_distances(SHOWN)
    return shown, look, counts


def test_it_is_painted_once_while_nothing_changes(painted) -> None:
    shown, _, counts = painted
    first = shown.grab().toImage()
    assert shown.grab().toImage() == first
    assert len(counts) == 1


def test_it_is_painted_anew_for_all_that_it_shows(painted) -> None:
    shown, look, counts = painted
    seen: list[QImage] = [shown.grab().toImage()]

    def look_again() -> None:
        seen.append(shown.grab().toImage())
        assert seen[-1] != seen[-2]

    shown.highlight(("f0", "f1"))
    look_again()
    shown.resize(500, 300)
    look_again()
    look.set_preference("light")
    look_again()
    shown.show_distances(Distances(frames=PLACES[:30]))
    look_again()
    assert len(counts) == len(seen)


def test_names_find_their_places_once_whatever_the_theme(painted, monkeypatch) -> None:
    shown, look, counts = painted
    found: list[object] = []
    real = map_module.rooms_below

    def counted(*asked: object) -> object:
        found.append(asked)
        return real(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(map_module, "rooms_below", counted)
    shown.grab()
    look.set_preference("light")
    shown.grab()
    assert (len(counts), len(found)) == (2, 1)
    shown.resize(500, 300)
    shown.grab()
    assert len(found) == 2
