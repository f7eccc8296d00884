"""From a design to its plan: pure, fast, and the only place that knows both vocabularies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.preset import Lowering, law_plan
from engine.catalog.registry import preset
from engine.catalog.typed import DesignError, typed_config, typed_link
from engine.model.edits import EditError, SetField
from engine.model.findings import Finding
from engine.model.traffic import RequestClass, ZipfKeys
from engine.plan.primitives import (
    INFINITE,
    ClassPlan,
    EventPlan,
    KeyPlan,
    LinkPlan,
    NodePlan,
    Plan,
    RetryPlan,
)

if TYPE_CHECKING:
    from engine.model.design import Design, Event, Link, Node


def request_classes(design: Design) -> tuple[RequestClass, ...]:
    """The classes of a design; one named ``request`` where it lists none."""
    return design.classes or (RequestClass(),)


def lower(design: Design) -> Plan:
    """What the design means.

    Raises:
        DesignError: with every finding that keeps it from running.
    """
    classes = tuple(_class_plan(each) for each in request_classes(design))
    problems: list[Finding] = []
    nodes: list[NodePlan] = []
    for node in design.nodes:
        try:
            nodes.append(lower_node(node, classes))
        except DesignError as error:
            problems += error.findings
    links: list[LinkPlan] = []
    for link in design.links:
        try:
            links.append(lower_link(link, classes))
        except DesignError as error:
            problems += error.findings
    events: list[EventPlan] = []
    for index, event in enumerate(design.scenario.events):
        try:
            events.append(_event_plan(event, design, classes))
        except (DesignError, EditError) as error:
            field = f"scenario.events.{index}"
            problems.append(
                Finding(level="error", code="bad-event", field=field, message=str(error))
            )
    if problems:
        raise DesignError(tuple(problems))
    scenario = design.scenario
    return Plan(
        title=design.title,
        seed=scenario.seed,
        duration=scenario.duration,
        warmup=scenario.warmup,
        classes=classes,
        nodes=tuple(nodes),
        links=tuple(links),
        events=tuple(events),
    )


def lower_node(node: Node, classes: tuple[ClassPlan, ...]) -> NodePlan:
    """What a node means. Raises ``DesignError``."""
    config = typed_config(node)
    found = preset(node.kind)
    assert found is not None
    return found.lower(config, Lowering(id=node.id, classes=classes))


def lower_link(link: Link, classes: tuple[ClassPlan, ...]) -> LinkPlan:
    """What a link means. Raises ``DesignError``."""
    config = typed_link(link)
    retry, backoff = config.retry, config.retry.backoff
    used = config.classes
    return LinkPlan(
        id=link.id,
        source=link.source,
        target=link.target,
        order=config.order,
        probability=config.probability,
        times=config.times,
        waits=config.mode == "call",
        on_miss=config.when == "miss",
        classes=tuple(used is None or each.name in used for each in classes),
        picker=config.picker,
        weight=config.weight,
        delay=law_plan(config.delay_law()),
        jitter=config.jitter,
        loss=config.loss,
        timeout=INFINITE if config.timeout is None else config.timeout,
        retry=RetryPlan(
            attempts=retry.attempts,
            base=backoff.base,
            factor=backoff.factor,
            cap=backoff.cap,
            jitter=backoff.jitter,
        ),
    )


def _class_plan(each: RequestClass) -> ClassPlan:
    """A request class in numbers."""
    alpha = each.keys.alpha if isinstance(each.keys, ZipfKeys) else 0.0
    return ClassPlan(
        name=each.name,
        write=each.operation == "write",
        request_bytes=each.request_bytes,
        response_bytes=each.response_bytes,
        priority=each.priority,
        deadline=INFINITE if each.deadline is None else each.deadline,
        keys=KeyPlan(count=each.keys.count, alpha=alpha),
    )


def _members(design: Design, target: str | None) -> tuple[set[str], set[str]]:
    """Nodes and links that an event's target stands for; a frame stands for all inside."""
    if target is None:
        return {node.id for node in design.nodes}, set()
    if target in design.link_by_id:
        return set(), {target}
    if target in design.node_by_id:
        return {target}, set()
    if target not in design.frame_by_id:
        msg = f"target {target!r} is no node, link or frame; name one of them"
        raise EditError(msg)
    frames = {target}
    for _ in design.frames:
        frames |= {frame.id for frame in design.frames if frame.frame in frames}
    return {node.id for node in design.nodes if node.frame in frames}, set()


def _event_plan(event: Event, design: Design, classes: tuple[ClassPlan, ...]) -> EventPlan:
    """An event with its target resolved."""
    nodes, links = _members(design, event.target)
    if event.change in {"delay", "loss", "partition"}:
        links |= _links_cut(event, design, nodes)
        nodes = set()
    end = INFINITE if event.duration is None else event.at + event.duration
    return EventPlan(
        at=event.at,
        end=end,
        change=event.change,
        nodes=tuple(node.id for node in design.nodes if node.id in nodes),
        links=tuple(link.id for link in design.links if link.id in links),
        factor=1.0 if event.factor is None else event.factor,
        probability=event.probability or 0.0,
        seconds=event.seconds or 0.0,
        instances=event.instances,
        replacement=_replacement(event, design, classes),
        label=describe(event, design),
    )


def _links_cut(event: Event, design: Design, nodes: set[str]) -> set[str]:
    """Links that a network event touches: those of the nodes, or between the two sides of a partition."""
    if event.with_ is None:
        return {link.id for link in design.links if link.source in nodes or link.target in nodes}
    others, _ = _members(design, event.with_)
    return {
        link.id
        for link in design.links
        if (link.source in nodes and link.target in others)
        or (link.source in others and link.target in nodes)
    }


def _replacement(
    event: Event, design: Design, classes: tuple[ClassPlan, ...]
) -> NodePlan | LinkPlan | None:
    """What the target of a ``set`` event is meanwhile."""
    if event.change != "set" or event.path is None or event.target is None:
        return None
    parts = tuple(event.path.split("."))
    path = parts if parts[0] == "config" else ("config", *parts)
    changed = SetField(event.target, path, event.value).apply(design).design
    node, link = changed.node_by_id.get(event.target), changed.link_by_id.get(event.target)
    if node is not None:
        return lower_node(node, classes)
    return lower_link(link, classes) if link is not None else None


def describe(event: Event, design: Design) -> str:
    """An event as people read it: ``Catalog cache flushed``."""
    item = design.item(event.target) if event.target is not None else None
    name = getattr(item, "name", "") or event.target or "everything"
    some = "" if event.instances is None else f"{event.instances} × "
    words = {
        "kill": f"{some}{name} killed",
        "slow": f"{some}{name} slow × {event.factor or 0:g}",
        "error": f"{name} errors {100 * (event.probability or 0):g} %",
        "loss": f"{name} loss {100 * (event.probability or 0):g} %",
        "delay": f"{name} delay + {1000 * (event.seconds or 0):g} ms",
        "partition": f"{name} cut from {event.with_}",
        "flush": f"{name} flushed",
        "traffic": f"load × {event.factor or 0:g}" + ("" if event.target is None else f" ({name})"),
        "set": f"{name} {event.path} = {event.value}",
    }
    return words[event.change]
