"""The design file's vocabulary: nodes, links, frames, notes, classes, scenario, objectives.

Configs stay raw JSON here, holding only what a person set: kinds and fields that this version does
not know survive open-edit-save. ``engine.catalog`` gives them their types.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from engine.model.fields import setting
from engine.model.traffic import RequestClass

FORMAT = 1
"""Major version of the design file."""

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Stable name of an item: letters, digits, ``_`` and ``-``; never a display name."""
Coordinate = Annotated[float, Field(ge=-1e7, le=1e7)]
Extent = Annotated[float, Field(gt=0.0, le=1e7)]
RawConfig = dict[str, JsonValue]


class Part(BaseModel):
    """Base of everything in a design: frozen, strict; unknown fields are kept."""

    model_config = ConfigDict(
        frozen=True, extra="allow", strict=True, allow_inf_nan=False, populate_by_name=True
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


class Note(Part):
    """A sticky note. ``x``, ``y`` are its top left corner."""

    id: Id
    text: Annotated[str, StringConstraints(max_length=20_000)] = ""
    x: Coordinate = 0.0
    y: Coordinate = 0.0
    width: Extent = 200.0
    height: Extent = 90.0


Change = Literal["kill", "slow", "error", "delay", "loss", "partition", "flush", "traffic", "set"]

_NEEDS = {
    "slow": "factor",
    "traffic": "factor",
    "error": "probability",
    "loss": "probability",
    "delay": "seconds",
    "partition": "with_",
    "set": "path",
}


class Event(Part):
    """Something that happens at a time to a node, a link, a frame or (traffic) to everything."""

    at: float = setting(title="At", unit="s", help="Simulated time.", ge=0.0, le=1e9)
    duration: float | None = setting(
        None, title="Duration", unit="s", help="None lasts to the end.", ge=0.0, le=1e9
    )
    target: Id | None = setting(
        None, title="Target", help="Node, link or frame; none is everything."
    )
    change: Change = setting(title="Change", help="What happens.")
    factor: float | None = setting(
        None,
        title="Factor",
        help="slow: times longer work; traffic: times the load.",
        ge=0.0,
        le=1e6,
    )
    probability: float | None = setting(
        None, title="Probability", unit="%", help="error, loss: share of requests.", ge=0.0, le=1.0
    )
    seconds: float | None = setting(
        None, title="Added delay", unit="s", help="delay: added to each crossing.", ge=0.0, le=1e6
    )
    instances: int | None = setting(
        None,
        title="Instances",
        help="kill, slow: how many instances; none is all.",
        ge=1,
        le=100_000,
    )
    with_: Id | None = setting(None, title="With", help="partition: the other side.")
    path: str | None = setting(
        None, title="Path", help="set: the field, as in config.", max_length=200
    )
    value: JsonValue = Field(default=None)

    model_config = ConfigDict(
        alias_generator=lambda name: "with" if name == "with_" else name,
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Refuse an event that lacks what its change needs."""
        need = _NEEDS.get(self.change)
        if need is not None and getattr(self, need) is None:
            msg = f"a {self.change!r} event needs {need.rstrip('_')!r}"
            raise ValueError(msg)
        if self.target is None and self.change != "traffic":
            msg = f"a {self.change!r} event needs a target"
            raise ValueError(msg)
        return self


class Scenario(Part):
    """What is run: how long, from which seed, and what happens meanwhile."""

    duration: float = setting(
        600.0, title="Duration", unit="s", help="Simulated length of a run.", gt=0.0, le=1e8
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
            msg = f"warmup ({self.warmup:g} s) must be below duration ({self.duration:g} s)"
            raise ValueError(msg)
        return self


class Objective(Part):
    """A bound on a metric, such as ``users.latency.p99`` below .25 s."""

    metric: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    below: float | None = None
    above: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        """Refuse an objective without a bound."""
        if self.below is None and self.above is None:
            msg = "an objective needs 'below' or 'above'"
            raise ValueError(msg)
        return self


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
    objectives: tuple[Objective, ...] = Field(default=(), strict=False)

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

    def item(self, item_id: str) -> Node | Link | Frame | Note | None:
        """The item of any sort with that id; ids are unique over the whole design."""
        return (
            self.node_by_id.get(item_id)
            or self.link_by_id.get(item_id)
            or self.frame_by_id.get(item_id)
            or self.note_by_id.get(item_id)
        )
