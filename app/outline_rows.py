"""What the outline of a design says: a row for each item, under the one that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from app.naming import name_of
from engine.model.names import FRAME_KINDS, frame_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.model.component import Component
    from engine.model.design import Design, Frame

_STEP: Final = 200
"""Rows that are worked out in a step."""


class Row(NamedTuple):
    """What is said of an item."""

    name: str
    kind: str
    parent: str
    """Id of the item whose row it is under; empty for none."""


class Rows:
    """The rows of a design, worked out in steps."""

    def __init__(self, design: Design, components: Mapping[str, Component]) -> None:
        """Nothing is worked out yet."""
        self._design = design
        self._components = components
        self.rows: dict[str, Row] = {}
        """By id: frames, nodes, links, notes."""
        self.below: dict[str, list[str]] = {"": []}
        """Ids of the rows under each row, from above; those under no other under the empty id."""

    def working_out(self) -> Iterator[None]:
        """Work them out."""
        for number, (key, row) in enumerate(self._each()):
            self.rows[key] = row
            self.below[key] = []
            if number % _STEP == 0:
                yield
        for key, row in self.rows.items():
            self.below[row.parent].append(key)

    def _each(self) -> Iterator[tuple[str, Row]]:
        """The rows, each with its id."""
        design = self._design
        around = _around(design.frames)
        for frame in design.frames:
            kind = FRAME_KINDS[frame.kind]
            yield frame.id, Row(frame_name(frame), kind, around.get(frame.id, ""))
        known = {frame.id for frame in design.frames}
        for node in design.nodes:
            component = self._components.get(node.kind)
            kind = component.title if component else node.kind
            parent = node.frame if node.frame in known else None
            yield node.id, Row(node.name or node.id, kind, parent or "")
        known.update(node.id for node in design.nodes)
        for link in design.links:
            parent = link.source if link.source in known else ""
            yield link.id, Row(f"→ {name_of(design, link.target)}", "", parent)
        for note in design.notes:
            first = note.text.strip().split("\n", 1)[0].lstrip("# ")
            yield note.id, Row(first or "Empty note", "", "")


def _around(frames: tuple[Frame, ...]) -> dict[str, str]:
    """The frame around each that is in one; of frames that contain each other one stays at the top."""
    known = {frame.id for frame in frames}
    around: dict[str, str] = {}
    for frame in frames:
        above = frame.frame if frame.frame in known else None
        while above is not None and above != frame.id:
            above = around.get(above)
        if above is None and frame.frame in known and frame.frame is not None:
            around[frame.id] = frame.frame
    return around
