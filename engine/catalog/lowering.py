"""From a design to its plan: pure and fast, the place where both vocabularies meet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.catalog.checks.auth import account_errors, auth_errors
from engine.catalog.checks.fallbacks import fallback_errors
from engine.catalog.checks.faults import fault_errors
from engine.catalog.checks.flows import flow_errors
from engine.catalog.checks.instances import instance_errors
from engine.catalog.checks.leases import lease_errors
from engine.catalog.checks.loops import loop_errors
from engine.catalog.checks.scenario import scenario_errors
from engine.catalog.checks.sessions import session_errors
from engine.catalog.checks.standstill import standstill_errors
from engine.catalog.checks.structure import structure_errors
from engine.catalog.events import event_plan
from engine.catalog.inside import places_inside
from engine.catalog.lasting import lasting_errors
from engine.catalog.links import lowered_link, one_way
from engine.catalog.preset import Lowering
from engine.catalog.pricing import priced
from engine.catalog.reading import Reading, read
from engine.catalog.registry import preset
from engine.catalog.typed import DesignError
from engine.model.names import frame_name, name_of
from engine.model.round_trips import RoundTrips
from engine.model.spread import homes_of
from engine.plan.forwarding import as_forwarded
from engine.plan.lower import class_plan
from engine.plan.primitives import FramePlan, HomePlan, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.design import Design, Node
    from engine.model.fields import Config
    from engine.model.findings import Finding
    from engine.plan.primitives import ClassPlan, NodePlan


def lower(design: Design) -> Plan:
    """What the design means.

    Raises:
        DesignError: with everything that keeps it from running.
    """
    reading = read_whole(design)
    if reading.errors:
        raise DesignError(reading.errors)
    plan = plan_of(reading)
    errors = endless_errors(reading, plan)
    if errors:
        raise DesignError(errors)
    return plan


def endless_errors(reading: Reading, plan: Plan) -> tuple[Finding, ...]:
    """What a design would never come to an end of, as it begins or as events leave it for good."""
    found = _endless(reading, plan)
    return found or tuple(lasting_errors(reading.design, _endless_once_changed))


def _endless(reading: Reading, plan: Plan) -> tuple[Finding, ...]:
    """What it would never come to an end of while nothing changes."""
    return (*loop_errors(reading, plan), *standstill_errors(reading, plan))


def _endless_once_changed(design: Design) -> tuple[Finding, ...]:
    """The same of what is left of a design; where that is wrong for another reason, the events say so."""
    reading = read_whole(design)
    return () if reading.errors else _endless(reading, plan_of(reading))


def read_whole(design: Design) -> Reading:
    """The design with typed configs and everything that keeps it from running."""
    reading = read(design)
    checks = (
        structure_errors,
        flow_errors,
        fallback_errors,
        auth_errors,
        account_errors,
        instance_errors,
        lease_errors,
        fault_errors,
        scenario_errors,
        session_errors,
    )
    return reading.with_errors([finding for check in checks for finding in check(reading)])


def plan_of(reading: Reading) -> Plan:
    """The plan of a design without errors."""
    design, scenario = reading.design, reading.design.scenario
    classes = tuple(class_plan(each) for each in reading.classes)
    nodes = {plan.id: plan for plan in _node_plans(reading, classes)}
    trips = RoundTrips(design)
    links = (
        lowered_link(link, reading.links[link.id], classes, trips, design) for link in design.links
    )
    plan = Plan(
        title=design.title,
        seed=scenario.seed,
        duration=scenario.duration,
        warmup=scenario.warmup,
        classes=classes,
        nodes=tuple(nodes.values()),
        links=tuple(as_forwarded(link, nodes[link.source]) for link in links),
        events=tuple(event_plan(design, event, classes) for event in scenario.events),
        frames=tuple(_frame_plans(reading)),
        homes=tuple(_homes(design)),
        names=names_in(design),
    )
    return plan if design.prices is None else priced(plan, design, design.prices)


def names_in(design: Design) -> dict[str, str]:
    """What people call the nodes and links of a design, by id."""
    names = {node.id: name_of(design, node.id) for node in design.nodes}
    ends = (
        (link.id, names.get(link.source, link.source), names.get(link.target, link.target))
        for link in design.links
    )
    return names | {link: f"{source} → {target}" for link, source, target in ends}


def _homes(design: Design) -> Iterator[HomePlan]:
    """Where nodes are that are in a zone or a region."""
    if not design.frames:
        return
    trips = RoundTrips(design)
    for node in design.nodes:
        places = tuple(_home(design, trips, node.id, home) for home in homes_of(node))
        home = places[0]
        if len(places) > 1:
            zone = home.zone if len({each.zone for each in places}) == 1 else None
            region = home.region if len({each.region for each in places}) == 1 else None
            home = HomePlan(node=node.id, zone=zone, region=region, places=places)
        around = [trips.around_frame(each) for each in homes_of(node)]
        apart = tuple(tuple(one_way(trips, here, there) for there in around) for here in around)
        if home.places or any(map(any, apart)):
            yield replace(home, apart=apart)
        elif home.name:
            yield home


def _home(design: Design, trips: RoundTrips, name: str, frame: str | None) -> HomePlan:
    """Where a node is that lies in a frame."""
    around = [design.frame_by_id[each] for each in trips.around_frame(frame)]
    zone = next((frame.id for frame in around if frame.kind == "zone"), None)
    region = next((frame.id for frame in around if frame.kind == "region"), None)
    return HomePlan(node=name, zone=zone, region=region)


def _frame_plans(reading: Reading) -> Iterator[FramePlan]:
    """What frames mean: those that fail, and those of which a node may say so, now or by an event."""
    design = reading.design
    if not design.frames:
        return
    inside = places_inside(design, RoundTrips(design))
    drawn: defaultdict[str | None, list[str]] = defaultdict(list)
    for node in design.nodes:
        drawn[node.frame].append(node.id)
    for frame in design.frames:
        config = reading.frames.get(frame.id)
        own = tuple(drawn[frame.id])
        faults = config.faults if config is not None else None
        if faults is not None or own:
            places = inside.get(frame.id, {})
            nodes = tuple(places)
            within = tuple(
                (name, here)
                for name, here in places.items()
                if len(here) < len(homes_of(design.node_by_id[name]))
            )
            yield FramePlan(
                id=frame.id,
                name=frame_name(frame),
                own=own,
                nodes=nodes,
                faults=faults,
                within=within,
            )


def _node_plans(reading: Reading, classes: tuple[ClassPlan, ...]) -> list[NodePlan]:
    """What the nodes mean, in the order of the design."""
    return [
        node_plan(node, reading.configs[node.id], classes)
        for node in reading.design.nodes
        if preset(node.kind) is not None
    ]


def node_plan(node: Node, config: Config, classes: tuple[ClassPlan, ...]) -> NodePlan:
    """What a node of a known kind means.

    Raises:
        KeyError: its kind is not known.
    """
    found = preset(node.kind)
    if found is None:
        raise KeyError(node.kind)
    return found.plan(config, Lowering(node.id, classes))
