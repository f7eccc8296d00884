"""The map keeps distances: what lies on a plane comes back as it was, whatever else is known."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from widgets.distances.placing import placed


def trips_between(points: dict[str, tuple[float, float]]) -> dict[tuple[str, str], float]:
    return {(a, b): math.dist(points[a], points[b]) for a, b in combinations(points, 2)}


@pytest.mark.parametrize("count", [2, 3, 4, 7, 20])
def test_a_plane_comes_back(count: int) -> None:
    points = np.random.default_rng(count).random((count, 2)) * 0.2
    known = {f"r{n}": (float(x), float(y)) for n, (x, y) in enumerate(points)}
    wanted = trips_between(known)
    drawn = trips_between(placed(list(known), wanted))
    scale = max(drawn.values()) / max(wanted.values())
    for pair, apart in wanted.items():
        assert drawn[pair] == pytest.approx(scale * apart, abs=0.05)


def test_everything_lies_within_a_square() -> None:
    for x, y in placed(["a", "b", "c"], {("a", "b"): 0.08, ("b", "c"): 0.2}).values():
        assert -0.01 <= x <= 1.01
        assert -0.01 <= y <= 1.01


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"], ["a", "b", "c"]])
def test_nothing_known_is_no_trouble(names: list[str]) -> None:
    found = placed(names, {})
    assert list(found) == names
    assert len(set(found.values())) == len(names)


def test_zones_in_one_region_lie_together_far_from_another() -> None:
    zones = {("a", "b"): 0.001, ("a", "far"): 0.08, ("b", "far"): 0.0805}
    found = placed(["a", "b", "far"], zones)
    near = math.dist(found["a"], found["b"])
    assert near < 0.05 * math.dist(found["a"], found["far"])


def test_the_same_table_has_the_same_map() -> None:
    trips = {("a", "b"): 0.08, ("b", "c"): 0.2, ("a", "c"): 0.1}
    assert placed(["a", "b", "c"], trips) == placed(["a", "b", "c"], trips)
