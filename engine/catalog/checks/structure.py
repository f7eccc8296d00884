"""Errors of structure: ids, ends of links, what may call what, classes and their mixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.client import ClientConfig
from engine.catalog.registry import component
from engine.catalog.service import ServiceConfig
from engine.model.arrivals import Trace
from engine.model.component import can_link
from engine.model.edits import Remove
from engine.model.findings import Finding
from engine.model.names import did_you_mean, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.catalog.reading import Reading
    from engine.model.component import Component
    from engine.model.design import Design, Frame, Link, Node, Note


def structure_errors(reading: Reading) -> Iterator[Finding]:
    """What is wrong with how the design hangs together."""
    yield from _id_errors(reading.design)
    yield from _link_errors(reading.design)
    yield from class_errors(reading)
    if not any(node.kind == "client" for node in reading.design.nodes):
        message = "There is no client, so nothing makes requests; add one"
        yield Finding(level="error", code="no-client", message=message)


def _id_errors(design: Design) -> Iterator[Finding]:
    """Ids that are used twice."""
    seen: set[str] = set()
    items: list[Node | Link | Frame | Note] = [*design.nodes, *design.links, *design.frames]
    for item in [*items, *design.notes]:
        if item.id in seen:
            message = f"The id {item.id!r} is used twice; give every item an id of its own"
            yield Finding(
                level="error", code="duplicate-id", id=item.id, field="id", message=message
            )
        seen.add(item.id)


def _link_errors(design: Design) -> Iterator[Finding]:
    """Links without ends, and links between kinds that do not fit."""
    nodes = design.node_by_id
    for link in design.links:
        gone = [name for name in ("source", "target") if getattr(link, name) not in nodes]
        for field in gone:
            end = getattr(link, field)
            message = f"The {field} {end!r} is no node; name a node or remove the link"
            yield _bad_link(link, message, field)
        if gone:
            continue
        source, target = component(nodes[link.source].kind), component(nodes[link.target].kind)
        if source is None or target is None:
            continue  # the unknown kind is reported at its node
        if not can_link(source, target):
            yield _bad_link(link, f"{_why_not(source, target)}; remove the link", "target")


def _bad_link(link: Link, message: str, field: str) -> Finding:
    """An error of a link, which removing it settles."""
    return Finding(
        level="error",
        code="bad-link",
        id=link.id,
        field=field,
        message=message,
        fix=Remove(frozenset({link.id}), "Remove link"),
    )


def _why_not(source: Component, target: Component) -> str:
    """Why a kind cannot call another."""
    if source.output == "none":
        return f"A {source.title} calls nobody"
    if target.input == "none":
        return f"A {target.title} cannot be called"
    if source.output == "messages":
        return f"A {source.title} hands messages to workers, but a {target.title} takes calls"
    return f"A {target.title} takes messages from a queue, but a {source.title} makes calls"


def class_errors(reading: Reading) -> Iterator[Finding]:
    """Classes with the same name, and names of classes that do not exist."""
    names = [each.name for each in reading.classes]
    for index, name in enumerate(names):
        if name in names[:index]:
            message = f"Two request classes are named {name!r}; rename one of them"
            yield Finding(
                level="error",
                code="duplicate-class",
                field=f"classes.{index}.name",
                message=message,
            )
    for node_id, config in reading.configs.items():
        if isinstance(config, ClientConfig):
            yield from unknown_classes(config.mix, names, node_id, "config.mix")
            if isinstance(config.arrivals, Trace):
                recorded = dict.fromkeys(config.arrivals.classes or ())
                yield from unknown_classes(recorded, names, node_id, "config.arrivals.classes")
            if config.mix and not any(config.mix.get(name) for name in names):
                message = "The shares of the mix sum to zero; give at least one class a share"
                yield Finding(
                    level="error", code="bad-mix", id=node_id, field="config.mix", message=message
                )
        if isinstance(config, ServiceConfig):
            yield from unknown_classes(config.class_times, names, node_id, "config.class_times")
    for link_id, link in reading.links.items():
        yield from unknown_classes(link.classes or (), names, link_id, "config.classes")
        yield from unknown_classes(
            () if link.kind is None else (link.kind,), names, link_id, "config.class"
        )


def unknown_classes(
    used: Iterable[str], known: list[str], item_id: str, field: str
) -> Iterator[Finding]:
    """Names that are no class of the design."""
    for name in used:
        if name in known:
            continue
        hint = did_you_mean(name, known)
        remedy = f"did you mean {hint!r}?" if hint else f"write {one_of(map(repr, known))}"
        yield Finding(
            level="error",
            code="unknown-class",
            id=item_id,
            field=field,
            message=f"{name!r} is no request class; {remedy}",
        )
