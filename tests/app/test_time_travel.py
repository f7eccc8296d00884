"""Looking back: all views show one moment, while the run goes on behind them."""

from __future__ import annotations

import math

import pytest

from app.document import DesignDocument
from app.run_controller import RunController
from app.time_travel import TimeTravel
from app.views import build_views
from engine.catalog import COMPONENTS
from engine.model.design import Design, Link, Node
from engine.run.protocol import CancelRewind, Progress, Rewind, Rewinding, Rewound
from engine.run.session import Session
from tests.helpers.fakes import FakeTransport
from widgets.theme import ThemeManager

DESIGN = Design(
    nodes=(
        Node(id="users", kind="client", config={"arrivals": {"process": "poisson", "rate": 50}}),
        Node(id="web", kind="service", x=300.0),
    ),
    links=(Link(id="a", source="users", target="web"),),
)


class Bench:
    """Views fed by a real session through the pipe of a test."""

    def __init__(self, qapp) -> None:
        self.views = build_views(COMPONENTS, ThemeManager(qapp, "dark"))
        self.document = DesignDocument()
        self.pipe = FakeTransport()
        self.run = RunController(self.document, lambda: self.pipe)
        self.travel = TimeTravel(self.views, self.run)
        self.run.snapshot.connect(self.travel.take)
        self.run.cleared.connect(self.travel.clear)
        self.document.replace(DESIGN, None)
        for view in (self.views.canvas, self.views.charts, self.views.timeline):
            view.set_design(DESIGN)
        self.session = Session(DESIGN)
        self.run.set_running(True)
        self.go_to(0.0)

    def go_to(self, until: float) -> None:
        """Let the run come to a time, with a look a second."""
        while True:
            self.pipe.reports.append(Progress(self.session.snapshot(), True))
            self.run.tick()
            if self.session.now >= until:
                return
            self.session.advance(min(self.session.now + 1.0, until))


@pytest.fixture
def bench(qapp):
    made = Bench(qapp)
    yield made
    made.run.close()


def test_every_view_shows_the_moment_and_the_run_goes_on(bench) -> None:
    bench.go_to(60.0)
    views = bench.views
    bench.travel.show_moment(20.0)
    assert bench.travel.looks_back
    assert views.transport._clock.text() == "00:00:20.0"
    assert views.timeline.axis.cursor == 20.0
    assert views.canvas._scene.presenter.stats.time == 20.0
    assert views.inspector._window.snapshot.time == 20.0
    bench.go_to(70.0)
    assert views.transport._clock.text() == "00:00:20.0"
    assert views.inspector._window.snapshot.time == 20.0
    assert views.timeline.axis.now == 70.0
    assert views.charts.panel.history.end == pytest.approx(70.0, abs=1.1)
    bench.travel.go_live()
    assert views.transport._clock.text() == "00:01:10.0"
    assert views.canvas._scene.presenter.stats.time == 70.0
    assert views.inspector._window.snapshot.time == pytest.approx(70.0)
    assert math.isnan(views.timeline.axis.cursor)


def test_steps_go_back_and_forward_up_to_now(bench) -> None:
    moved: list[float] = []
    bench.travel.moved.connect(moved.append)
    bench.travel.step(-1.0)
    bench.go_to(10.0)
    for seconds in (-1.0, -1.0, 1.0, 1.0):
        bench.travel.step(seconds)
    assert moved[-4:-1] == [9.0, 8.0, 9.0]
    assert math.isnan(moved[-1])


def test_a_step_is_taken_where_the_run_stands(bench) -> None:
    bench.go_to(10.0)
    bench.travel.show_moment(5.0)
    bench.views.transport.step_request_requested.emit()
    assert not bench.travel.looks_back


def test_a_new_run_has_no_past(bench) -> None:
    bench.go_to(10.0)
    bench.travel.show_moment(5.0)
    bench.run.restart()
    assert not bench.travel.looks_back
    assert len(bench.travel.past) == 0
    assert not bench.views.timeline.live_button.isVisible()


def test_going_on_from_a_moment_forgets_what_came_later_and_keeps_it_behind_the_charts(
    bench,
) -> None:
    bench.go_to(60.0)
    views, travel = bench.views, bench.travel
    said: list[str] = []
    travel.refused.connect(said.append)
    travel.fork()
    assert "Look at a moment first" in said[0]
    travel.show_moment(20.0)
    travel.fork()
    assert bench.pipe.of(Rewind) == [Rewind(20.0)]
    bench.pipe.reports.append(Rewinding(0.5))
    bench.run.tick()
    assert "Replaying to 20.0 s … 50 %" in views.status.work.text
    bench.session = Session.replay(bench.session.journal(), 20.0)
    bench.session.snapshot()
    bench.pipe.reports.append(Rewound(20.0))
    bench.run.tick()
    assert not travel.looks_back
    assert views.status.work.text == ""
    panel = views.charts.panel
    assert panel.history.end <= 20.0
    assert panel.has_kept_run
    assert panel._kept.end > 59.0
    assert travel.past.end <= 20.0
    assert views.timeline.axis.now == 20.0
    assert views.canvas._scene.presenter.stats.nodes["web"].flow.rate.value > 20.0
    bench.go_to(30.0)
    assert panel.history.end == pytest.approx(30.0, abs=1.1)
    assert travel.past.at(29.0).at == pytest.approx(29.0, abs=1.1)
    assert panel._kept.end > 59.0


def test_a_replay_can_be_cancelled_and_says_why_it_failed(bench) -> None:
    bench.go_to(10.0)
    said: list[str] = []
    bench.travel.refused.connect(said.append)
    bench.travel.show_moment(5.0)
    bench.travel.fork()
    bench.views.status.work.stop_clicked.emit()
    assert bench.pipe.of(CancelRewind) == [CancelRewind()]
    bench.pipe.reports.append(Rewound(None))
    bench.run.tick()
    assert said == []
    assert bench.travel.at == 5.0, "what is looked at stays"
    bench.travel.fork()
    bench.pipe.reports.append(Rewound(None, "it goes another way"))
    bench.run.tick()
    assert said == ["The run did not go back: it goes another way."]
