"""Looks back: shows any moment of the run while that stands still or goes on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from engine.model.units import format_share
from widgets.instruments import Recall
from widgets.instruments.text import instant_text

if TYPE_CHECKING:
    from app.run_controller import RunController
    from app.views import Views
    from engine.sim.snapshot import Snapshot
    from widgets.instruments import Moment, Past

NOW: Final = math.nan
"""The moment that is no moment of the past."""


class TimeTravel(QObject):
    """Feeds the views with the run, or with a moment of its past."""

    refused = Signal(str)
    """Why the run did not go back, in one line."""
    moved = Signal(float)
    """Another moment is looked at (s); NaN for now."""

    def __init__(self, views: Views, run: RunController) -> None:
        super().__init__(run)
        self._views, self._run = views, run
        self._recall = Recall(self)
        self._recall.found.connect(self._show)
        self._at = NOW
        self._goes_back = False
        run.failed.connect(lambda _message, _trace: self._end_replay())
        views.timeline.moment_requested.connect(self.show_moment)
        views.timeline.fork_requested.connect(self.fork)
        for stepped in (
            views.transport.step_time_requested,
            views.transport.step_request_requested,
        ):
            stepped.connect(self.go_live)
        run.rewinding.connect(self._show_replay)
        run.rewound.connect(self._arrive)
        run.repeated.connect(lambda _problem: self._end_replay())
        views.status.work.stop_clicked.connect(self.cancel)

    @property
    def at(self) -> float:
        """The moment that is looked at (s); NaN for now."""
        return self._at

    @property
    def looks_back(self) -> bool:
        """Whether the views show the past."""
        return not math.isnan(self._at)

    @property
    def past(self) -> Past:
        """What is kept of the run."""
        return self._recall.past

    def take(self, snapshot: Snapshot, elapsed: float) -> None:
        """Feed the views. While they show the past, the run goes on behind it."""
        views = self._views
        views.canvas.show_snapshot(snapshot, elapsed)
        self._recall.add(snapshot, views.canvas.remember() if snapshot.samples else None)
        views.charts.add_snapshot(snapshot)
        views.timeline.add_snapshot(snapshot)
        if not self.looks_back:
            views.inspector.set_snapshot(snapshot)
            views.outline.show_snapshot(snapshot)
            views.transport.set_time(snapshot.time)

    def clear(self) -> None:
        """A run begins."""
        self._leave()
        self._end_replay()
        views = self._views
        for view in (views.canvas, views.charts, views.timeline):
            view.clear_run()
        self._recall.clear()
        views.outline.forget_run()
        views.inspector.clear_measurements()
        views.transport.set_time(0.0)

    def step(self, seconds: float) -> None:
        """Look so many seconds before or after what is shown; after the last moment comes now."""
        if self._run.has_run:
            begun = self._at if self.looks_back else self._run.now
            self.show_moment(max(begun + seconds, 0.0))

    def go_live(self) -> None:
        """Show what is now."""
        self.show_moment(NOW)

    def fork(self) -> None:
        """Replay the run to the moment that is looked at, and go on from there."""
        if not self.looks_back:
            self.refused.emit("Look at a moment first: drag on the timeline, or press Alt+Left.")
        elif not self._goes_back:
            self._goes_back = True
            self._run.rewind(self._at)

    def cancel(self) -> None:
        """Leave the run as it is, where it is being replayed."""
        if self._goes_back:
            self._run.cancel_rewind()

    def show_moment(self, instant: float) -> None:
        """Show a moment of the run (s); NaN, or one that is not yet, is now."""
        latest = self._run.latest
        if math.isnan(instant) or latest is None or instant >= latest.time:
            self._show_now(latest)
            return
        if not len(self.past):
            return
        self._at = self.past.nearest(instant)
        self._views.timeline.set_moment(self._at)
        self._views.transport.set_time(self._at)
        self._recall.look_for(self._at)

    def _show(self, moment: Moment) -> None:
        """Show a moment that was found; that of now in the views that show means alone."""
        self._views.inspector.show_moment(moment.snapshots)
        self._views.outline.show_snapshot(moment.latest)
        if self.looks_back:
            self._views.canvas.show_past(moment)
            self.moved.emit(moment.at)

    def _show_now(self, latest: Snapshot | None) -> None:
        """Go back to the run."""
        if not self.looks_back:
            return
        self._leave()
        if latest is not None:
            self._views.transport.set_time(latest.time)
            self._recall.look_for(latest.time)
        self.moved.emit(NOW)

    def _show_replay(self, share: float, target: float) -> None:
        """Say how far the replay is."""
        self._goes_back = True
        words = f"Replaying to {instant_text(target)} … {format_share(share)}"
        self._views.status.work.show_work(words, can_stop=True)

    def _end_replay(self) -> None:
        """Nothing is replayed any more."""
        if self._goes_back:
            self._goes_back = False
            self._views.status.work.show_work("", can_stop=False)

    def _arrive(self, at: float, problem: str) -> None:
        """The run went back, or did not."""
        self._end_replay()
        views = self._views
        if math.isnan(at):
            if problem:
                self.refused.emit(f"The run did not go back: {problem}.")
            return
        moment = self.past.at(at)
        self._recall.forget_after(at)
        self._at = NOW
        views.timeline.set_moment(NOW)
        views.timeline.go_back(at)
        views.charts.go_back(at)
        if moment is not None:
            views.canvas.go_on_from(moment)
            views.inspector.show_moment(moment.snapshots)
        views.transport.set_time(at)
        views.status.flash(
            f"Going on from {instant_text(at)}; how it went before is dimmed in the charts."
        )
        self.moved.emit(NOW)

    def _leave(self) -> None:
        """The past is not looked at any more."""
        self._at = NOW
        self._recall.forget_wish()
        self._views.canvas.show_past(None)
        self._views.timeline.set_moment(NOW)
