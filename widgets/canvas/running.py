"""Shows a run on the scene: numbers a few times a second, dots and streams in every frame."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from widgets.canvas.live_stats import LiveStats
from widgets.turns import Turns, in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtCore import QObject

    from engine.sim.snapshot import Snapshot
    from widgets.canvas.scene import CanvasScene
    from widgets.instruments import Moment

Motion = Literal["full", "reduced"]
_ROUND: Final = 0.25
"""Wall seconds in which every card is looked at once: faster than that nobody reads."""
_AT_ONCE: Final = 1500
"""Nodes and links whose numbers are worked out without a break."""
_STEP: Final = 100
"""Cards and links that are looked at in one step: some 2 ms."""
_DOTS_SHOWN: Final = 60.0
"""Crossings a wall second of a link that are shown as dots; above, the stroke flows as well."""


class Running:
    """Feeds snapshots to the stats, and what changed to the scene."""

    def __init__(
        self,
        parent: QObject,
        scene: CanvasScene,
        wake: Callable[[], None],
        moment_shown: Callable[[], None],
    ) -> None:
        """No run yet.

        Args:
            parent: the owner, with whom all that is under way ends.
            scene: what is shown on.
            wake: called when something moves.
            moment_shown: called when another moment is shown, or now.
        """
        self._scene = scene
        self._wake, self._moment_shown = wake, moment_shown
        self._turns = Turns(parent)
        """Moments of the past that are worked out."""
        self._taking = Turns(parent)
        """Snapshots of now that are taken in."""
        self._behind: tuple[Snapshot, float] | None = None
        """What came meanwhile."""
        self._wanted: Moment | None = None
        """The moment that is asked for and not worked out yet."""
        self._next = 0
        self._since_streams = 0.0
        self.motion: Motion = "full"

    @property
    def moves(self) -> bool:
        """Whether something is on its way."""
        return len(self._scene.dots) > 0 or len(self._scene.streams) > 0

    def show(self, snapshot: Snapshot, wall: float) -> None:
        """Take a snapshot in; ``wall`` is the wall time since the one before, 0 for a step.

        Of a large design that takes several turns; what comes meanwhile is taken in afterwards, as one.
        """
        if not self._taking.is_busy:
            self._take_in(self._showing(snapshot, wall))
        elif self._behind is None:
            self._behind = snapshot, wall
        else:
            self._behind = _joined(self._behind, (snapshot, wall))

    def _take_in(self, steps: Iterator[None]) -> None:
        """Do something, in turns where there are many items, and then what comes meanwhile."""
        many = len(self._scene.cards) + len(self._scene.links) > _AT_ONCE
        self._taking.do(in_turns(self._with_the_rest(steps)), is_long=many)

    def _with_the_rest(self, steps: Iterator[None]) -> Iterator[None]:
        """Some steps, and those of what came meanwhile."""
        yield from steps
        while self._behind is not None:
            snapshot, wall = self._behind
            self._behind = None
            yield from self._showing(snapshot, wall)

    def _forget_snapshots(self) -> None:
        """Take in nothing more that has come."""
        self._behind = None
        self._taking.forget()

    def _showing(self, snapshot: Snapshot, wall: float) -> Iterator[None]:
        """Take a snapshot in, step by step."""
        scene, presenter = self._scene, self._scene.presenter
        stats = presenter.live
        first = stats.time is None or snapshot.time < stats.time
        if first and presenter.past is None:
            scene.dots.clear()
        yield from stats.observing(snapshot, wall)
        if presenter.past is not None:
            return  # nobody sees it yet
        if self.motion == "full":
            span = wall if 0.0 < wall < 1.0 else 0.3
            scene.dots.add(snapshot, stats.speed if wall > 0.0 else _step_speed(snapshot), span)
        everything = presenter.update_faults() or first or wall <= 0.0
        yield from self._refreshing(1.0 if everything else min(1.0, wall / _ROUND))
        self._since_streams += wall
        if self._since_streams > 0.5 or first:
            self._since_streams = 0.0
            self._choose_streams()
        self._wake()

    def show_past(self, moment: Moment | None) -> None:
        """Show a moment of the past, or go back to now. Nothing moves in a moment.

        What a large design showed is worked out in turns; whoever drags sees what is ready in between.
        """
        if moment is None:
            self._forget_moments()
            if self._scene.presenter.past is not None:
                self._turn_to(None)
                self._choose_streams()
                self._take_in(self._moving_on())
            return
        self._wanted = moment
        if not self._turns.is_busy:
            items = len(self._scene.cards) + len(self._scene.links)
            is_long = items * len(moment.snapshots) > _AT_ONCE
            self._turns.do(in_turns(self._working_out()), is_long=is_long)

    def _working_out(self) -> Iterator[None]:
        """Work out the moment that was asked for last, and show it; then the one that was asked for meanwhile."""
        while (moment := self._wanted) is not None:
            self._wanted = None
            stats = LiveStats()
            yield from stats.becoming(moment)
            self._turn_to(stats)
            yield from self._moving_on()

    def _turn_to(self, past: LiveStats | None) -> None:
        """Have cards show the numbers of a moment from now on, or those of now."""
        scene = self._scene
        scene.presenter.past = past
        scene.dots.clear()
        scene.streams.set_links({})
        scene.presenter.update_faults()

    def _moving_on(self) -> Iterator[None]:
        """Have all cards and links show other numbers, step by step."""
        yield from self._refreshing(1.0)
        self._moment_shown()

    def _forget_moments(self) -> None:
        """Work no moment out any more."""
        self._wanted = None
        self._turns.forget()

    def go_on_from(self, moment: Moment) -> None:
        """The run went back to a moment: what was known then is known now."""
        self._forget_moments()
        self._forget_snapshots()
        self._take_in(self._going_on(moment))

    def _going_on(self, moment: Moment) -> Iterator[None]:
        """Know what was known at a moment, step by step."""
        stats = LiveStats()
        yield from stats.becoming(moment)
        self._scene.presenter.live = stats
        self._turn_to(None)
        yield from self._moving_on()

    def clear(self) -> None:
        """Take every trace of the run away."""
        self._forget_moments()
        self._forget_snapshots()
        self._scene.presenter.live.clear()
        self._turn_to(None)
        self._next = 0
        self._take_in(self._moving_on())

    def set_motion(self, motion: Motion) -> None:
        """Show motion, or numbers and states only."""
        self.motion = motion
        if motion == "reduced":
            self._scene.dots.clear()
            self._scene.streams.set_links({})

    def advance(self, wall: float) -> None:
        """Move dots and streams."""
        self._scene.dots.advance(wall)
        self._scene.streams.advance(wall)

    def _refreshing(self, share: float) -> Iterator[None]:
        """Look at a share of all cards, links and frames, round and round, some a step."""
        scene = self._scene
        ids = [*scene.cards, *scene.links, *scene.frames]
        if not ids:
            return
        start, number = self._next % len(ids), math.ceil(len(ids) * share)
        self._next = start + number
        chosen = (ids[start:] + ids[:start])[:number]
        for place in range(0, number, _STEP):
            scene.faces.refresh(chosen[place : place + _STEP], live=True)
            yield

    def _choose_streams(self) -> None:
        """Links with more traffic than dots can show."""
        stats = self._scene.presenter.stats
        rates = {}
        if self.motion == "full":
            for link_id, health in stats.links.items():
                rate = health.flow.rate.at_least() * stats.speed
                if rate > _DOTS_SHOWN:
                    rates[link_id] = rate
        self._scene.streams.set_links(rates)


def _joined(first: tuple[Snapshot, float], then: tuple[Snapshot, float]) -> tuple[Snapshot, float]:
    """Two snapshots that came one after the other, with the wall times before them, as one.

    A step stays one, and what goes before the beginning of another run is of no interest any more.
    """
    (before, waited), (now, wall) = first, then
    if now.time < before.time:
        return then
    joined = replace(
        now,
        samples=(*before.samples, *now.samples),
        crossings=(*before.crossings, *now.crossings),
    )
    return joined, waited + wall if waited > 0.0 and wall > 0.0 else 0.0


def _step_speed(snapshot: Snapshot) -> float:
    """A pace at which the crossings of a single step can be followed."""
    times = [crossing.at for crossing in snapshot.crossings]
    return max((max(times) - min(times)) / 0.3, 1e-6) if times else 1.0
