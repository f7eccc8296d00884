"""Frames, notes, and selections of different sorts of items."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.model.design import Frame, Link, Node, Note
from engine.model.distance_matrix import distances_from
from engine.model.edits import SetField
from engine.model.frame import FrameConfig
from engine.model.names import frame_name
from engine.model.places import all_places
from engine.model.round_trips import RoundTrips
from engine.model.trip_edits import trips_between, trips_edit
from engine.model.units import format_quantity
from widgets.inspector.fields import Field, Option, config_fields
from widgets.inspector.shapes import Shape
from widgets.inspector.subjects.base import KnownAtOnce, edit_label, label_of
from widgets.inspector.writing import check, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import JsonValue

    from engine.model.design import Design
    from engine.model.edits import Edit, Unset
    from widgets.inspector.fields import Path

_FRAME_KINDS = (
    Option("group", "Group", "A plain box around things that belong together."),
    Option("region", "Region", "A part of the world; crossing it costs tens of milliseconds."),
    Option("zone", "Zone", "A data centre of a region."),
    Option("host", "Host", "One machine: what runs on it dies with it."),
    Option("trust_zone", "Trust zone", "Behind one door."),
    Option("cell", "Cell", "A copy of the system for a share of the users."),
)
_WHENCE: Final = MappingProxyType(
    {"table": "measured", "inherited": "around them", "typical": "usual"}
)
"""From where a round trip is known that nobody set."""


class FrameSubject(KnownAtOnce):
    """One frame."""

    family = "frame"
    icon = "frame"
    help = ""
    renamable = True

    def __init__(self, design: Design, frame: Frame) -> None:
        """Show ``frame``."""
        self._design = design
        self._frame = frame
        self._distances = distances_from(design, frame.id)
        self.ids = (frame.id,)
        self.key = frame.id
        self.title = frame_name(frame)
        self.kind = frame.kind.replace("_", " ")

    def rename(self, text: str) -> Edit:
        """Rename the frame."""
        return SetField(self._frame.id, ("name",), text, "Rename")

    def fields(self) -> list[Field]:
        """Kind, whether it is collapsed, and where it lies."""
        frame = self._frame
        others = [other for other in self._design.frames if other.id != frame.id]
        parents = [
            Option(None, "None"),
            *(Option(o.id, label_of(self._design, o.id)) for o in others),
        ]
        return [
            Field(
                ("kind",),
                Shape("choice"),
                "Kind",
                help="What the frame stands for.",
                group="Frame",
                value=frame.kind,
                default="group",
                changed=frame.kind != "group",
                options=_FRAME_KINDS,
            ),
            Field(
                ("collapsed",),
                Shape("switch"),
                "Collapsed",
                help="Shown as one node with the totals of what is inside.",
                group="Frame",
                value=frame.collapsed,
                default=False,
                changed=frame.collapsed,
            ),
            Field(
                ("frame",),
                Shape("choice", nullable=True),
                "Inside of",
                help="The frame that this one lies in.",
                group="Frame",
                value=frame.frame,
                default=None,
                changed=frame.frame is not None,
                options=tuple(parents),
            ),
            *self._config_fields(others),
        ]

    def _config_fields(self, others: list[Frame]) -> Iterator[Field]:
        """What the frame does; how far it is to each of the others has a line each."""
        options = tuple(self._trip_to(each) for each in others)
        said: dict[str, JsonValue] = {**trips_between(self._design, self._frame.id)}
        for field in config_fields(FrameConfig, dict(self._frame.config), ("config",)):
            if field.shape.sort == "by_name":
                yield replace(field, options=options, value=said)
            elif field.path == ("config", "place"):
                yield replace(field, shape=Shape("choice", nullable=True), options=_places())
            else:
                yield field

    def _trip_to(self, other: Frame) -> Option:
        """Another frame, with the round trip that holds without anybody setting it, and whose that is."""
        name = frame_name(other)
        cell = self._distances.get(other.id)
        if cell is None:
            return Option(other.id, name, blank="around it" if self._lies_in(other) else "inside")
        if cell.seconds is None:
            return Option(other.id, name, blank="unknown")
        whence = f" ({_WHENCE[cell.told]})" if cell.told != "explicit" else ""
        return Option(other.id, name + whence, blank=format_quantity(cell.seconds, "s"))

    def _lies_in(self, other: Frame) -> bool:
        """Whether the other frame is around this one."""
        return other.id in RoundTrips(self._design).around_frame(self._frame.id)

    def edit(self, path: Path, value: JsonValue | Unset) -> Edit:
        """Write one field of the frame; those of its config are checked."""
        if path == ("config", "round_trip"):
            check(FrameConfig, self._frame.config, path[1:], value)
            trips = value if isinstance(value, dict) else {}
            numbers = {far: float(n) for far, n in trips.items() if isinstance(n, int | float)}
            return trips_edit(self._design, self._frame.id, numbers)
        if path[0] == "config":
            config, inside = self._frame.config, path[1:]
            new = written(FrameConfig, config, inside, value)
            check(FrameConfig, config, inside, new)
            title = next((each.title for each in self.fields() if each.path == path), path[-1])
            return SetField(self._frame.id, path[:2], new, edit_label(title))
        return SetField(self._frame.id, path, value, edit_label(path[0].capitalize()))


def _places() -> tuple[Option, ...]:
    """Every place that a frame may name, with the town where it is."""
    known = (Option(str(each), f"{each} · {each.town}") for each in all_places())
    return (Option(None, "None"), *known)


class NoteSubject(KnownAtOnce):
    """One sticky note."""

    family = "note"
    icon = "note"
    title = "Note"
    kind = "sticky note"
    help = ""
    renamable = False

    def __init__(self, note: Note) -> None:
        """Show ``note``."""
        self._note = note
        self.ids = (note.id,)
        self.key = note.id

    def rename(self, text: str) -> Edit:
        """Notes have no names."""
        raise NotImplementedError(text)

    def fields(self) -> list[Field]:
        """The text."""
        return [
            Field(
                ("text",),
                Shape("lines"),
                "Text",
                help="The first line is the heading.",
                group="Note",
                value=self._note.text,
                default="",
            )
        ]

    def edit(self, path: Path, value: JsonValue | Unset) -> Edit:
        """Write the text."""
        return SetField(self._note.id, path, value, "Write note")


class ManySubject(KnownAtOnce):
    """Items of different sorts: nothing in common to edit, but counted."""

    family = "nothing"
    icon = "group"
    help = ""
    renamable = False

    def __init__(self, items: Sequence[Node | Link | Frame | Note]) -> None:
        """Show ``items``."""
        self.ids = tuple(item.id for item in items)
        self.key = " ".join(self.ids)
        self.title = f"{len(items)} items"
        counted = [
            (sum(isinstance(item, sort) for item in items), word)
            for sort, word in ((Node, "node"), (Link, "link"), (Frame, "frame"), (Note, "note"))
        ]
        self.kind = ", ".join(f"{n} {word}{'s' if n > 1 else ''}" for n, word in counted if n)

    def rename(self, text: str) -> Edit:
        """Several items have no common name."""
        raise NotImplementedError(text)

    def fields(self) -> list[Field]:
        """Nothing in common."""
        return []

    def edit(self, path: Path, value: JsonValue | Unset) -> Edit:
        """Nothing to edit."""
        raise NotImplementedError(path, value)
