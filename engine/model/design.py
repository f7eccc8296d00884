"""The design file's vocabulary: nodes, links, frames, notes, classes, scenario, objectives.

Configs stay raw JSON here, holding only what a person set: kinds and fields that this version does
not know survive open-edit-save. ``engine.catalog`` gives them their types.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticKnownError

from engine.model.alerts import ALERTS, Alerts, budget_of
from engine.model.event_fields import EventFields
from engine.model.event_kinds import EVENT_KINDS, event_kind
from engine.model.fields import setting
from engine.model.ids import Id
from engine.model.limits import weigh
from engine.model.prices import PRICES, Prices
from engine.model.quantities import Quantified
from engine.model.traffic import RequestClass
from engine.model.units import format_instant, format_quantity

if TYPE_CHECKING:
    from engine.model.event_record import EventKind

FORMAT = 1
"""Major version of the design file."""

_ROUNDING: Final = 1e-9
"""Relative difference of two numbers that are equal but for rounding."""
FAR: Final = 1e7
"""The largest coordinate, and the largest width and height."""
Coordinate = Annotated[float, Field(ge=-FAR, le=FAR)]
Extent = Annotated[float, Field(gt=0.0, le=FAR)]
RawConfig = dict[str, JsonValue]


class Part(BaseModel):
    """Base of everything in a design: frozen, strict; unknown fields are kept."""

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        strict=True,
        allow_inf_nan=False,
        populate_by_name=True,
        defer_build=True,
    )


class Node(Part):
    """A component placed on the canvas. ``x``, ``y`` are its centre."""

    id: Id
    kind: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    x: Coordinate = 0.0
    y: Coordinate = 0.0
    frame: Id | None = None
    config: RawConfig = Field(default_factory=dict)


class Link(Part):
    """A call path from one node to another."""

    id: Id
    source: Id
    target: Id
    config: RawConfig = Field(default_factory=dict)


class Frame(Part):
    """A container drawn around nodes. ``x``, ``y`` are its top left corner."""

    id: Id
    kind: Literal["region", "zone", "host", "trust_zone", "cell", "group"] = setting(
        "group", title="Kind", help="What the frame stands for."
    )
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    x: Coordinate = 0.0
    y: Coordinate = 0.0
    width: Extent = 400.0
    height: Extent = 300.0
    frame: Id | None = None
    collapsed: bool = False
    config: RawConfig = Field(default_factory=dict)


class Citation(Part):
    """A number of a run that a note relies on."""

    run: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    """Hash of the result that it is from."""
    metric: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """Path of the number, such as ``users.latency.p99``."""
    value: Annotated[float, Field(ge=-1e18, le=1e18)]
    """In SI units."""
    tolerance: Annotated[float, Field(ge=0.0, le=10.0)] = 0.05
    """Share of the value by which a run may be off before the number no longer holds."""
    design: Annotated[str, StringConstraints(max_length=64)] = ""
    """Fingerprint of what was run (``engine.model.fingerprint``); empty where nobody knows."""

    def holds(self, measured: float) -> bool:
        """Whether a measured value is what was cited, within the tolerance."""
        return abs(measured - self.value) <= self.tolerance * abs(self.value) + _ROUNDING * max(
            1e-3, abs(self.value)
        )


class Note(Part):
    """A sticky note. ``x``, ``y`` are its top left corner."""

    id: Id
    text: Annotated[str, StringConstraints(max_length=20_000)] = ""
    x: Coordinate = 0.0
    y: Coordinate = 0.0
    width: Extent = 200.0
    height: Extent = 90.0
    citations: tuple[Citation, ...] = Field(default=(), max_length=20, strict=False)
    """Numbers of runs that it relies on."""


def _known(change: str) -> str:
    """A kind of event that there is."""
    names = [kind.name for kind in EVENT_KINDS]
    if change not in names:
        expected = f"{', '.join(map(repr, names[:-1]))} or {names[-1]!r}"
        raise PydanticKnownError("literal_error", {"expected": expected})
    return change


Change = Annotated[
    str,
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": [kind.name for kind in EVENT_KINDS]}),
]
"""Name of a record of ``engine.model.event_kinds``."""


class Occurrence(Quantified, Part):
    """What every event has: when, for how long, to what, and of which kind."""

    at: float = setting(title="At", unit="s", help="Simulated time.", ge=0.0, le=1e9)
    duration: float | None = setting(
        None, title="Duration", unit="s", help="None lasts to the end.", ge=0.0, le=1e9
    )
    target: Id | None = setting(
        None, title="Target", help="Node, link or frame; none is everything."
    )
    change: Change = setting(title="Change", help="What happens.")


class Event(EventFields, Occurrence):
    """Something that happens at a time to a node, a link, a frame or (traffic) to everything.

    Which of the fields count depends on the kind, see ``engine.model.event_kinds``.
    """

    model_config = ConfigDict(
        alias_generator=lambda name: "with" if name == "with_" else name,
    )

    @property
    def kind(self) -> EventKind:
        """What there is to know of events of this kind."""
        return event_kind(self.change)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Refuse an event that lacks what its kind needs."""
        kind = self.kind
        for field in kind.fields:
            if field.required and getattr(self, field.attribute) is None:
                msg = f"a {self.change!r} event needs {field.name!r}"
                raise ValueError(msg)
        if self.target is None and "everything" not in kind.targets:
            msg = f"a {self.change!r} event needs a target"
            raise ValueError(msg)
        return self

    def unread(self) -> tuple[str, ...]:
        """Fields that are set although this kind does not read them, by their names in the file."""
        read = {field.name for field in self.kind.fields}
        names = ((name.rstrip("_"), getattr(self, name)) for name in EventFields.model_fields)
        return tuple(name for name, value in names if value is not None and name not in read)


class Scenario(Quantified, Part):
    """What is run: how long, from which seed, and what happens meanwhile."""

    duration: float = setting(
        600.0, title="Duration", unit="s", help="Simulated length of a run.", ge=1e-9, le=1e8
    )
    warmup: float = setting(
        60.0, title="Warm-up", unit="s", help="Not measured, at the start.", ge=0.0, le=1e8
    )
    seed: int = setting(
        1, title="Seed", help="Same design, same seed: same numbers.", ge=0, le=2**63 - 1
    )
    events: tuple[Event, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _measured(self) -> Self:
        """Refuse a run of which nothing is measured."""
        if self.warmup >= self.duration:
            msg = f"warmup ({format_quantity(self.warmup, 's')}) must be below duration ({format_quantity(self.duration, 's')})"
            raise ValueError(msg)
        return self


class Objective(Part):
    """A bound on a metric, such as ``users.latency.p99`` below .25 s, over the run or a part of it."""

    model_config = ConfigDict(
        alias_generator=lambda name: "from" if name == "from_" else name,
    )

    metric: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    below: float | None = None
    above: float | None = None
    equals: float | None = None
    from_: float | None = setting(
        None,
        title="From",
        unit="s",
        help="Beginning of the time that counts, warm-up or not; none begins after the warm-up.",
        ge=0.0,
        le=1e8,
    )
    to: float | None = setting(
        None,
        title="To",
        unit="s",
        help="End of the time that counts, and the moment at which numbers that only stand are read; "
        "none is the end of the run.",
        gt=0.0,
        le=1e8,
    )

    alerts: Alerts | None = ALERTS

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        """Refuse an objective without a bound, and a time that ends before it begins."""
        if self.below is None and self.above is None and self.equals is None:
            msg = "an objective needs 'below', 'above' or 'equals'"
            raise ValueError(msg)
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            msg = f"an objective's 'from' ({format_instant(self.from_)}) must be before its 'to' ({format_instant(self.to)})"
            raise ValueError(msg)
        if self.alerts is not None and budget_of(self.metric, self.above, self.below) is None:
            msg = (
                "alerts need an error budget; bound a share of requests, such as users.availability "
                "above 0.999, or users.latency.above.0.25 below 0.01"
            )
            raise ValueError(msg)
        return self

    @property
    def windowed(self) -> bool:
        """Whether it is about a part of the run of its own."""
        return self.from_ is not None or self.to is not None

    @property
    def when(self) -> str:
        """The part of the run for reading: ``from 1 min to 2 min``; empty where it is the measured time."""
        ends = (("from", self.from_), ("to", self.to))
        return " ".join(f"{word} {format_quantity(t, 's')}" for word, t in ends if t is not None)

    def margin(self, value: float) -> float:
        """How far a value is inside the bounds, in its own unit; negative outside.

        What has to be equal is so to nine digits: sums are rounded.
        """
        below = math.inf if self.below is None else self.below - value
        above = math.inf if self.above is None else value - self.above
        if self.equals is None:
            return min(below, above)
        near = _ROUNDING * max(1.0, abs(self.equals)) - abs(value - self.equals)
        return min(below, above, near)

    def meets(self, value: float) -> bool:
        """Whether a value keeps to the bounds."""
        return self.margin(value) > 0.0


Author = Annotated[str, StringConstraints(max_length=100)]
Written = Annotated[str, StringConstraints(max_length=40)]
"""When something was written, as text (ISO 8601); nobody reckons with it."""
Words = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]


class Reply(Part):
    """What somebody answers to a comment."""

    text: Words
    author: Author = ""
    written: Written = ""


class Comment(Part):
    """What somebody says about an item, a moment or the whole design, with the answers to it."""

    text: Words
    author: Author = ""
    written: Written = ""
    about: Id | None = None
    """A node, a link or a frame; none is the design."""
    at: float | None = Field(None, ge=0.0, le=1e9)
    """The simulated moment (s) that it is about; none is any."""
    resolved: bool = False
    replies: tuple[Reply, ...] = Field(default=(), max_length=200, strict=False)
    citations: tuple[Citation, ...] = Field(default=(), max_length=20, strict=False)
    """Numbers of runs that it relies on."""


class View(Part):
    """A part of the canvas, in scene units. ``x``, ``y`` are its top left corner."""

    x: Coordinate
    y: Coordinate
    width: Extent
    height: Extent


class Step(Part):
    """A step of a presentation: what is looked at, at which moment of the run, and what is said to it."""

    title: Annotated[str, StringConstraints(max_length=200)] = ""
    text: Annotated[str, StringConstraints(max_length=2_000)] = ""
    view: View | None = None
    """None shows the whole design."""
    at: float | None = Field(None, ge=0.0, le=1e9)
    """Simulated moment (s); none stays at that of the step before."""


SETTINGS: Final = (
    "title",
    "description",
    "classes",
    "scenario",
    "prices",
    "objectives",
    "comments",
    "presentation",
)
"""Fields of a design that are no items."""
EMPTY_WEIGHT: Final = 2_000
"""Bytes of a design without items, its defaults written out."""


def weight_of(item: Part) -> int:
    """The bytes that an item takes in a file at most. Raises ``LimitError`` if no file can hold it."""
    return weigh(plain(vars(item) | (item.model_extra or {})), 2)


def plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of an item in JSON's terms: the citations of a note are records of their own."""
    cited = fields.get("citations")
    if not isinstance(cited, tuple):  # a list is an unknown field of another item
        return fields
    raw = [each.model_dump(mode="json") for each in cited]
    return fields | {"citations": raw}


class Design(Part):
    """A whole design, immutable. Edits make new ones (``engine.model.edits``)."""

    windtunnel: int = FORMAT
    title: Annotated[str, StringConstraints(max_length=200)] = "Untitled"
    description: Annotated[str, StringConstraints(max_length=100_000)] = ""
    classes: tuple[RequestClass, ...] = Field(default=(), strict=False)
    nodes: tuple[Node, ...] = Field(default=(), strict=False)
    links: tuple[Link, ...] = Field(default=(), strict=False)
    frames: tuple[Frame, ...] = Field(default=(), strict=False)
    notes: tuple[Note, ...] = Field(default=(), strict=False)
    scenario: Scenario = Scenario()
    prices: Prices | None = PRICES
    objectives: tuple[Objective, ...] = Field(default=(), strict=False)
    comments: tuple[Comment, ...] = Field(default=(), strict=False)
    presentation: tuple[Step, ...] = Field(default=(), strict=False)

    @cached_property
    def node_by_id(self) -> dict[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def link_by_id(self) -> dict[str, Link]:
        """Links by id."""
        return {link.id: link for link in self.links}

    @cached_property
    def frame_by_id(self) -> dict[str, Frame]:
        """Frames by id."""
        return {frame.id: frame for frame in self.frames}

    @cached_property
    def note_by_id(self) -> dict[str, Note]:
        """Notes by id."""
        return {note.id: note for note in self.notes}

    @cached_property
    def weight(self) -> int:
        """The bytes that its file takes at most. Raises ``LimitError`` if no file can hold it."""
        items = (*self.nodes, *self.links, *self.frames, *self.notes)
        settings = sum(self.setting_weight(name) for name in SETTINGS)
        unknown = weigh(self.model_extra or {})
        return EMPTY_WEIGHT + settings + unknown + sum(map(weight_of, items))

    def __getstate__(self) -> dict[Any, Any]:
        """What is pickled: without what was only looked up, which another thread may be doing meanwhile."""
        state = super().__getstate__()
        looked_up = ("node_by_id", "link_by_id", "frame_by_id", "note_by_id")
        held = dict(state["__dict__"])
        for name in looked_up:
            held.pop(name, None)
        return state | {"__dict__": held}

    def setting_weight(self, name: str) -> int:
        """The bytes that one of ``SETTINGS`` takes in its file at most."""
        raw = self.model_dump(mode="json", by_alias=True, exclude_unset=True, include={name})
        return sum(weigh(value, 1) for value in raw.values())

    def item(self, item_id: str) -> Node | Link | Frame | Note | None:
        """The item of any sort with that id; ids are unique over the whole design."""
        return (
            self.node_by_id.get(item_id)
            or self.link_by_id.get(item_id)
            or self.frame_by_id.get(item_id)
            or self.note_by_id.get(item_id)
        )
