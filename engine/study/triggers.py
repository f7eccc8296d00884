"""Triggers of a metastability study: what pushes a design over, and is gone again."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from engine.catalog.events import describe
from engine.catalog.inside import members
from engine.catalog.registry import component
from engine.model.edits import SetDesign
from engine.model.event_kinds import EVENT_KINDS, event_kind
from engine.model.names import did_you_mean, name_of, one_of
from engine.model.units import format_figure, format_quantity
from engine.records import dataclass
from engine.study.errors import StudyError, UnfitError
from engine.study.faults import Dose, events_of, experiments_of, targets_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.model.design import Design, Event
    from engine.plan.metastable import Band

TRIGGERS: Final = ("slow", "kill", "cut", "traffic", "flush")
_SECONDS: Final = 10.0
"""How long a trigger lasts where nothing else is said (HotOS 2021 speaks of seconds to minutes)."""
_FACTOR: Final = 10.0
_LONGEST, _STRONGEST = 1e6, 1e6
_DONE: Final = {"slow": "slow", "kill": "killed", "cut": "cut off"}
_MOST_TOLD: Final = 3
"""Events of a scenario that are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What happens, and when it is over."""

    at: float
    end: float
    events: tuple[str, ...]
    """JSON of what is injected; none where it is the design's own."""
    label: str
    """Such as ``slow × 10 of web for 10 s``."""
    factor: float = _FACTOR
    """Times longer work, where that is what happens; infinite where nothing is done at all."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.end - self.at


def own_trigger(design: Design) -> Trigger | None:
    """What the design's own scenario does and undoes again; None where it does nothing of the kind."""
    passing = [event for event in design.scenario.events if _ends(event)]
    if not passing:
        return None
    known = {kind.name: kind for kind in EVENT_KINDS}
    kinds = [(event, known.get(event.change)) for event in passing]
    slow = [
        event.factor
        for event, kind in kinds
        if kind is not None and kind.hits == "nodes" and event.factor is not None
    ]
    stands = any(kind is not None and kind.stops for _, kind in kinds)
    return Trigger(
        at=min(event.at for event in passing),
        end=max(event.at + (event.duration or 0.0) for event in passing),
        events=(),
        label=_told(design, passing),
        factor=math.inf if stands else max(slow, default=_FACTOR),
    )


def _told(design: Design, events: Sequence[Event]) -> str:
    """Some events as people read them: ``Web slow × 10 for 10 s``."""
    if len(events) > _MOST_TOLD:
        return "what the scenario does"
    return ", ".join(
        describe(event, design)
        + (f" for {format_quantity(event.duration, 's')}" if event.duration else "")
        for event in events
    )


def without_own(design: Design) -> Design:
    """The design without what its scenario does and undoes; what lasts is part of how it is."""
    kept = [
        event.model_dump(mode="json", by_alias=True, exclude_unset=True)
        for event in design.scenario.events
        if not _ends(event)
    ]
    if len(kept) == len(design.scenario.events):
        return design
    return SetDesign(("scenario", "events"), kept).apply(design).design  # type: ignore[arg-type]  # JSON


def _ends(event: Event) -> bool:
    """Whether an event is over some time."""
    return event.kind.instant or event.duration is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A trigger as it is asked for; None leaves it to the study."""

    kind: str | None = None
    target: str | None = None
    seconds: float | None = None
    factor: float | None = None

    @property
    def lasts(self) -> float:
        """For how long (s)."""
        return _SECONDS if self.seconds is None else self.seconds

    @property
    def times(self) -> float:
        """How strong."""
        return _FACTOR if self.factor is None else self.factor


def trigger_of(design: Design, bands: Sequence[Band], at: float, wish: Wish) -> Trigger:
    """A trigger as it is asked for; by default the one that the likeliest node fears.

    Raises:
        StudyError: an unknown kind or target, or nothing there to push.
    """
    worst = bands[0] if bands else None
    kind = wish.kind
    if kind is None:
        cold = worst is not None and worst.cold > worst.tries and bool(_caches(design))
        kind = "flush" if cold and wish.target is None else "slow"
    if kind not in TRIGGERS:
        hint = did_you_mean(kind, TRIGGERS)
        tail = f"; did you mean {hint!r}?" if hint else ""
        msg = f"--trigger {kind}: write {one_of(TRIGGERS)}{tail}"
        raise StudyError(msg)
    if not (0.0 < wish.lasts <= _LONGEST and 0.0 <= wish.times <= _STRONGEST):
        msg = "a trigger needs a time above 0 s and a factor from 0 to a million"
        raise StudyError(msg)
    if wish.target is not None:
        targets_in(design, (), (wish.target,))
    if kind == "traffic":
        return _surge(design, at, wish)
    if kind == "flush":
        return _flush(design, at, wish)
    item = wish.target or (worst.node if worst is not None else "")
    if not item:
        msg = "nothing in the design can be full; name what is triggered with --target"
        raise UnfitError(msg)
    return _fault(design, at, wish, kind, item)


def _surge(design: Design, at: float, wish: Wish) -> Trigger:
    """More traffic for a while."""
    if not any(each.kind == "client" for each in members(design, wish.target)):
        raise StudyError(_missed(design, "traffic", wish))
    event = {"at": at, "duration": wish.lasts, "change": "traffic", "factor": wish.times}
    named = {} if wish.target is None else {"target": wish.target}
    whose = "" if wish.target is None else f" from {name_of(design, wish.target)}"
    strength = f"traffic × {format_figure(wish.times)}{whose}"
    return Trigger(
        at=at,
        end=at + wish.lasts,
        events=(_json(event | named),),
        label=f"{strength} for {format_quantity(wish.lasts, 's')}",
        factor=1.0,
    )


def _flush(design: Design, at: float, wish: Wish) -> Trigger:
    """Caches that forget everything."""
    chosen = _caches(design, wish.target)
    if wish.target is not None and not chosen:
        raise StudyError(_missed(design, "flush", wish))
    if not chosen:
        msg = "--trigger flush: the design has no cache; write another trigger, such as slow"
        raise UnfitError(msg)
    events = tuple(_json({"at": at, "target": each, "change": "flush"}) for each in chosen)
    names = ", ".join(name_of(design, each) for each in chosen)
    return Trigger(at=at, end=at, events=events, label=f"{names} flushed", factor=1.0)


def _fault(design: Design, at: float, wish: Wish, kind: str, item: str) -> Trigger:
    """Something that is slow, dead or cut off for a while."""
    (target,) = targets_in(design, (), (item,))
    experiments = experiments_of(design, (target,), (kind,))
    if not experiments:
        msg = f"--trigger {kind}: there is nothing of that sort at {item}; write another trigger"
        raise StudyError(msg)
    is_slow = kind == "slow" and target.sort != "link"
    strength = f" × {format_figure(wish.times)}" if is_slow else ""
    dose = Dose(at=at, duration=wish.lasts, factor=wish.times)
    return Trigger(
        at=at,
        end=at + wish.lasts,
        events=events_of(design, experiments[0], dose),
        label=f"{name_of(design, item)} {_DONE[kind]}{strength} for {format_quantity(wish.lasts, 's')}",
        factor=wish.times if is_slow else math.inf,
    )


def _missed(design: Design, kind: str, wish: Wish) -> str:
    """What to say of a trigger whose target has nothing that it could hit."""
    return f"--trigger {kind}: {name_of(design, wish.target or '')} {event_kind(kind).misses}"


def _caches(design: Design, target: str | None = None) -> list[str]:
    """What can be flushed: of all, or of a node or frame."""
    return [
        node.id
        for node in members(design, target)
        if (found := component(node.kind)) is not None and found.keeps_answers
    ]


def _json(event: dict[str, Any]) -> str:
    """An event as the text of one in a file."""
    return json.dumps(event, sort_keys=True)
