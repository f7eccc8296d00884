"""Sampled requests on their way: plain arrays, moved and placed all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from widgets.canvas.wires import POINTS, Floats, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from engine.sim.snapshot import Snapshot

CAPACITY: Final = 1000
"""Dots at once; the eye does not follow more, and a frame has its price."""
LEAST_TRAVEL: Final = 0.42
"""Wall seconds that a dot takes at least, however short the delay: so that it can be seen."""
MOST_TRAVEL: Final = 6.0
_APART: Final = 13.0
"""Scene units between dots of a kind on one link: nearer, they would merge into a string."""
_MANY: Final = 400
"""Links up to which it is looked whether one runs through an area: more of them are everywhere."""
KINDS: Final = ("request", "retry", "answer", "failure")


class Courses:
    """Points of all wires in one table, a row a link."""

    def __init__(self) -> None:
        """An empty table that grows."""
        self.points: Floats = np.zeros((16, POINTS, 2))
        self.lengths: Floats = np.ones(16)
        self._rows: dict[str, int] = {}
        self._free: list[int] = list(range(15, -1, -1))
        self.hushed: frozenset[str] = frozenset()
        """Links on which nothing is shown to move: they lie off the path that is looked at."""

    def put(self, link_id: str, wire: Wire) -> None:
        """Add or change a link's course."""
        row = self._rows.get(link_id)
        if row is None:
            if not self._free:
                self._grow()
            row = self._rows[link_id] = self._free.pop()
        self.points[row] = wire.points
        self.lengths[row] = wire.length

    def clear(self) -> None:
        """Forget all links."""
        self._rows.clear()
        self._free = list(range(len(self.points) - 1, -1, -1))

    def drop(self, link_id: str) -> int | None:
        """Forget a link; its row, if it had one, is used again."""
        row = self._rows.pop(link_id, None)
        if row is not None:
            self._free.append(row)
        return row

    def row(self, link_id: str) -> int | None:
        """Row of a link; None for one that is not drawn, or hushed."""
        return None if link_id in self.hushed else self._rows.get(link_id)

    def crosses(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether a link runs through an area (scene units); unknown, and so no, where there are very many."""
        if not 0 < len(self._rows) <= _MANY:
            return False
        points = self.points[list(self._rows.values())]
        begins, ends = points[:, :-1], points[:, 1:]
        low, high = np.minimum(begins, ends), np.maximum(begins, ends)
        near = ((low <= (right, bottom)) & (high >= (left, top))).all(axis=2)
        (x, y), (dx, dy) = begins[near].T, (ends[near] - begins[near]).T
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        sides = np.array([dx * (v - y) - dy * (u - x) for u, v in corners])
        return bool(((sides.min(axis=0) <= 0.0) & (sides.max(axis=0) >= 0.0)).any())

    def hush(self, link_ids: frozenset[str]) -> list[int]:
        """Show nothing that moves on these; returns their rows."""
        self.hushed = link_ids
        return [self._rows[each] for each in link_ids if each in self._rows]

    def _grow(self) -> None:
        """Twice the rows."""
        size = len(self.points)
        self.points = np.concatenate((self.points, np.zeros_like(self.points)))
        self.lengths = np.concatenate((self.lengths, np.ones(size)))
        self._free.extend(range(2 * size - 1, size - 1, -1))


class Dots:
    """All dots under way."""

    def __init__(self, courses: Courses) -> None:
        """No dots yet; ``courses`` is where they run."""
        self._courses = courses
        self._count = 0
        self._row: npt.NDArray[np.int64] = np.zeros(CAPACITY, dtype=np.int64)
        self._kind: npt.NDArray[np.int64] = np.zeros(CAPACITY, dtype=np.int64)
        self._age: Floats = np.zeros(CAPACITY)
        self._travel: Floats = np.ones(CAPACITY)
        self._now = 0.0
        self._left: dict[tuple[int, int], float] = {}
        """When the last dot of a kind left on a row (wall seconds of this field)."""

    def __len__(self) -> int:
        return self._count

    def clear(self) -> None:
        """Take all dots away."""
        self._count = 0
        self._left.clear()

    def add(self, snapshot: Snapshot, speed: float, wall: float) -> None:
        """Start the crossings of a snapshot, spread over the wall time that it covers."""
        began = snapshot.time - speed * wall
        for crossing in snapshot.crossings:
            row = self._courses.row(crossing.link)
            if row is None or self._count >= CAPACITY:
                continue
            wait = min(max((crossing.at - began) / speed, 0.0), 1.0) if speed > 0 else 0.0
            travel = crossing.delay / speed if speed > 0 else 0.0
            travel = min(max(travel, LEAST_TRAVEL), MOST_TRAVEL)
            kind = KINDS.index(crossing.kind)
            if not self._has_room(row, kind, self._now + wait, travel):
                continue
            i = self._count
            self._row[i], self._kind[i] = row, kind
            self._age[i], self._travel[i] = -wait, travel
            self._count += 1

    def _has_room(self, row: int, kind: int, start: float, travel: float) -> bool:
        """Whether a dot keeps its distance from the one of its kind that left before it."""
        apart = _APART * travel / float(self._courses.lengths[row])
        if start - self._left.get((row, kind), -1e9) < apart:
            return False
        self._left[(row, kind)] = start
        return True

    def forget_row(self, row: int) -> None:
        """Take away the dots of a link that went."""
        if self._count:
            self._keep(self._row[: self._count] != row)

    def advance(self, wall: float) -> None:
        """Move everything by a wall time."""
        count = self._count
        self._now += wall
        self._age[:count] += wall
        self._keep(self._age[:count] < self._travel[:count])

    def _keep(self, alive: npt.NDArray[np.bool_]) -> None:
        """Close the gaps."""
        kept = int(alive.sum())
        if kept != self._count:
            for column in (self._row, self._kind, self._age, self._travel):
                column[:kept] = column[: self._count][alive]
            self._count = kept

    def places(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Places in the scene, and kinds as indices of ``KINDS``, of the dots that have left."""
        count = self._count
        left = np.flatnonzero(self._age[:count] >= 0.0)
        kind = self._kind[left]
        share = self._age[left] / self._travel[left]
        back = (kind == KINDS.index("answer")) | (kind == KINDS.index("failure"))
        share = np.where(back, 1.0 - share, share)
        return along(self._courses, self._row[left], share), kind


def along(courses: Courses, rows: npt.NDArray[np.int64], share: Floats) -> Floats:
    """Points at a share (0 to 1) of the way of some courses."""
    at = np.clip(share, 0.0, 1.0) * (POINTS - 1)
    first = np.minimum(at.astype(np.int64), POINTS - 2)
    rest = (at - first)[:, None]
    here: Floats = courses.points[rows, first]
    there: Floats = courses.points[rows, first + 1]
    return here + rest * (there - here)


class Streams:
    """Strokes that flow along links which carry more than dots can show."""

    def __init__(self, courses: Courses) -> None:
        """No streams yet."""
        self._courses = courses
        self._phase = 0.0
        self._rows: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._share: Floats = np.zeros(0)
        self._step: Floats = np.zeros(0)

    def __len__(self) -> int:
        return len(self._rows)

    def set_links(self, rates: Mapping[str, float]) -> None:
        """Choose the links that flow, with their rates a wall second."""
        rows = [
            (row, rate)
            for link, rate in rates.items()
            if (row := self._courses.row(link)) is not None
        ]
        total = sum(float(self._courses.lengths[row]) for row, _ in rows)
        spacing = max(_SPACING, total / _STROKES)
        parts_row: list[npt.NDArray[np.int64]] = []
        parts_share: list[Floats] = []
        parts_step: list[Floats] = []
        for row, _ in rows:
            length = float(self._courses.lengths[row])
            number = max(1, round(length / spacing))
            parts_row.append(np.full(number, row, dtype=np.int64))
            parts_share.append(np.arange(number) / number)
            parts_step.append(np.full(number, 1.0 / length))
        empty = np.zeros(0)
        self._rows = np.concatenate(parts_row) if parts_row else np.zeros(0, dtype=np.int64)
        self._share = np.concatenate(parts_share) if parts_share else empty
        self._step = np.concatenate(parts_step) if parts_step else empty

    def advance(self, wall: float) -> None:
        """Flow on by a wall time."""
        self._phase += wall * _PACE

    def strokes(self) -> tuple[Floats, Floats]:
        """Middles of all strokes in the scene, and their directions as vectors."""
        share = (self._share + self._phase * self._step) % 1.0
        at = along(self._courses, self._rows, share)
        ahead = along(self._courses, self._rows, share + 4.0 * self._step)
        behind = along(self._courses, self._rows, share - 4.0 * self._step)
        return at, ahead - behind


_SPACING: Final = 36.0
"""Scene units between strokes."""
_STROKES: Final = 360
"""Most strokes at once."""
_PACE: Final = 90.0
"""Scene units a wall second."""
