"""Nodes and links: one or several items with a typed config, shown by the fields they share."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.model.edits import CompoundEdit, SetField
from engine.model.flow_text import flow_of_links
from engine.model.link import LinkConfig
from engine.model.names import frame_name
from widgets.inspector.fields import Field, Option, config_fields, law_fields
from widgets.inspector.shapes import Shape
from widgets.inspector.subjects.base import WithoutLists, class_names, edit_label, label_of
from widgets.inspector.subjects.shared import SharedFields, likeness
from widgets.inspector.writing import check, written

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from pydantic import BaseModel, JsonValue

    from engine.model.component import Component
    from engine.model.design import Design, Link, Node
    from engine.model.edits import Edit, Unset
    from widgets.inspector.fields import Path

_SLICE: Final = 16
"""Items between two looks at the clock."""


class ConfiguredSubject(WithoutLists):
    """Items with a config; an edit of several is one step."""

    def __init__(
        self,
        design: Design,
        items: Sequence[Node | Link],
        classes: Sequence[type[BaseModel] | None],
    ) -> None:
        """Show ``items``, whose configs have ``classes`` (none where the kind is unknown)."""
        self.design = design
        self.items = items
        self._classes = classes
        self._shared: SharedFields | None = None
        self._looked_at = 0
        """How many items have been compared."""
        self._known: set[tuple[type[BaseModel] | None, str]] = set()
        """What tells apart the configs that have been compared: equal ones have equal fields."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the items."""
        return tuple(item.id for item in self.items)

    @property
    def key(self) -> str:
        """Ids in one string."""
        return " ".join(self.ids)

    def advance(self, seconds: float) -> bool:
        """Compare more of the items; tells whether all are."""
        until = time.monotonic() + seconds
        while self._looked_at < len(self.items):
            for _ in range(_SLICE):
                self._compare_next()
            if time.monotonic() >= until:
                break
        return self._looked_at >= len(self.items)

    def fields(self) -> list[Field]:
        """Fields that all items have, marked where their values differ."""
        while not self.advance(math.inf):
            pass
        return [] if self._shared is None else self._shared.fields()

    def _compare_next(self) -> None:
        """Look at one more item, unless one like it was."""
        if self._looked_at >= len(self.items):
            return
        item, cls = self.items[self._looked_at], self._classes[self._looked_at]
        self._looked_at += 1
        like = cls, likeness(item.config)
        if self._shared is None:
            self._shared = SharedFields(self._of(item, cls))
        elif like not in self._known:
            self._shared.take(self._of(item, cls, self._shared.names))
        self._known.add(like)

    def edit(self, path: Path, value: JsonValue | Unset) -> Edit:
        """Write to every item; all or none."""
        title = next((field.title for field in self.fields() if field.path == path), path[-1])
        edits = [
            self._write(item, cls, path[1:], value, edit_label(title))
            for item, cls in zip(self.items, self._classes, strict=True)
        ]
        return edits[0] if len(edits) == 1 else CompoundEdit.of(edits, edits[0].label)

    def _write(
        self,
        item: Node | Link,
        cls: type[BaseModel] | None,
        path: Path,
        value: JsonValue | Unset,
        label: str,
    ) -> SetField:
        """Checked edit of one item."""
        new = value
        if cls is not None:
            new = written(cls, item.config, path, value)
            check(cls, item.config, path, new)
        return SetField(item.id, ("config", path[0]), new, label)

    def _of(
        self,
        item: Node | Link,
        cls: type[BaseModel] | None,
        names: Container[str] | None = None,
    ) -> list[Field]:
        """Fields of one item.

        Args:
            item: a node or a link.
            cls: of its config.
            names: of the only fields that are asked for, to be compared with those of the first item;
                it is that one whose options are offered.
        """
        if cls is None:
            return [
                Field(("config", name), Shape("json"), name, group="Unknown kind", value=value)
                for name, value in item.config.items()
            ]
        known = class_names(self.design)
        options = tuple(Option(name, name) for name in known)
        fields: list[Field] = []
        for field in config_fields(cls, dict(item.config), ("config",), names):
            if field.shape.sort == "laws":
                fields += law_fields(field, known)
            elif field.shape.sort == "steps" and names is None:
                written_out = Option(flow_of_links(self.design, item.id), "Links")
                links = tuple(
                    Option(link.id, label_of(self.design, link.target), "link")
                    for link in self.design.links
                    if link.source == item.id
                )
                classes = tuple(Option(name, name, "class") for name in known)
                fields.append(replace(field, options=(written_out, *links, *classes)))
            elif field.shape.sort == "frames":
                frames = self.design.frames
                shown = tuple(Option(frame.id, frame_name(frame)) for frame in frames)
                fields.append(replace(field, options=shown))
            elif field.shape.sort in ("names", "shares"):
                fields.append(replace(field, options=options))
            elif field.path == ("config", "class"):
                callers = (Option(None, "The caller's"), *options)
                choice = Shape("choice", nullable=True)
                fields.append(replace(field, shape=choice, options=callers))
            else:
                fields.append(field)
        return fields


class NodesSubject(ConfiguredSubject):
    """One or several nodes."""

    def __init__(
        self, design: Design, nodes: Sequence[Node], components: Mapping[str, Component]
    ) -> None:
        """Show ``nodes``."""
        self._components = [components.get(node.kind) for node in nodes]
        super().__init__(design, nodes, [c.config if c else None for c in self._components])
        self._nodes = nodes
        self.family = " ".join(sorted({node.kind for node in nodes}))

    @property
    def icon(self) -> str:
        """The component's icon; several kinds have the icon of a group."""
        first = self._components[0]
        if len({node.kind for node in self._nodes}) > 1:
            return "group"
        return first.icon if first else "unknown"

    @property
    def title(self) -> str:
        """Name of the one node, or how many."""
        first = self._nodes[0]
        return first.name or first.id if len(self._nodes) == 1 else f"{len(self._nodes)} nodes"

    @property
    def kind(self) -> str:
        """Title of the component in small letters."""
        kinds = {node.kind for node in self._nodes}
        first = self._components[0]
        if len(kinds) > 1:
            return f"{len(kinds)} kinds"
        return lowered(first.title) if first else f"{self._nodes[0].kind} (unknown)"

    @property
    def help(self) -> str:
        """The component's help, or what to know about an unknown kind."""
        first = self._components[0]
        if first is None:
            return (
                "This version of Windtunnel does not know this kind. "
                "Its settings are kept as they are."
            )
        return first.help if len({node.kind for node in self._nodes}) == 1 else ""

    @property
    def renamable(self) -> bool:
        """One node has a name to edit."""
        return len(self._nodes) == 1

    def rename(self, text: str) -> Edit:
        """Rename the node."""
        return SetField(self._nodes[0].id, ("name",), text, "Rename")


class LinksSubject(ConfiguredSubject):
    """One or several links."""

    family = "links"
    icon = "link"
    help = (
        "The network between two nodes and the caller's policy: how long it waits, "
        "how often it tries again."
    )
    renamable = False

    def __init__(self, design: Design, links: Sequence[Link]) -> None:
        """Show ``links``."""
        super().__init__(design, links, [LinkConfig] * len(links))
        self._links = links

    @property
    def title(self) -> str:
        """The ends of the one link, or how many."""
        if len(self._links) > 1:
            return f"{len(self._links)} links"
        return label_of(self.design, self._links[0].id)

    @property
    def kind(self) -> str:
        """What it is."""
        return "link"

    def rename(self, text: str) -> Edit:
        """Links have no names of their own."""
        raise NotImplementedError(text)


def lowered(title: str) -> str:
    """Title inside a sentence: ``load balancer``, but ``SQL database``."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title
