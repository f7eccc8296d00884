"""The page of traces: asked of the run, shown, and asked again when it comes into view."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.actions import ActionSet
from app.context_menu import item_menu
from app.instruments import Instruments
from app.run_controller import RunController
from app.traces_desk import TracesDesk
from engine.model.trace_settings import TraceSettings
from engine.run.answers import traced
from engine.run.protocol import Progress, StartOver, TakeTraces, Traced
from engine.run.session import Session
from tests.app.test_time_travel import DESIGN
from tests.helpers.fakes import FakeTransport
from widgets.charts.chart_menu import ChartMenu
from widgets.theme import ThemeManager


class Bench:
    """A desk whose run is a real session behind the pipe of a test."""

    def __init__(self, qapp: Any, document: Any, *, records: bool = True) -> None:
        self.look = ThemeManager(qapp, "dark")
        self.pipe = FakeTransport()
        self.run = RunController(document, lambda: self.pipe, traces=records)
        self.place = Instruments(self.look, QWidget())
        self.place.fill_page("charts", QWidget)
        services: Any = SimpleNamespace(run=self.run, document=document)
        self.desk = TracesDesk(services, self.look, self.place)
        document.replace(DESIGN, None)
        self.session = Session(DESIGN, traces=TraceSettings() if records else None)

    def begin(self, until: float) -> None:
        self.run.set_running(True)
        self.pipe.reports.append(Progress(self.session.snapshot(), True))
        self.run.tick()
        self.session.advance(until)

    def answer(self) -> TakeTraces:
        """Answer the last question as the process does."""
        question = [each for each in self.pipe.sent if isinstance(each, TakeTraces)][-1]
        said = traced(self.session.recording(), question, 600.0)
        self.pipe.reports.append(said)
        self.run.tick()
        return question


@pytest.fixture
def document(qapp: Any) -> Any:
    from app.document import DesignDocument

    return DesignDocument()


@pytest.fixture
def bench(qapp: Any, document: Any) -> Any:
    made = Bench(qapp, document)
    yield made
    made.run.close()


def test_a_run_records_where_the_settings_say_so(bench: Bench) -> None:
    bench.begin(1.0)
    started = next(each for each in bench.pipe.sent if isinstance(each, StartOver))
    assert started.traces == TraceSettings()
    bench.run.set_traces(False)
    bench.run.restart()
    started = [each for each in bench.pipe.sent if isinstance(each, StartOver)][-1]
    assert started.traces is None


def test_without_a_run_it_says_so(bench: Bench) -> None:
    bench.desk.show()
    assert bench.place.current == "traces"
    assert "run the design first" in bench.desk.panel.empty.text()


def test_a_p99_request_through_a_node_about_a_moment(bench: Bench) -> None:
    bench.begin(20.0)
    bench.desk.show("p99", "web", 10.0)
    assert bench.answer() == TakeTraces(10.0, "web", "p99")
    panel = bench.desk.panel
    chosen = panel.chosen
    assert chosen is not None
    assert abs(chosen.start - 10.0) < 13.0
    assert panel.requests.rows[0].duration >= chosen.duration
    assert panel.about.text().startswith("through web about 10 s")
    assert "dropped" in panel.told.text()
    panel.everything_wanted.emit()
    assert bench.answer() == TakeTraces()
    assert panel.about.text().startswith("  ")


def test_failed_ones_where_there_are_none(bench: Bench) -> None:
    bench.begin(5.0)
    bench.desk.show("failed")
    bench.answer()
    assert bench.desk.panel.shown_list == "failed"
    assert "No request has failed" in bench.desk.panel.empty.text()


def test_a_late_answer_to_another_question_is_not_shown(bench: Bench) -> None:
    bench.begin(5.0)
    bench.desk.show("p99", "web", 3.0)
    bench.pipe.reports.append(Traced(TakeTraces()))
    bench.run.tick()
    assert "Looking" in bench.desk.panel.empty.text()


def test_coming_into_view_asks_again_and_a_new_run_forgets(bench: Bench) -> None:
    bench.begin(5.0)
    bench.place.show_page("traces")
    bench.answer()
    assert bench.desk.panel.chosen is not None
    asked = len([each for each in bench.pipe.sent if isinstance(each, TakeTraces)])
    bench.place.show_page("charts")
    bench.place.show_page("traces")
    assert len([each for each in bench.pipe.sent if isinstance(each, TakeTraces)]) == asked + 1
    bench.run.restart()
    assert bench.desk.panel.chosen is None


def test_where_runs_record_nothing_it_says_how_they_do(qapp: Any, document: Any) -> None:
    bench = Bench(qapp, document, records=False)
    bench.begin(5.0)
    bench.desk.show()
    bench.pipe.reports.append(Traced(TakeTraces()))
    bench.run.tick()
    assert "Record traces" in bench.desk.panel.empty.text()
    bench.run.close()


def test_a_nodes_menu_offers_them(qapp: Any) -> None:
    window = QWidget()
    actions = ActionSet(window)
    menu = item_menu(window, actions, lambda _menu: None, several=False, is_node=True)
    assert actions["run.show_p99"] in menu.actions()
    assert actions["run.show_failed"] in menu.actions()
    other = item_menu(window, actions, lambda _menu: None, several=False)
    assert actions["run.show_p99"] not in other.actions()


def test_a_charts_menu_asks_about_the_moment_that_is_pointed_at(qapp: Any, qtbot: Any) -> None:
    from app.views import build_views
    from engine.catalog import COMPONENTS

    views = build_views(COMPONENTS, ThemeManager(qapp, "dark"))
    views.charts.set_design(DESIGN)
    panel = views.charts.panel
    panel.axis.set_now(60.0)
    panel.axis.set_cursor(12.0)
    menu = ChartMenu(panel, panel.charts[0])
    action = next(each for each in menu.actions() if "p99 request" in each.text())
    assert action.text().endswith("about 12.0 s")
    with qtbot.waitSignal(views.charts.traces_requested) as asked:
        action.trigger()
    assert asked.args == ["p99", None, 12.0]
    panel.axis.set_cursor(math.nan)
    menu = ChartMenu(panel, panel.charts[0])
    action = next(each for each in menu.actions() if "failed one" in each.text())
    with qtbot.waitSignal(views.charts.traces_requested) as asked:
        action.trigger()
    assert asked.args[0] == "failed"
    assert math.isnan(asked.args[2])
