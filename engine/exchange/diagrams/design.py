"""A flowchart as a design: kinds guessed, what cannot be a link left out and told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.exchange.diagrams.guessing import DEFAULT, guessed
from engine.exchange.diagrams.mermaid import MAX_LABEL
from engine.model.component import can_link
from engine.model.design import Design, Frame, Link, Node
from engine.model.ids import fresh_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from engine.exchange.diagrams.mermaid import Arrow, Flowchart
    from engine.model.component import Component

SAME_ZONE: Final = 0.00025
"""One-way delay of a link (s): two machines in one zone."""
_TOLD: Final = 3
"""Things that were left out, told one by one."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The design, and one line about what was not understood; empty where all was."""

    design: Design
    left_out: str


def design_of(chart: Flowchart, components: Mapping[str, Component]) -> Drawn:
    """Nodes, links and frames of a flowchart; places are for somebody else to find."""
    kinds = _kinds(chart, components)
    taken: set[str] = set()
    ids: dict[str, str] = {}
    for own in [*chart.boxes, *(f"frame {group}" for group in chart.groups)]:
        ids[own] = fresh_id(own.removeprefix("frame ").lower(), taken)
        taken.add(ids[own])
    nodes = tuple(
        Node(
            id=ids[box.id],
            kind=kinds[box.id],
            name=(box.label or box.id)[:MAX_LABEL],
            frame=ids[f"frame {box.group}"] if box.group is not None else None,
            config=_sample(components.get(kinds[box.id])),
        )
        for box in chart.boxes.values()
        if box.id not in chart.groups
    )
    frames = tuple(
        Frame(
            id=ids[f"frame {group.id}"],
            name=group.title,
            frame=ids[f"frame {group.group}"] if group.group is not None else None,
        )
        for group in chart.groups.values()
    )
    links: dict[tuple[str, str], Link] = {}
    refused: list[str] = []
    for arrow in chart.arrows:
        why = _refusal(arrow, chart, kinds, components)
        if why:
            refused.append(f"{_name(arrow.source, chart)} → {_name(arrow.target, chart)} ({why})")
            continue
        ends = ids[arrow.source], ids[arrow.target]
        if ends not in links:
            own = fresh_id("-".join(ends), taken)
            taken.add(own)
            delay: dict[str, JsonValue] = {"delay": {"law": "constant", "mean": SAME_ZONE}}
            placeless = "dns" in (kinds[arrow.source], kinds[arrow.target])
            config = {} if placeless else delay
            links[ends] = Link(id=own, source=ends[0], target=ends[1], config=config)
    title = {"title": chart.title} if chart.title else {}
    made = Design(nodes=nodes, frames=frames, links=tuple(links.values()), **title)  # type: ignore[arg-type]  # a title is text
    return Drawn(made, _left_out(chart, refused))


def _sample(component: Component | None) -> dict[str, JsonValue]:
    """Config that a fresh node of a kind starts with."""
    return dict(component.sample) if component is not None else {}  # type: ignore[arg-type]  # samples are JSON by contract


def _kinds(chart: Flowchart, components: Mapping[str, Component]) -> dict[str, str]:
    """Kinds by id: by the words, then what does not fit the arrows is a service, or takes from its queue."""
    found = {
        box.id: guessed(box.label, box.id, box.shape, components) for box in chart.boxes.values()
    }
    kinds = {own: kind for own, (kind, _) in found.items()}
    called = {arrow.target for arrow in chart.arrows}
    for own, kind in kinds.items():
        component = components.get(kind)
        if component is not None and component.input == "none" and own in called:
            kinds[own] = DEFAULT
    for arrow in chart.arrows:
        source = components.get(kinds.get(arrow.source, ""))
        if source is None or source.output != "messages" or arrow.target not in kinds:
            continue
        if kinds[arrow.target] == DEFAULT and not _is_called(arrow.target, chart, kinds):
            kinds[arrow.target] = "worker"
    for own, kind in kinds.items():
        component = components.get(kind)
        if (
            component is not None
            and component.input == "messages"
            and _is_called(own, chart, kinds)
        ):
            kinds[own] = DEFAULT
    return kinds


def _is_called(own: str, chart: Flowchart, kinds: Mapping[str, str]) -> bool:
    """Whether anything but a queue leads to a box."""
    sources = [kinds.get(arrow.source) for arrow in chart.arrows if arrow.target == own]
    return any(kind not in ("queue", "topic") for kind in sources)


def _refusal(
    arrow: Arrow,
    chart: Flowchart,
    kinds: Mapping[str, str],
    components: Mapping[str, Component],
) -> str:
    """Why an arrow is no link; empty where it is one."""
    if arrow.source in chart.groups or arrow.target in chart.groups:
        return "links go from node to node"
    if arrow.source == arrow.target:
        return "it leads to itself"
    source, target = components.get(kinds[arrow.source]), components.get(kinds[arrow.target])
    if source is None or target is None or can_link(source, target):
        return ""
    if source.output == "none":
        return f"nothing leaves a {_plain(source.title)}"
    if target.input == "none":
        return f"nothing arrives at a {_plain(target.title)}"
    return f"a {_plain(source.title)} does not lead to a {_plain(target.title)}"


def _plain(title: str) -> str:
    """A title within a sentence: ``SQL database``, ``load balancer``."""
    return title if title[:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def _name(own: str, chart: Flowchart) -> str:
    """What is read of a box or a subgraph."""
    group = chart.groups.get(own)
    return (group.title or own) if group is not None else (chart.boxes[own].label or own)


def _left_out(chart: Flowchart, refused: list[str]) -> str:
    """One line about what was not understood."""
    parts = [*refused, *(f"“{line[:60]}”" for line in chart.unread)]
    labelled = sum(1 for arrow in chart.arrows if arrow.label)
    told = parts[:_TOLD]
    if len(parts) > _TOLD:
        told.append(f"{len(parts) - _TOLD} more")
    if labelled:
        told.append(f"the words on {labelled} arrow{'s' if labelled > 1 else ''}")
    return ", ".join(told)
