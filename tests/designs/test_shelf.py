"""What all shipped designs have in common: sound, tidy, canonical, and worth reading."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.catalog import check
from engine.model import files
from tests.designs.running import FILES, shipped, watched, within

if TYPE_CHECKING:
    from engine.model.design import Design, Frame, Link

GRID = 12.0
GAP = 12.0
"""Least distance between things on the canvas."""
CARD = (168.0, 76.0)
MOST_CALLS = 2000.0
"""Calls a simulated second: more than that cannot be watched in comfort."""

ALONE = {"single-point", "single-point-group"}
"""Risks of everything that stands alone."""
BARE = {*ALONE, "no-timeout"}
"""Risks of designs that show nothing but a queue."""
RISKS = {
    "balancing-techniques": BARE,
    "cold-cache": {"unbounded-queue"},
    "dynamodb-2015": {"unbounded-queue"},
    "ec2-leases-2025": {"unbounded-queue"},
    "exhausted-pool": BARE,
    "facebook-2021": {"deep-check"},
    "facebook-2021-return": {"unbounded-queue"},
    "facebook-2021-return-fixed": {"unbounded-queue"},
    "flapping-checks": {"overload"},
    "flapping-checks-fixed": {"overload"},
    "flash-sale": {"unbounded-queue", "retry-storm"},
    "github-2018": {"async-failover"},
    "github-2018-fixed": {"async-failover"},
    "google-cloud-2025": {"overload"},
    "google-cloud-2025-fixed": {"overload"},
    "hello": BARE,
    "idle-timeout": {"idle-race"},
    "key-rotation": {"key-rotation"},
    "memcache-2013-node": {"unbounded-queue"},
    "memcache-2013-node-fixed": {"unbounded-queue"},
    "memcache-2013": {*ALONE, "stampede"},
    "mutual-calls": {"deadlock", "no-timeout"},
    "mutual-calls-fixed": BARE,
    "one-fast-or-four-slow": BARE,
    "one-query-too-many": {"timeout-sum", "n-plus-one"},
    "nlb-checks-2025": {"deep-check"},
    "open-connect": {*ALONE, "one-zone"},
    "open-connect-fixed": {*ALONE, "one-zone"},
    "priority-lane": BARE,
    "prime-day-cart": {"stale-reads"},
    "poison-message": {"no-dead-letters"},
    "publish-subscribe": {"idle-consumers", "short-retention"},
    "roblox-2021": {"unbounded-queue"},
    "roblox-2021-fixed": {"unbounded-queue"},
    "roblox-2021-return": {"unbounded-queue"},
    "roblox-2021-return-fixed": {"unbounded-queue"},
    "shopify-sale": {"autoscaler-slow"},
    "retry-storm": {"unbounded-queue", "retry-storm"},
}
"""Risks that the notes are about, by design; elsewhere only that something stands alone."""

WARNINGS = {"github-2018": {"no-fencing"}}
"""What is wrong with designs that are about just that."""

BACK = {"stock-orders"}
"""Links that have to lead back, since the designs are about that."""

every_design = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@dataclass(frozen=True)
class Box:
    """A rectangle on the canvas."""

    name: str
    left: float
    top: float
    right: float
    bottom: float

    def apart(self, other: Box, gap: float = GAP) -> bool:
        """Whether there is some room between the two."""
        return (
            self.right + gap <= other.left
            or other.right + gap <= self.left
            or self.bottom + gap <= other.top
            or other.bottom + gap <= self.top
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies wholly inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def has(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.left < x < self.right and self.top < y < self.bottom


def cards(design: Design) -> list[Box]:
    width, height = CARD[0] / 2, CARD[1] / 2
    return [
        Box(each.id, each.x - width, each.y - height, each.x + width, each.y + height)
        for each in design.nodes
    ]


def notes(design: Design) -> list[Box]:
    return [
        Box(each.id, each.x, each.y, each.x + each.width, each.y + each.height)
        for each in design.notes
    ]


def frame_box(frame: Frame) -> Box:
    return Box(frame.id, frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)


def curve(design: Design, link: Link) -> list[tuple[float, float]]:
    """Points of the curve from the right edge of one card to the left edge of the other."""
    source, target = design.node_by_id[link.source], design.node_by_id[link.target]
    x0, y0 = source.x + CARD[0] / 2, source.y
    x3, y3 = target.x - CARD[0] / 2, target.y
    reach = min(max(abs(x3 - x0) / 2, 36.0), 220.0)
    points = []
    for step in range(1, 40):
        t = step / 40
        a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
        points.append(
            (a * x0 + b * (x0 + reach) + c * (x3 - reach) + d * x3, (a + b) * y0 + (c + d) * y3)
        )
    return points


def test_there_are_at_least_ten_designs_with_titles_of_their_own() -> None:
    titles = [shipped(path.stem).title for path in FILES]
    assert len(titles) >= 10
    assert len({title.casefold() for title in titles}) == len(titles)


@every_design
def test_a_design_is_written_as_the_application_writes_it(path: Path) -> None:
    assert files.dumps(files.load(path)) == path.read_text(encoding="utf-8")


@every_design
def test_a_design_runs_as_it_is(path: Path) -> None:
    findings = check(shipped(path.stem))
    wrong = {each.code for each in findings if each.level != "risk"}
    assert wrong == WARNINGS.get(path.stem, set())
    risks = {each.code for each in findings if each.level == "risk"}
    assert risks - ALONE <= RISKS.get(path.stem, set())


@every_design
def test_a_design_explains_itself(path: Path) -> None:
    design = shipped(path.stem)
    assert 40 <= len(design.description) <= 700
    assert design.notes
    for note in design.notes:
        headline, _, body = note.text.partition("\n")
        assert len(headline) <= 40, note.id
        assert 20 <= len(body) <= 400, note.id
    assert all(0 < len(each.name) <= 15 for each in design.nodes)


@every_design
def test_nothing_lies_on_anything_else(path: Path) -> None:
    design = shipped(path.stem)
    boxes = cards(design) + notes(design)
    touching = [
        (one.name, other.name)
        for one, other in itertools.combinations(boxes, 2)
        if not one.apart(other)
    ]
    assert touching == []


@every_design
def test_frames_surround_exactly_what_belongs_to_them(path: Path) -> None:
    design = shipped(path.stem)
    frames = [frame_box(frame) for frame in design.frames]
    for frame in frames:
        for card in cards(design):
            inside = design.node_by_id[card.name].frame == frame.name
            assert frame.holds(card) if inside else frame.apart(card), (frame.name, card.name)
        assert all(frame.apart(note) for note in notes(design)), frame.name
    assert all(one.apart(other) for one, other in itertools.combinations(frames, 2))


@every_design
def test_no_link_runs_under_a_note_or_a_card(path: Path) -> None:
    design = shipped(path.stem)
    for link in design.links:
        ends = {link.source, link.target}
        others = [box for box in cards(design) + notes(design) if box.name not in ends]
        hidden = [box.name for box in others for x, y in curve(design, link) if box.has(x, y)]
        assert hidden == [], link.id


@every_design
def test_links_lead_from_left_to_right_with_room_to_see_them(path: Path) -> None:
    design = shipped(path.stem)
    for link in design.links:
        if link.id in BACK:
            continue
        source, target = design.node_by_id[link.source], design.node_by_id[link.target]
        assert target.x - source.x >= CARD[0] + 60.0, link.id


@every_design
def test_everything_is_on_the_grid(path: Path) -> None:
    design = shipped(path.stem)
    values = [value for each in design.nodes for value in (each.x, each.y)]
    for box in [*notes(design), *map(frame_box, design.frames)]:
        values += [box.left, box.top, box.right, box.bottom]
    assert [value for value in values if value % GRID != 0.0] == []


@every_design
def test_a_design_can_be_watched_at_a_comfortable_speed(path: Path) -> None:
    samples = within(watched(shipped(path.stem), 20.0), 10.0, 20.0)
    calls = sum(link.attempts for sample in samples for link in sample.links.values())
    assert calls / 10.0 <= MOST_CALLS
