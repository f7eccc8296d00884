"""Decides what every item shows: design, run, findings and selection brought together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.model.commenting import open_by_item
from engine.model.design import Design, Frame, Link, Node
from engine.model.round_trips import RoundTrips
from widgets.canvas.blast_map import marked_card, marked_frame, marked_link
from widgets.canvas.card_state import (
    CardFace,
    Mark,
    Setting,
    frame_face,
    instances_of,
    node_face,
    worst_mark,
)
from widgets.canvas.distances import boundary_pills, distance_pills
from widgets.canvas.focus import path_of
from widgets.canvas.frame_painter import FrameFace
from widgets.canvas.link_painter import THINNEST, LinkFace, width_of
from widgets.canvas.live_stats import LiveStats, active_faults
from widgets.canvas.pill import Pill
from widgets.canvas.policies import gate_pills, link_pills
from widgets.canvas.totals import Gates, gates_of, totals_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.component import Component
    from engine.model.findings import Finding
    from widgets.canvas.blast_map import BlastMap
    from widgets.canvas.health import State
    from widgets.canvas.totals import Totals


class CardPresenter:
    """Makes faces. Holds no items; the scene compares and paints."""

    def __init__(self, components: Mapping[str, Component]) -> None:
        """Know the components; no design, no run."""
        self.components = components
        self.live = LiveStats()
        self.past: LiveStats | None = None
        """The numbers of a moment of the past while that is looked at."""
        self.hidden: Mapping[str, str] = {}
        """Node or frame id -> the collapsed frame which stands for it."""
        self.selection: frozenset[str] = frozenset()
        self.findings: Mapping[str, tuple[Finding, ...]] = {}
        self.faults: dict[str, tuple[str, ...]] = {}
        self.map: BlastMap | None = None
        """What is painted over the live numbers."""
        self.path: frozenset[str] | None = None
        """Ids of what is on the path that is looked at; None where all is."""
        self._design = Design()
        self._held: dict[str, list[str]] = {}
        self._comments: dict[str, int] = {}
        """How many comments about items are not done with, by id."""
        self._gates: dict[str, Gates] = {}
        """Where requests come into collapsed frames, by id."""
        self._pills: dict[str, tuple[Link | Node, Mapping[str, str], tuple[Pill, ...]]] = {}
        """By id: what they were made from, and the signs."""
        self.trips = RoundTrips(self._design)
        """How far nodes are from each other."""
        self._distances: dict[str, tuple[Pill, ...]] = {}
        """Signs of what links take from around them, by id."""

    @property
    def stats(self) -> LiveStats:
        """The numbers that are shown: those of now, or of a moment of the past."""
        return self.live if self.past is None else self.past

    def set_findings(self, findings: Mapping[str, tuple[Finding, ...]]) -> set[str]:
        """Know other findings; returns the items that are to be marked otherwise: by the worst of them, not by its words."""
        before, self.findings = self.findings, dict(findings)
        told = before.keys() | findings.keys()
        return {
            each
            for each in told - self._design.link_by_id.keys()  # which have no such mark
            if _mark_of(before, each) != _mark_of(findings, each)
        }

    def set_design(self, design: Design, hidden: Mapping[str, str]) -> None:
        """Follow the design."""
        self._design = design
        self.hidden = hidden
        self.trips, self._distances = RoundTrips(design), {}
        self._held = {}
        for item_id, frame_id in hidden.items():
            if item_id in design.node_by_id:
                self._held.setdefault(frame_id, []).append(item_id)
        self._comments = open_by_item(design) if design.comments else {}
        self._gates = gates_of(design, self._held) if self._held else {}
        self.live.keep(design)
        if self.past is not None:
            self.past.keep(design)
        self.update_faults()

    def forget(self) -> None:
        """Another design: no run, no findings, nothing selected."""
        self.live.clear()
        self.past = None
        self._pills.clear()
        self.findings = {}
        self.faults = {}
        self.map = None
        self.path = None
        self.selection = frozenset()

    def update_faults(self) -> bool:
        """Find the events in force now; tells whether they changed."""
        before = self.faults
        self.faults = active_faults(self._design, self.stats.time, self.stats.speed)
        return self.faults != before

    def card(self, item_id: str) -> CardFace:
        """Face of a node or of a collapsed frame."""
        face = self._live_card(item_id)
        if self.map is None:
            told = sum(
                self._comments.get(each, 0) for each in (item_id, *self._held.get(item_id, ()))
            )
            off = self._is_off_path(item_id)
            return replace(face, pale=off, comments=told) if told or off else face
        return marked_card(face, self.map.mark_of(item_id, self._held.get(item_id, ())))

    def state(self, item_id: str) -> State:
        """What the colour of a card says, found out without the rest of its face."""
        if self.map is not None:
            mark = self.map.mark_of(item_id, self._held.get(item_id, ()))
            return mark.tone if mark is not None else "idle"
        if item_id in self._design.frame_by_id:
            return self.totals(item_id).state
        health = self.stats.nodes.get(item_id)
        return health.state if health is not None else "idle"

    def _live_card(self, item_id: str) -> CardFace:
        """The same without a map."""
        item = self._design.item(item_id)
        if isinstance(item, Node):
            component = self.components.get(item.kind)
            instances = instances_of(component, item.config)
            setting = replace(
                self._setting(item_id, component, instances), gates=self._pills_of(item)
            )
            return node_face(item, setting, self.stats.nodes.get(item_id))
        if isinstance(item, Frame):
            return self._frame_card(item)
        return CardFace(name=item_id, icon="unknown", live="")

    def frame(self, frame_id: str) -> FrameFace:
        """Face of an open frame."""
        faults = self.faults.get(frame_id, ())
        face = FrameFace(frame_id in self.selection, " · ".join(faults))
        return face if self.map is None else marked_frame(face, self.map.mark_of(frame_id))

    def link(self, link: Link) -> LinkFace:
        """Face of a link."""
        health = self.stats.links.get(link.id)
        target = self.stats.nodes.get(link.target)
        face = LinkFace(
            walked=target is not None and target.compromised == link.id,
            state=self._link_state(link),
            width=width_of(health.flow.rate.at_least()) if health else THINNEST,
            pills=(*self._pills_of(link), *self._distance_of(link), *self._told_of(link.id)),
            fault=" · ".join(self.faults.get(link.id, ())),
            selected=link.id in self.selection,
        )
        if self.map is not None:
            return marked_link(face, self.map.mark_of(link.id))
        off = self.path is not None and link.id not in self.path
        return replace(face, pale=True, pills=(), fault="") if off else face

    def look_along(self, *, path: bool) -> bool:
        """Pale all but the path of the selection, or nothing; tells whether that is another path."""
        before = self.path
        self.path = path_of(self._design, self.selection) if path else None
        return self.path != before

    def _is_off_path(self, item_id: str) -> bool:
        """Whether a card is to be paled; that of a frame only if nothing in it is on the path."""
        path = self.path
        return path is not None and path.isdisjoint((item_id, *self._held.get(item_id, ())))

    def _told_of(self, link_id: str) -> tuple[Pill, ...]:
        """The sign of comments about a link that are not done with."""
        told = self._comments.get(link_id, 0)
        return (Pill("comment", str(told)),) if told else ()

    def _pills_of(self, item: Link | Node) -> tuple[Pill, ...]:
        """Policies of a link or a node, read from its config once and again when their state changes."""
        states = self.stats.states.get(item.id, {})
        known = self._pills.get(item.id)
        if known is None or known[0] is not item or known[1] != states:
            if isinstance(item, Link):
                made = link_pills(item.config, states)
            else:
                made = gate_pills(item.config, states, item.kind)
            known = self._pills[item.id] = (item, states, made)
        return known[2]

    def _distance_of(self, link: Link) -> tuple[Pill, ...]:
        """The signs of what a link has not from itself: a delay, a zone that shuts it; worked out once a design."""
        known = self._distances.get(link.id)
        if known is None:
            known = (
                *boundary_pills(link, self._design, self.trips),
                *distance_pills(link, self._design, self.trips),
            )
            self._distances[link.id] = known
        return known

    def _link_state(self, link: Link) -> State:
        """A link fails by itself; it is strained or saturated as what it leads to."""
        health = self.stats.links.get(link.id)
        if health is None or health.state == "idle":
            return "idle"
        target = self.stats.nodes.get(link.target)
        if health.state == "failing":
            return "failing"
        if target is not None and target.state in ("strained", "saturated"):
            return target.state
        return health.state

    def _setting(
        self, item_id: str, component: Component | None = None, instances: int | None = None
    ) -> Setting:
        """What is known of a card beside its numbers."""
        return Setting(
            component=component,
            instances=instances,
            faults=self.faults.get(item_id, ()),
            mark=_mark_of(self.findings, item_id),
            selected=item_id in self.selection,
        )

    def _frame_card(self, frame: Frame) -> CardFace:
        """A collapsed frame with its totals: what comes in from outside, and the worst inside."""
        held = self._held.get(frame.id, ())
        inside = [self.stats.nodes[each] for each in held if each in self.stats.nodes]
        return frame_face(frame, inside, self.totals(frame.id), self._setting(frame.id))

    def totals(self, frame_id: str) -> Totals:
        """What a collapsed frame comes to."""
        held, stats = self._held.get(frame_id, ()), self.stats
        gates = self._gates.get(frame_id, Gates())
        flows = [
            *(stats.links[each].flow for each in gates.links if each in stats.links),
            *(stats.nodes[each].flow for each in gates.sources if each in stats.nodes),
        ]
        known = {each: stats.nodes[each] for each in held if each in stats.nodes}
        nodes = (self._design.node_by_id[each] for each in held if each not in known)
        asleep = (instances_of(self.components.get(each.kind), each.config) for each in nodes)
        return totals_of(known, sum(count or 0 for count in asleep), len(held), flows)


def _mark_of(findings: Mapping[str, tuple[Finding, ...]], item_id: str) -> Mark:
    """How an item is marked for what was found about it."""
    return worst_mark(finding.level for finding in findings.get(item_id, ()))
