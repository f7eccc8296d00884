"""A design read with the catalog: its configs typed, and what is wrong with their values."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from engine.catalog.typed import DesignError, typed_config, typed_frame, typed_link
from engine.plan.lower import DEFAULT_CLASSES
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design
    from engine.model.fields import Config
    from engine.model.findings import Finding
    from engine.model.frame import FrameConfig
    from engine.model.link import LinkConfig
    from engine.model.traffic import RequestClass


@dataclass(frozen=True, slots=True)
class Reading:
    """What the checks and the lowering read."""

    design: Design
    classes: tuple[RequestClass, ...]
    configs: Mapping[str, Config]
    """Typed configs of the nodes whose kind and values are right, by id."""
    links: Mapping[str, LinkConfig]
    """Typed configs of the links whose values are right, by id."""
    errors: tuple[Finding, ...]
    """What keeps the design from running."""
    frames: Mapping[str, FrameConfig] = field(default_factory=dict)
    """Typed configs of the frames whose values are right, by id."""

    def with_errors(self, errors: list[Finding]) -> Reading:
        """The reading with more errors."""
        return replace(self, errors=(*self.errors, *errors)) if errors else self


def read(design: Design) -> Reading:
    """Give every config its type."""
    errors: list[Finding] = []
    configs: dict[str, Config] = {}
    for node in design.nodes:
        try:
            configs[node.id] = typed_config(node)
        except DesignError as error:
            errors += error.findings
    links: dict[str, LinkConfig] = {}
    for link in design.links:
        try:
            links[link.id] = typed_link(link)
        except DesignError as error:
            errors += error.findings
    frames: dict[str, FrameConfig] = {}
    for frame in design.frames:
        try:
            frames[frame.id] = typed_frame(frame)
        except DesignError as error:
            errors += error.findings
    classes = design.classes or DEFAULT_CLASSES
    return Reading(design, classes, configs, links, tuple(errors), frames)
