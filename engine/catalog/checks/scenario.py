"""Errors of the scenario and the objectives: targets, paths and metrics that do not exist."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.catalog.checks.auth import auth_of
from engine.catalog.checks.draining import drain_problem, drain_warnings
from engine.catalog.checks.event_fixes import raw_event, with_events
from engine.catalog.checks.flows import explicit_flow, unknown_links
from engine.catalog.checks.repairs import repair_problem, repair_warnings
from engine.catalog.checks.structure import class_errors
from engine.catalog.events import config_path, replaced
from engine.catalog.inside import members
from engine.catalog.measures import measured_of
from engine.catalog.registry import component
from engine.catalog.typed import DesignError, typed_config, typed_link
from engine.model.design import Link, Node
from engine.model.edits import EditError, SetField
from engine.model.findings import Finding
from engine.model.last_mile import last_mile
from engine.model.metric_names import instance_of, made
from engine.model.metrics import BLAST_RADIUS, metric_of_design
from engine.model.names import did_you_mean, name_of, one_of
from engine.model.spread import FIELD as SPREAD
from engine.model.units import format_instant, format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Design, Event
    from engine.model.event_record import Target
    from engine.model.fields import Config


def scenario_errors(reading: Reading) -> Iterator[Finding]:
    """Events and objectives that mean nothing."""
    design = reading.design
    known = _items(design)
    for index, event in enumerate(design.scenario.events):
        yield from _unread(design, index, event)
        problem = _event_problem(reading, event, known)
        if problem is not None:
            field, what = problem
            yield Finding(
                level="error",
                code="bad-event",
                id=event.target if event.target in known else None,
                field=f"scenario.events.{index}.{field}",
                message=what,
                fix=with_events(design, {index: None}, "Remove event"),
            )
    yield from _objective_errors(design)


def _objective_errors(design: Design) -> Iterator[Finding]:
    """Objectives about what no run of the design measures."""
    for index, objective in enumerate(design.objectives):
        message = metric_problem(design, objective.metric)
        if message is not None:
            yield Finding(
                level="error",
                code="unknown-metric",
                field=f"objectives.{index}.metric",
                message=message,
            )


def _event_problem(reading: Reading, event: Event, known: set[str]) -> tuple[str, str] | None:
    """The field that is wrong with an event, and what to do about it."""
    design = reading.design
    items = [each for each in event.kind.fields if each.sort == "item"]
    named = [
        ("target", event.target),
        *((each.name, getattr(event, each.attribute)) for each in items),
    ]
    for field, target in named:
        if target is not None and target not in known:
            hint = did_you_mean(target, known)
            remedy = f"did you mean {hint!r}?" if hint else "name a node, link or frame"
            return field, f"The {event.change} event names {target!r}, which is not there; {remedy}"
    kind = event.kind
    sort = _sort_of(design, event.target)
    if sort not in kind.targets:
        wanted = one_of(f"a {each}" for each in kind.targets if each != "everything")
        return "target", f"A {event.change} event needs {wanted}, not a {sort}"
    if kind.hits == "settings":
        return _set_problem(reading, event)
    nodes = members(design, event.target)
    if kind.hits == "clients" and not any(each.kind == "client" for each in nodes):
        return "target", f"{_target(design, event)} {kind.misses}"
    keeps = any(each.id in reading.configs and _keeps(each, kind.hits) for each in nodes)
    if kind.hits in ("stores", "replicas") and not keeps:
        return "target", f"{_target(design, event)} {kind.misses}"
    return (
        _users_problem(reading, event, nodes)
        or _leak_problem(reading, event, nodes)
        or drain_problem(design, event, nodes)
        or repair_problem(design, event)
    )


def _knows_users(reading: Reading, node: Node, event: Event) -> bool:
    """Whether a node has what an event about users, their sessions and tokens is about."""
    config = reading.configs.get(node.id)
    if event.kind.hits == "logins" and getattr(config, "sessions", None) is not None:
        return True
    checks = [auth_of(each) for each in reading.configs.values()]
    servers = {auth.server for auth in checks if auth is not None}
    return bool(node.kind == "auth" or node.id in servers or auth_of(config))


def _users_problem(reading: Reading, event: Event, nodes: list[Node]) -> tuple[str, str] | None:
    """Why an event that should hit users hits none."""
    if event.kind.hits not in ("users", "keys", "logins"):
        return None
    if not any(_knows_users(reading, node, event) for node in nodes):
        return "target", f"{_target(reading.design, event)} {event.kind.misses}"
    if event.kind.hits == "users" and not event.probability and event.user is None:
        return "probability", f"The {event.change} event hits nobody; write a share or a user"
    return None


def _leak_problem(reading: Reading, event: Event, nodes: list[Node]) -> tuple[str, str] | None:
    """Why an event that should leak something leaks nothing."""
    if all(field.name != "bytes" for field in event.kind.fields):
        return None
    if not event.bytes and not event.workers:
        return "workers", f"The {event.change} event leaks nothing; write bytes or workers a second"
    configs = [reading.configs.get(node.id) for node in nodes]
    if event.bytes and not any(getattr(each, "memory", None) for each in configs):
        name = _target(reading.design, event)
        return "bytes", f"{name} has no memory that could leak; switch memory on, or leak workers"
    return None


def _sort_of(design: Design, target: str | None) -> Target:
    """What sort of thing an event names."""
    if target is None:
        return "everything"
    if target in design.node_by_id:
        return "node"
    return "link" if target in design.link_by_id else "frame"


def _class_problem(reading: Reading, item: Node | Link) -> tuple[str, str] | None:
    """A request class that the target of a ``set`` event names meanwhile, and that is not there."""
    configs = {item.id: typed_config(item)} if isinstance(item, Node) else {}
    links = {item.id: typed_link(item)} if isinstance(item, Link) else {}
    changed = replace(reading, configs=configs, links=links)
    found = next((each for each in class_errors(changed) if each.id == item.id), None)
    return None if found is None else ("value", found.message)


def _profile_problem(design: Design, item: Node | Link) -> tuple[str, str] | None:
    """A last mile that a ``set`` event gives a client: it is on the links that leave it, which the event leaves alone."""
    before = design.item(item.id)
    if not isinstance(item, Node) or not isinstance(before, Node):
        return None
    if last_mile(item.kind, item.config) == last_mile(before.kind, before.config):
        return None
    name = name_of(design, item.id)
    return (
        "path",
        f"{name}: no event changes its profile; let one set 'delay' or 'bandwidth' of a link that leaves it",
    )


def _set_problem(reading: Reading, event: Event) -> tuple[str, str] | None:
    """What is wrong with a ``set`` event."""
    design = reading.design
    if config_path(event.path or "")[1:2] == (SPREAD,):
        message = (
            "an event does not move instances from frame to frame; set where they lie in the design"
        )
        return "path", f"{_target(design, event)}: {message}"
    try:
        item = replaced(design, event)
    except (EditError, DesignError) as error:
        return "path", f"{_target(design, event)}: {error}"
    problem = _class_problem(reading, item) or _profile_problem(design, item)
    if problem is not None:
        return problem
    flow = explicit_flow(typed_config(item)) if isinstance(item, Node) else None
    wrong = next(unknown_links(design, item.id, flow), None) if flow is not None else None
    return ("value", wrong.message) if wrong is not None else None


def _target(design: Design, event: Event) -> str:
    """What people call the target of an event."""
    return name_of(design, event.target) if event.target is not None else "The design"


def _unread(design: Design, index: int, event: Event) -> Iterator[Finding]:
    """Fields that do nothing in an event of its kind: nobody should believe that they do."""
    kind = event.kind
    reads = [repr(field.name) for field in kind.fields]
    for name in event.unread():
        what = f"it reads {' and '.join(reads)}" if reads else "it reads none of its own"
        raw = raw_event(event)
        del raw[name]
        yield Finding(
            level="error",
            code="unread-field",
            id=event.target if event.target in _items(design) else None,
            field=f"scenario.events.{index}.{name}",
            message=f"The {event.change} event at {format_instant(event.at)} does not read {name!r} ({what}); "
            "take the field out",
            fix=with_events(design, {index: raw}, f"Take out {name}"),
        )


def _items(design: Design) -> set[str]:
    """Everything that an event may name."""
    return {*design.node_by_id, *design.link_by_id, *design.frame_by_id}


def metric_problem(design: Design, metric: str) -> str | None:
    """Why no run could measure a metric."""
    item_id, _, name = metric.partition(".")
    if metric_of_design(metric) is not None:
        return _problem_of_whole(design, metric)
    node, link = design.node_by_id.get(item_id), design.link_by_id.get(item_id)
    if node is None and link is None:
        hint = did_you_mean(item_id, [*design.node_by_id, *design.link_by_id])
        remedy = f"did you mean {hint}.{name}?" if hint else "begin with the id of a node or link"
        return f"The objective's {metric!r} names no node or link; {remedy}"
    measured = measured_of(node)
    known = [each.name for each in measured]
    if name in known or (node is not None and component(node.kind) is None):
        return None
    if made(name, measured) is not None:
        return _no_instance(design, node, metric, name)
    hint = did_you_mean(name, known)
    remedy = (
        f"did you mean {item_id}.{hint}?" if hint else f"write one such as {item_id}.{known[0]}"
    )
    return f"Nothing is measured as {metric!r}; {remedy}"


def _problem_of_whole(design: Design, metric: str) -> str | None:
    """Why something is not measured of a whole design."""
    event = BLAST_RADIUS.event
    if metric != BLAST_RADIUS.name:
        unpriced = (
            f"Nothing has a price, so {metric!r} is not measured; switch prices on for the design"
        )
        return unpriced if design.prices is None else None
    if any(each.change == event for each in design.scenario.events):
        return None
    return f"No attacker comes, so {metric!r} is not measured; add a {event!r} event"


def _no_instance(design: Design, node: Node | None, metric: str, name: str) -> str | None:
    """Why a node cannot have the instance that a metric names; None where it can."""
    place = instance_of(name)
    most = 1 if node is None else _most(design, node)
    if place is None or most is None or place < most:
        return None
    there = "one instance, number 0" if most == 1 else f"{most} instances, numbers 0 to {most - 1}"
    return f"Nothing is measured as {metric!r}; its node has {there}"


def _most(design: Design, node: Node) -> int | None:
    """The most instances that a node ever has, events that set some included; None where nobody knows."""
    sized = [node]
    for event in design.scenario.events:
        if event.kind.hits == "settings" and event.target == node.id:
            with suppress(EditError, DesignError):
                item = replaced(design, event)
                sized += [item] if isinstance(item, Node) else []
    try:
        return max(_most_of(typed_config(each)) for each in sized)
    except DesignError:
        return None


def objective_warnings(design: Design) -> Iterator[Finding]:
    """Objectives about a time that the scenario does not have: nothing will be measured for them."""
    end, warmup = design.scenario.duration, design.scenario.warmup
    for index, objective in enumerate(design.objectives):
        if objective.to is not None and objective.to > end:
            field, when = "to", f"until {format_instant(objective.to)}"
        elif objective.from_ is not None and objective.from_ >= end:
            field, when = "from", f"from {format_instant(objective.from_)} on"
        elif objective.from_ is None and objective.to is not None and objective.to <= warmup:
            yield Finding(
                level="warning",
                code="objective-outside",
                field=f"objectives.{index}.to",
                message=f"The objective on {objective.metric!r} counts until {format_instant(objective.to)}, when the "
                f"warm-up ({format_quantity(warmup, 's')}) is not over; give it a 'from'",
            )
            continue
        else:
            continue
        yield Finding(
            level="warning",
            code="objective-outside",
            field=f"objectives.{index}.{field}",
            message=f"The objective on {objective.metric!r} counts {when}, but the run ends at {format_instant(end)}, "
            "so it cannot be met; run longer, or choose another time",
        )


def event_warnings(reading: Reading) -> Iterator[Finding]:
    """Events about more instances than there are, and answers that somebody waits for without end."""
    design = reading.design
    for index, event in enumerate(design.scenario.events):
        reads = {field.name for field in event.kind.fields}
        nodes = members(design, event.target) if reads & {"instances", "instance"} else []
        there = max((_instances(reading, node) for node in nodes), default=None)
        if event.instances is not None and there is not None and event.instances > there:
            yield Finding(
                level="warning",
                code="few-instances",
                id=event.target,
                field=f"scenario.events.{index}.instances",
                message=f"The {event.change} event at {format_instant(event.at)} is about {event.instances} instances, and "
                f"{_target(design, event)} has {there}; write at most {there}, or leave it out for all",
            )
        if event.instance is not None and there is not None and event.instance > there:
            yield Finding(
                level="warning",
                code="few-instances",
                id=event.target,
                field=f"scenario.events.{index}.instance",
                message=f"The {event.change} event at {format_instant(event.at)} is about instance {event.instance}, and "
                f"{_target(design, event)} has {there}; write at most {there}",
            )
        limited = ("workers", "connections")
        configs = [reading.configs.get(node.id) for node in nodes]
        if event.workers and not any(hasattr(each, name) for each in configs for name in limited):
            yield Finding(
                level="warning",
                code="no-effect",
                id=event.target,
                field=f"scenario.events.{index}.workers",
                message=f"{_target(design, event)} has no workers that could be lost, so none leak; name a "
                "service, a worker or a database",
            )
        if event.kind.silences:
            yield from _endless(reading, event)
        if event.kind.drains:
            yield from drain_warnings(reading, index, event)
        if event.through is not None:
            yield from repair_warnings(design, index, event)


def _endless(reading: Reading, event: Event) -> Iterator[Finding]:
    """Callers without a timeout, of what is never answered."""
    design, hit = reading.design, {node.id for node in members(reading.design, event.target)}
    for link in design.links:
        config = reading.links.get(link.id)
        calls = config is not None and config.mode == "call" and config.timeout is None
        source = reading.configs.get(link.source)
        gives_up = hasattr(source, "visibility") or hasattr(source, "poll_timeout")
        if not calls or link.target not in hit or gives_up:
            continue
        name = name_of(design, link.id)
        yield Finding(
            level="warning",
            code="endless-wait",
            id=link.id,
            field="config.timeout",
            message=f"Who calls over {name} has no timeout and waits for ever once {_target(design, event)} "
            f"never answers, from {format_instant(event.at)} on; set one",
            fix=SetField(link.id, ("config", "timeout"), 1.0, "Set 1 s"),
        )


def _instances(reading: Reading, node: Node) -> int:
    """As many instances as a node may have."""
    return _most_of(reading.configs.get(node.id))


def _most_of(config: Config | None) -> int:
    """As many instances as a config allows, copies of a database included."""
    scale = getattr(config, "autoscale", None)
    if scale is not None:
        return int(max(scale.max, getattr(config, "instances", 1)))
    instances, replicas = (int(getattr(config, name, 0)) for name in ("instances", "replicas"))
    if hasattr(config, "acknowledge"):
        return max(1, instances) + replicas
    return max(1, instances, replicas)  # those of a cluster lie on its instances


def _keeps(node: Node, what: str) -> bool:
    """Whether a node has a store that could be flushed, or replicas."""
    found = component(node.kind)
    if node.kind == "key_value_cluster":
        return True
    return what == "stores" and found is not None and found.keeps_answers
