"""The worker's loop, driven by hand with a clock that a test sets: pace, credit, refusals, hashes."""

import math
from collections.abc import Callable

import pytest

from engine.model.design import Design
from engine.model.edits import CompoundEdit, Remove, SetDesign, SetField
from engine.model.trace_settings import TraceSettings
from engine.run.protocol import (
    Ack,
    ApplyEdit,
    Failed,
    Measured,
    Pause,
    Progress,
    Refused,
    Run,
    SetLoad,
    SetSpeed,
    StartOver,
    StepRequest,
    StepTime,
    Stop,
    TakeTraces,
    Unanswered,
)
from engine.run.session import Session
from engine.run.worker import BACKLOG, REPORT_EVERY, Worker

SHOP = Design.model_validate(
    {
        "title": "Shop",
        "nodes": [
            {"id": "users", "kind": "client", "config": {"arrivals": {"process": "poisson", "rate": 50}}},
            {"id": "web", "kind": "service", "config": {"instances": 2, "workers": 2}},
            {"id": "db", "kind": "sql_database"},
        ],
        "links": [
            {"id": "users-web", "source": "users", "target": "web", "config": {"timeout": 0.5}},
            {"id": "web-db", "source": "web", "target": "db"},
        ],
        "scenario": {
            "duration": 20,
            "warmup": 2,
            "seed": 7,
            "events": [{"at": 6, "duration": 4, "target": "db", "change": "slow", "factor": 5}],
        },
    }
)  # fmt: skip
FAR = SetDesign(("scenario", "duration"), 1e6).apply(SHOP).design


class Bench:
    """A worker, its clock, and everything it said."""

    def __init__(self) -> None:
        self.wall = 100.0
        self.said: list[object] = []
        self.worker = Worker(self.said.append, lambda: self.wall)

    def tell(self, *commands: object) -> None:
        for command in commands:
            self.worker.handle(command)

    def turn(self, times: int = 1, wall: float = REPORT_EVERY) -> None:
        """Turn the loop, a fixed wall time a turn."""
        for _ in range(times):
            self.worker.turn()
            self.wall += wall

    def shown(self, until: Callable[[], bool], wall: float = REPORT_EVERY) -> None:
        """Turn the loop like an app that acknowledges everything, until something holds."""
        for _ in range(10_000):
            if until():
                return
            before = len(self.progress)
            self.turn(wall=wall)
            if len(self.progress) > before:
                self.tell(Ack())
        pytest.fail("it never came")

    @property
    def progress(self) -> list[Progress]:
        return [each for each in self.said if isinstance(each, Progress)]

    @property
    def now(self) -> float:
        return self.progress[-1].snapshot.time if self.progress else 0.0

    @property
    def hashes(self) -> list[object]:
        return [each.result["hash"] for each in self.said if isinstance(each, Measured)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="module")
def expected() -> object:
    session = Session(SHOP)
    session.advance(SHOP.scenario.duration)
    return session.result()["hash"]


def test_a_loaded_design_stands_at_0_and_says_so(bench: Bench) -> None:
    bench.tell(StartOver(SHOP))
    bench.turn(5)
    assert [each.snapshot.time for each in bench.progress] == [0.0]
    assert not bench.progress[0].running


def test_simulated_time_keeps_the_pace(bench: Bench) -> None:
    bench.tell(StartOver(FAR), SetSpeed(10.0), Run())
    begun = bench.wall
    bench.shown(lambda: bench.wall - begun > 3.0, wall=0.01)
    assert bench.now == pytest.approx(10.0 * (bench.wall - begun), abs=1.0)


def test_a_slow_speed_is_kept_as_well(bench: Bench) -> None:
    bench.tell(StartOver(FAR), SetSpeed(0.1), Run())
    begun = bench.wall
    bench.shown(lambda: bench.wall - begun > 5.0, wall=0.01)
    assert bench.now == pytest.approx(0.5, abs=0.02)


def test_a_run_that_is_where_it_should_be_rests(bench: Bench) -> None:
    bench.tell(StartOver(FAR), SetSpeed(1.0), Run())
    bench.shown(lambda: bench.now > 0.5, wall=0.01)
    waits = []
    for _ in range(5):
        waits.append(bench.worker.turn())
        bench.wall += 0.002
    assert min(waits) > 0.0


def test_a_pause_stands_still_and_owes_nothing(bench: Bench) -> None:
    bench.tell(StartOver(FAR), SetSpeed(1.0), Run())
    bench.shown(lambda: len(bench.progress) > 20)
    bench.tell(Pause())
    bench.shown(lambda: not bench.progress[-1].running)
    stood = bench.now
    bench.wall += 3600.0
    bench.turn(10)
    bench.tell(Run())
    bench.shown(lambda: bench.now > stood)
    assert bench.now < stood + 1.0


def test_only_one_report_is_on_its_way(bench: Bench) -> None:
    bench.tell(StartOver(FAR), SetSpeed(100.0), Run())
    bench.turn(50)
    assert len(bench.progress) == 1
    bench.tell(Ack())
    bench.turn()
    assert len(bench.progress) == 2


def test_an_app_that_shows_nothing_stops_the_run_before_reports_pile_up(
    bench: Bench,
) -> None:
    bench.tell(StartOver(FAR), SetSpeed(math.inf), Run())
    bench.turn()
    bench.tell(Ack())
    bench.turn(500)
    bench.tell(Ack())
    bench.turn()
    spans = [b.snapshot.time - a.snapshot.time for a, b in zip(bench.progress, bench.progress[1:], strict=False)]  # fmt: skip
    assert max(spans) < 1.2 * BACKLOG


def test_a_step_in_time_is_exact(bench: Bench) -> None:
    bench.tell(StartOver(SHOP))
    bench.turn()
    bench.tell(Ack(), StepTime(1.0))
    bench.shown(lambda: bench.now == 1.0)
    bench.turn(20)
    assert bench.now == 1.0
    assert not bench.progress[-1].running


def test_a_step_by_a_request_answers_one(bench: Bench) -> None:
    bench.tell(StartOver(SHOP))
    bench.turn()
    bench.tell(Ack(), StepRequest())
    bench.turn()
    answered = sum(
        sample.nodes["users"].completed for sample in bench.progress[-1].snapshot.samples
    )
    assert bench.now > 0.0
    assert answered <= 1
    assert not bench.progress[-1].running


def test_the_result_is_that_of_a_plain_run(bench: Bench, expected: object) -> None:
    bench.tell(StartOver(SHOP), SetSpeed(math.inf), Run())
    bench.shown(lambda: bool(bench.hashes))
    assert bench.hashes == [expected]


def test_pauses_speeds_and_steps_change_nothing_in_the_result(
    bench: Bench, expected: object
) -> None:
    bench.tell(StartOver(SHOP), SetSpeed(3.0), Run())
    bench.shown(lambda: bench.now > 1.7, wall=0.007)
    bench.tell(Pause(), StepTime(0.123), StepRequest())
    bench.turn(20)
    bench.tell(Ack(), SetSpeed(0.5), Run())
    bench.shown(lambda: bench.now > 3.0, wall=0.05)
    bench.tell(SetSpeed(50.0))
    bench.shown(lambda: bench.now > 9.1, wall=0.011)
    bench.tell(SetSpeed(math.inf))
    bench.shown(lambda: bool(bench.hashes))
    assert bench.hashes == [expected]


def test_the_run_goes_on_past_its_scenario_and_measures_once(bench: Bench) -> None:
    bench.tell(StartOver(SHOP), SetSpeed(math.inf), Run())
    bench.shown(lambda: len(bench.progress) > 3 and bench.now > 3 * SHOP.scenario.duration)
    assert len(bench.hashes) == 1


def test_a_second_run_gives_the_same(bench: Bench, expected: object) -> None:
    for _ in range(2):
        bench.tell(StartOver(SHOP), SetSpeed(math.inf), Run())
        known = len(bench.hashes)
        bench.shown(lambda known=known: len(bench.hashes) > known)
    assert bench.hashes == [expected, expected]


def test_an_edit_changes_the_run_at_once(bench: Bench) -> None:
    bench.tell(StartOver(FAR), SetSpeed(20.0), Run())
    bench.shown(lambda: bench.now > 2.0)
    calm = SetDesign(("scenario", "events"), [])
    bench.tell(ApplyEdit(CompoundEdit.of([calm, Remove.of("db")], "Delete")))
    bench.shown(lambda: "db" not in bench.progress[-1].snapshot.gauges)
    assert bench.progress[-1].running


def test_the_load_dial_multiplies_the_traffic(bench: Bench) -> None:
    def offered() -> int:
        return bench.progress[-1].snapshot.requests

    bench.tell(StartOver(FAR), SetSpeed(math.inf), SetLoad(4.0), Run())
    bench.shown(lambda: bench.now > 200.0)
    assert offered() / bench.now == pytest.approx(4 * 50, rel=0.05)


def test_the_load_dial_outlives_a_restart(bench: Bench) -> None:
    bench.tell(StartOver(FAR), SetLoad(4.0), StartOver(FAR), SetSpeed(math.inf), Run())
    bench.shown(lambda: bench.now > 200.0)
    assert bench.progress[-1].snapshot.requests / bench.now == pytest.approx(200, rel=0.05)


def broken() -> SetField:
    """An edit after which the design cannot run."""
    return SetField("web", ("config", "workers"), -3)


def test_a_design_that_cannot_run_is_refused_with_findings(bench: Bench) -> None:
    bench.tell(StartOver(broken().apply(SHOP).design), Run())
    (refused,) = [each for each in bench.said if isinstance(each, Refused)]
    assert refused.findings
    assert refused.findings[0].id == "web"


def test_it_runs_as_soon_as_an_edit_settles_that(bench: Bench) -> None:
    bench.tell(StartOver(broken().apply(SHOP).design), SetSpeed(10.0), Run())
    bench.tell(ApplyEdit(SetField("web", ("config", "workers"), 2)))
    bench.shown(lambda: len(bench.progress) > 5)
    assert bench.now > 0.0


def test_an_edit_that_cannot_run_leaves_the_run_as_it_was_until_the_next_settles_it(
    bench: Bench,
) -> None:
    bench.tell(StartOver(FAR), SetSpeed(20.0), Run())
    bench.shown(lambda: bench.now > 1.0)
    bench.tell(ApplyEdit(broken()))
    assert isinstance(bench.said[-1], Refused)
    stood = bench.now
    bench.shown(lambda: bench.now > stood + 1.0)
    bench.tell(ApplyEdit(SetField("web", ("config", "workers"), 1)))
    bench.shown(lambda: bench.progress[-1].snapshot.gauges["web"].instances[0].workers == 1)
    assert not any(isinstance(each, Failed) for each in bench.said)


def test_what_breaks_is_reported_with_a_traceback_and_a_load_starts_over(
    bench: Bench,
) -> None:
    bench.tell(StartOver(SHOP), Run(), ApplyEdit(SetField("nowhere", ("name",), "x")))
    (failed,) = [each for each in bench.said if isinstance(each, Failed)]
    assert "nowhere" in failed.message
    assert "Traceback" in failed.traceback
    bench.turn(5)
    bench.tell(StartOver(SHOP))
    bench.turn()
    assert bench.progress[-1].snapshot.time == 0.0


def test_a_question_that_breaks_costs_its_answer_and_not_the_run(bench: Bench) -> None:
    bench.tell(StartOver(SHOP, traces=TraceSettings()), SetSpeed(20.0), Run())
    bench.shown(lambda: bench.now > 1.0)
    question = TakeTraces("soon")  # type: ignore[arg-type] - what no window asks breaks as a fault of ours would
    bench.tell(question)
    (said,) = [each for each in bench.said if isinstance(each, Unanswered)]
    assert said.question == question
    assert "Traceback" in said.traceback
    stood = bench.now
    bench.shown(lambda: bench.now > stood + 1.0)
    assert not any(isinstance(each, Failed) for each in bench.said)


def test_commands_without_a_design_are_harmless(bench: Bench) -> None:
    bench.tell(Run(), Pause(), StepTime(1.0), StepRequest(), SetLoad(2.0), Ack())
    bench.tell(ApplyEdit(SetField("x", ("name",), "x")))
    bench.turn(3)
    assert bench.said == []
    bench.tell(Stop())
    assert bench.worker.stopped
