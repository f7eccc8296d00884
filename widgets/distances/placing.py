"""Where places lie on a map on which what is far in time is far apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Pair = tuple[str, str]
_STEPS: Final = 200
_ENOUGH: Final = 1e-6


def placed(names: Sequence[str], trips: Mapping[Pair, float]) -> dict[str, tuple[float, float]]:
    """Points whose distances are as near to the round trips as a plane allows, between 0 and 1 each way.

    Multidimensional scaling by majorization (De Leeuw 1977, SMACOF), from a circle on; pairs of which nothing is
    known do not count. The same table always has the same map.

    Args:
        names: of the places.
        trips: seconds between two of them, either way round.
    """
    count = len(names)
    angles = 2.0 * math.pi * np.arange(count) / max(count, 1)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    wanted, weights = _matrices(names, trips)
    if weights.any():
        points *= wanted.max() / 2.0
        points = _majorized(points, wanted, weights)
    return dict(zip(names, _fitted(points), strict=True))


def _matrices(
    names: Sequence[str], trips: Mapping[Pair, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The distances that are wanted, and 1 where one is known."""
    places = {name: place for place, name in enumerate(names)}
    wanted = np.zeros((len(names), len(names)))
    weights = np.zeros_like(wanted)
    for (one, other), seconds in trips.items():
        for a, b in ((places[one], places[other]), (places[other], places[one])):
            wanted[a, b], weights[a, b] = seconds, 1.0
    return wanted, weights


def _majorized(
    points: NDArray[np.float64], wanted: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points moved until their distances get no nearer to what is wanted."""
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.pinv(laplacian)
    before = math.inf
    for _ in range(_STEPS):
        apart = np.linalg.norm(points[:, None] - points[None, :], axis=2)
        stress = float((weights * (apart - wanted) ** 2).sum())
        if before - stress <= _ENOUGH * float((weights * wanted**2).sum()):
            break
        before = stress
        pull = np.where(apart > 0.0, weights * wanted / np.where(apart > 0.0, apart, 1.0), 0.0)
        points = inverse @ ((np.diag(pull.sum(axis=1)) - pull) @ points)
    return points


def _fitted(points: NDArray[np.float64]) -> list[tuple[float, float]]:
    """The points turned so that they are wider than high, in the middle of a unit square."""
    if len(points) == 0:
        return []
    centred = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    turned *= np.where(turned[np.abs(turned).argmax(axis=0), range(turned.shape[1])] < 0, -1, 1)
    turned = np.pad(turned, ((0, 0), (0, 2 - turned.shape[1])))
    size = float(np.ptp(turned, axis=0).max()) or 1.0
    middle = (turned.max(axis=0) + turned.min(axis=0)) / 2.0
    return [(float(x) + 0.5, float(y) + 0.5) for x, y in (turned - middle) / size]
