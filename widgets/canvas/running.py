"""Shows a run on the scene: numbers a few times a second, dots and streams in every frame."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

from widgets.canvas.live_stats import LiveStats
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.sim.snapshot import Snapshot
    from widgets.canvas.scene import CanvasScene
    from widgets.instruments import Moment

Motion = Literal["full", "reduced"]
_ROUND: Final = 0.25
"""Wall seconds in which every card is looked at once: faster than that nobody reads."""
_AT_ONCE: Final = 1500
"""Numbers of nodes and links that are worked out for a moment of the past without a break."""
_DOTS_SHOWN: Final = 60.0
"""Crossings a wall second of a link that are shown as dots; above, the stroke flows as well."""


class Running:
    """Feeds snapshots to the stats, and what changed to the scene."""

    def __init__(self, scene: CanvasScene, moment_shown: Callable[[], None]) -> None:
        """No run yet; who is asked to is told when another moment is shown, or now."""
        self._scene = scene
        self._moment_shown = moment_shown
        self._turns = Turns(scene)
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
        """Take a snapshot in; ``wall`` is the wall time since the one before, 0 for a step."""
        scene, stats = self._scene, self._scene.presenter.live
        if scene.presenter.past is not None:
            stats.observe(snapshot, wall)  # nobody sees it yet
            return
        first = stats.time is None or snapshot.time < stats.time
        if first:
            scene.dots.clear()
        stats.observe(snapshot, wall)
        if self.motion == "full":
            span = wall if 0.0 < wall < 1.0 else 0.3
            scene.dots.add(snapshot, stats.speed if wall > 0.0 else _step_speed(snapshot), span)
        if scene.presenter.update_faults() or first or wall <= 0.0:
            self._refresh(len(scene.cards) + len(scene.links) + len(scene.frames))
        else:
            everything = len(scene.cards) + len(scene.links)
            self._refresh(math.ceil(everything * min(1.0, wall / _ROUND)))
        self._since_streams += wall
        if self._since_streams > 0.5 or first:
            self._since_streams = 0.0
            self._choose_streams()

    def show_past(self, moment: Moment | None) -> None:
        """Show a moment of the past, or go back to now. Nothing moves in a moment.

        What a large design showed is worked out in turns; whoever drags sees what is ready in between.
        """
        if moment is None:
            self._forget_moments()
            if self._scene.presenter.past is not None:
                self._show_moment(None)
                self._choose_streams()
            return
        self._wanted = moment
        if not self._turns.is_busy:
            items = len(self._scene.cards) + len(self._scene.links)
            is_long = items * len(moment.snapshots) > _AT_ONCE
            self._turns.do(self._working_out(), is_long=is_long)

    def _working_out(self) -> Iterator[None]:
        """Work out the moment that was asked for last, and show it; then the one that was asked for meanwhile."""
        while (moment := self._wanted) is not None:
            self._wanted = None
            stats = LiveStats()
            yield from stats.becoming(moment)
            self._show_moment(stats)

    def _show_moment(self, past: LiveStats | None) -> None:
        """Show the numbers of a moment, or those of now."""
        scene = self._scene
        scene.presenter.past = past
        scene.dots.clear()
        scene.streams.set_links({})
        scene.presenter.update_faults()
        self._refresh(len(scene.cards) + len(scene.links) + len(scene.frames))
        self._moment_shown()

    def _forget_moments(self) -> None:
        """Work no moment out any more."""
        self._wanted = None
        self._turns.forget()

    def go_on_from(self, moment: Moment) -> None:
        """The run went back to a moment: what was known then is known now."""
        self._forget_moments()
        presenter = self._scene.presenter
        presenter.past, presenter.live = None, LiveStats.of_moment(moment)
        self._scene.dots.clear()
        presenter.update_faults()
        self._refresh(len(self._scene.cards) + len(self._scene.links) + len(self._scene.frames))
        self._scene.update()

    def clear(self) -> None:
        """Take every trace of the run away."""
        self._forget_moments()
        scene = self._scene
        scene.presenter.live.clear()
        scene.presenter.past = None
        scene.presenter.update_faults()
        scene.dots.clear()
        scene.streams.set_links({})
        scene.refresh_faces([*scene.cards, *scene.links, *scene.frames])
        self._next = 0

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

    def _refresh(self, number: int) -> None:
        """Look at the next few cards and links, round and round."""
        scene = self._scene
        ids = [*scene.cards, *scene.links, *scene.frames]
        if not ids:
            return
        start = self._next % len(ids)
        chosen = (ids[start:] + ids[:start])[:number]
        self._next = start + len(chosen)
        scene.refresh_faces(chosen, live=True)

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


def _step_speed(snapshot: Snapshot) -> float:
    """A pace at which the crossings of a single step can be followed."""
    times = [crossing.at for crossing in snapshot.crossings]
    return max((max(times) - min(times)) / 0.3, 1e-6) if times else 1.0
