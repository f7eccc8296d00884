"""Maps painted on the items: what failures do and whom they hurt, or what sets another design apart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from widgets.canvas.card_state import BAR_STEPS, CardFace
from widgets.canvas.health import RANK
from widgets.canvas.pill import Pill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from widgets.canvas.frame_painter import FrameFace
    from widgets.canvas.health import State
    from widgets.canvas.link_painter import LinkFace

REMOVED: Final = "− removed"
"""What the legend calls ghosts."""
_NOTABLE: Final = 0.005
"""Share from which on it is written on a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastMark:
    """What the map says of an item: a shape and a colour, a word, and how much."""

    tone: State
    """Its colour, and the shape that tells it without the colour."""
    word: str
    detail: str = ""
    """A few words more, such as who loses how much."""
    share: float = 0.0
    """What is lost, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ghost:
    """Something that only another design has: an outline, or a line between two points (scene units)."""

    id: str
    text: str
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    ends: tuple[tuple[float, float], ...] = ()

    @property
    def is_line(self) -> bool:
        """Whether it is a link."""
        return bool(self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastMap:
    """A map of a whole design. What has no mark in it is paled."""

    title: str
    marks: Mapping[str, BlastMark] = field(default_factory=dict)
    """By id of a node, a link or a frame."""
    back: str = ""
    """What leads from it to the map that it is a part of; empty where it is none."""

    def mark_of(self, item_id: str, held: Iterable[str] = ()) -> BlastMark | None:
        """The mark of an item; of a collapsed frame without one, the worst of what it holds."""
        own = self.marks.get(item_id)
        inside = [self.marks[each] for each in held if each in self.marks]
        return own or max(inside, key=lambda mark: RANK[mark.tone], default=None)

    ghosts: tuple[Ghost, ...] = ()
    """What is not in the design."""

    @property
    def keys(self) -> tuple[tuple[State, str, int], ...]:
        """The legend: tone, word and how many items, the worst first."""
        counts: dict[tuple[State, str], int] = {}
        for mark in self.marks.values():
            key = (mark.tone, mark.word)
            counts[key] = counts.get(key, 0) + 1
        ordered = sorted(counts, key=lambda key: (-RANK[key[0]], key[1]))
        keys = [(tone, word, counts[tone, word]) for tone, word in ordered]
        if self.ghosts:
            keys.append(("down", REMOVED, len(self.ghosts)))
        return tuple(keys)


def marked_card(face: CardFace, mark: BlastMark | None) -> CardFace:
    """A card under a map: what it is, and what the map says in place of its live numbers."""
    bare = CardFace(
        name=face.name,
        icon=face.icon,
        live=mark.detail if mark is not None else "",
        stacked=face.stacked,
        selected=face.selected,
        under_map=True,
    )
    if mark is None:
        return bare
    return replace(bare, state=mark.tone, word=mark.word, bar=round(mark.share * BAR_STEPS))


def marked_link(face: LinkFace, mark: BlastMark | None) -> LinkFace:
    """A link under a map: its mark as a pill in place of its policies."""
    if mark is None:
        return replace(face, state="idle", pills=(), fault="", walked=False, under_map="pale")
    marked = replace(face, state=mark.tone, pills=(_pill(mark),), fault="", under_map="marked")
    return replace(marked, walked=False)


def marked_frame(face: FrameFace, mark: BlastMark | None) -> FrameFace:
    """An open frame under a map."""
    return face if mark is None else replace(face, fault="", mark=_pill(mark))


def _pill(mark: BlastMark) -> Pill:
    """A mark in a word and a number."""
    share = f" {round(100 * mark.share)} %" if mark.share >= _NOTABLE else ""
    return Pill("", f"{mark.word}{share}", mark.tone)
