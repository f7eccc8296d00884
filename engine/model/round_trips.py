"""How far the nodes of a design are from each other: what their frames say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from engine.model.frame import FrameConfig
from engine.model.limits import MAX_NESTING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design


class RoundTrips:
    """The round trips between the frames of a design. Frames with wrong values say nothing."""

    def __init__(self, design: Design) -> None:
        """Read what the frames say."""
        self._design = design
        self._trips: dict[tuple[str, str], float] = {}
        for frame in design.frames:
            try:
                config = FrameConfig.model_validate(frame.config)
            except ValidationError:
                continue
            for other, trip in config.round_trip.items():
                if trip > 0.0:
                    self._trips[frame.id, other] = trip

    def __bool__(self) -> bool:
        """Whether any frame says anything."""
        return bool(self._trips)

    def between(self, source: str, target: str) -> float | None:
        """Seconds from one node to another and back; None where no frame around them says.

        The innermost frames that say something decide, and of two that do the one around the source.
        """
        if not self._trips:
            return None
        there = list(self._around(target))
        for frame in self._around(source):
            for other in there:
                trip = self._trips.get((frame, other), self._trips.get((other, frame)))
                if trip is not None:
                    return trip
        return None

    def _around(self, node_id: str) -> Iterator[str]:
        """The frames around a node, from the inside out."""
        node = self._design.node_by_id.get(node_id)
        frame = None if node is None else node.frame
        for _ in range(MAX_NESTING):
            if frame is None:
                return
            yield frame
            found = self._design.frame_by_id.get(frame)
            frame = None if found is None else found.frame
