"""What stands on the strip right now: event marks, their bars and labels, notices and comments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from widgets.timeline.layout import BASELINE, Label, Ruler, free_place, place_labels
from widgets.timeline.wording import event_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.model.design import Comment, Design, Event
    from engine.sim.snapshot import Notice

_REACH = 8.0
"""How near the mouse must be to a mark (logical pixels)."""
_HANDLE = 5.0
_SPEECH = 12.0
"""Side of the sign of a comment, at the top of the strip; comments nearer than that share one."""
_TOLD = ("edit", "alert")
"""Kinds of notices that are told in words."""
_MOST_TOLD = 40
_LONGEST = 90
"""Letters of a comment in a tooltip."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An event on the strip."""

    index: int
    """Its place among the scenario's events."""
    event: Event
    tell: Callable[[], str] = field(repr=False, compare=False)
    x: float
    bar_end: float | None
    """Where its bar ends; None where it has no end."""
    label: Label | None

    @property
    def text(self) -> str:
        """The event in words: found out when somebody reads them, since of thousands most stand nowhere."""
        return self.tell()

    def hit(self, point: QPointF) -> bool:
        """Whether a point is on the mark or its label."""
        if abs(point.x() - self.x) <= _REACH and abs(point.y() - BASELINE) <= _REACH:
            return True
        return self.label is not None and self.label.rect.contains(point)

    def hit_end(self, point: QPointF) -> bool:
        """Whether a point is on the handle at the end of its bar."""
        return (
            self.bar_end is not None
            and self.bar_end > self.x + _HANDLE
            and abs(point.x() - self.bar_end) <= _HANDLE
            and abs(point.y() - BASELINE) <= _REACH
        )


@dataclass(frozen=True, slots=True)
class _Worded:
    """An event that wants to be told in words, which are found when they are asked for."""

    x: float
    index: int
    say: Callable[[int], tuple[str, float]]

    @property
    def text_width(self) -> float:
        """Width of the words."""
        return self.say(self.index)[1]

    def tell(self) -> str:
        """The words."""
        return self.say(self.index)[0]


def lay_out(
    design: Design,
    events: Sequence[Event],
    ruler: Ruler,
    measure: Callable[[str], float],
    tell: Callable[[Design, Event], str] = event_text,
    known: dict[int, tuple[str, float]] | None = None,
) -> list[Mark]:
    """Marks of the visible events in order of time.

    Args:
        design: what is shown.
        events: its events, or those that it will have.
        ruler: where times are.
        measure: tells the width of a text.
        tell: tells an event in words.
        known: keeps the words of these events and their widths, by their places, from one time to the next.
    """
    words = {} if known is None else known

    def say(index: int) -> tuple[str, float]:
        """The words of an event and their width."""
        if index not in words:
            text = tell(design, events[index])
            words[index] = text, measure(text)
        return words[index]

    order = sorted(range(len(events)), key=lambda index: events[index].at)
    seen = [index for index in order if ruler.shows(events[index].at)]
    wanted = [_Worded(ruler.x(events[index].at), index, say) for index in seen]
    labels = place_labels(wanted, ruler.left - 20.0, ruler.right + 10.0)
    marks = [
        Mark(each.index, event, each.tell, each.x, _bar_end(event, ruler), label)
        for event, each, label in zip(map(events.__getitem__, seen), wanted, labels, strict=True)
    ]
    begun = [
        Mark(index, events[index], _Worded(0.0, index, say).tell, ruler.left - 50.0, end, None)
        for index in order
        if events[index].at < ruler.start
        and (end := _bar_end(events[index], ruler)) is not None
        and end > ruler.left
    ]
    return begun + marks


def _bar_end(event: Event, ruler: Ruler) -> float | None:
    """Pixel at which an event ends; None for one that lasts to the end or has no length."""
    return ruler.x(event.at + event.duration) if event.duration else None


def notice_rect(notice: Notice, ruler: Ruler) -> QRectF:
    """Where a notice's tick is."""
    return QRectF(ruler.x(notice.at) - 1.0, BASELINE - 4.0, 2.0, 8.0)


@dataclass(frozen=True, slots=True)
class Noted:
    """A notice that is told in words, below its tick."""

    notice: Notice
    rect: QRectF


def lay_out_notices(
    notices: Sequence[Notice],
    marks: Sequence[Mark],
    ruler: Ruler,
    measure: Callable[[str], float],
) -> list[Noted]:
    """What somebody did and what alarmed, in words, wherever events and those before leave room for all of it."""
    told = [each for each in notices if each.kind in _TOLD and ruler.shows(each.at)]
    taken = [mark.label.rect for mark in marks if mark.label is not None]
    found: list[Noted] = []
    for notice in told[-_MOST_TOLD:]:
        rect = free_place(ruler.x(notice.at), measure(notice.text), taken, ruler)
        if rect is not None:
            taken.append(rect)
            found.append(Noted(notice, rect))
    return found


@dataclass(frozen=True, slots=True)
class Spoken:
    """Open comments about one moment, or about moments too close to be told apart."""

    places: tuple[int, ...]
    """Their places in the design's list, by moment."""
    x: float
    text: str
    """What the first of them says, and how many more there are."""

    @property
    def rect(self) -> QRectF:
        """Where the sign is."""
        return QRectF(self.x - _SPEECH / 2, 0.0, _SPEECH, _SPEECH)


def lay_out_comments(comments: Sequence[Comment], ruler: Ruler) -> list[Spoken]:
    """Signs of the comments about visible moments that nobody has resolved, in order of time."""
    groups: list[list[int]] = []
    for place in sorted(range(len(comments)), key=lambda each: comments[each].at or 0.0):
        at = comments[place].at
        if at is None or comments[place].resolved or not ruler.shows(at):
            continue
        first = comments[groups[-1][0]].at if groups else None
        if first is not None and ruler.x(at) - ruler.x(first) < _SPEECH:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [_spoken(comments, places, ruler) for places in groups]


def _spoken(comments: Sequence[Comment], places: list[int], ruler: Ruler) -> Spoken:
    """The sign of some of them."""
    first = comments[places[0]]
    words = " ".join(first.text.split())
    if len(words) > _LONGEST:
        words = words[: _LONGEST - 1].rstrip() + "…"
    text = f"{first.author}: {words}" if first.author else words
    if len(places) > 1:
        text = f"{text}\nand {len(places) - 1} more"
    return Spoken(tuple(places), ruler.x(first.at or 0.0), text)
