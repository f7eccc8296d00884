"""The run controller: follows every edit, drops what an abandoned run says, survives its process."""

import pytest

from app.document import DesignDocument
from app.run_controller import RunController
from engine.model.design import Design, Node
from engine.model.edits import Move, Position, SetDesign, SetField
from engine.run.protocol import (
    Ack,
    ApplyEdit,
    Failed,
    Measured,
    Pause,
    Refused,
    Run,
    SetLoad,
    SetSpeed,
    Started,
    StartOver,
    StepTime,
    TakeJournal,
    Unanswered,
)
from tests.helpers.fakes import Clock, FakeTransport


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def document(qapp) -> DesignDocument:
    made = DesignDocument()
    made.replace(Design(nodes=(Node(id="web", kind="service"),)), None)
    return made


@pytest.fixture
def transports() -> list[FakeTransport]:
    return []


@pytest.fixture
def run(document: DesignDocument, transports: list[FakeTransport], clock: Clock):
    def start() -> FakeTransport:
        transports.append(FakeTransport())
        return transports[-1]

    controller = RunController(document, start, clock)
    yield controller
    controller.close()


@pytest.fixture
def shown(run: RunController) -> list[float]:
    times: list[float] = []
    run.snapshot.connect(lambda snapshot, _elapsed: times.append(snapshot.time))
    return times


def test_a_run_begins_with_the_design_and_the_dials(run, document, transports) -> None:
    run.set_speed(10.0)
    run.set_load(2.0)
    run.set_running(True)
    assert transports[0].sent[:3] == [StartOver(document.design), SetSpeed(10.0), SetLoad(2.0)]
    assert transports[0].sent[-1] == Run()


def test_another_design_is_run_as_it_was_drawn(run, document, transports) -> None:
    run.set_load(4.0)
    run.set_running(True)
    dial: list[float] = []
    run.load_set.connect(dial.append)
    run.restart()
    assert transports[0].of(SetLoad)[-1] == SetLoad(4.0)
    document.replace(Design(title="Another"), None)
    assert transports[0].of(SetLoad)[-1] == SetLoad(1.0)
    assert dial == [1.0]


def test_who_asked_for_a_run_that_cannot_be_told_hears_why_and_the_run_goes_on(
    run, transports
) -> None:
    run.set_running(True)
    transports[0].progress(0.0)
    run.tick()
    heard: list[object] = []
    run.take_journal(lambda *told: heard.append(told))
    run.unanswered.connect(heard.append)
    report = Unanswered(TakeJournal(), "KeyError: 'web'", "Traceback")
    transports[0].reports.append(report)
    run.tick()
    assert heard == [("", "KeyError: 'web'"), report]
    assert run.running


def test_every_snapshot_is_acknowledged_once(run, transports, shown) -> None:
    run.set_running(True)
    transports[0].progress(0.0)
    run.tick()
    transports[0].progress(0.3)
    run.tick()
    run.tick()
    assert shown == [0.0, 0.3]
    assert transports[0].of(Ack) == [Ack(), Ack()]


def test_edits_undo_and_redo_reach_the_run(run, document, transports) -> None:
    run.set_running(True)
    edit = SetField("web", ("config", "workers"), 2)
    document.push(edit)
    document.stack.undo()
    sent = transports[0].of(ApplyEdit)
    assert sent[0] == ApplyEdit(edit)
    assert len(sent) == 2


def test_moving_things_about_does_not_disturb_the_run(run, document, transports) -> None:
    run.set_running(True)
    document.push(Move((Position("web", 50.0, 50.0),)))
    document.push(SetDesign(("title",), "Another title"))
    assert transports[0].of(ApplyEdit) == []


def test_another_seed_is_another_run(run, document, transports) -> None:
    run.set_running(True)
    document.push(SetDesign(("scenario", "seed"), 7))
    assert transports[0].of(ApplyEdit) == []
    assert [load.design.scenario.seed for load in transports[0].of(StartOver)] == [1, 7]
    assert transports[0].sent[-1] == Run()
    document.stack.undo()
    assert transports[0].of(StartOver)[-1].design.scenario.seed == 1


def test_what_the_last_run_still_says_is_dropped_but_acknowledged(run, transports, shown) -> None:
    run.set_running(True)
    transports[0].progress(0.0)
    transports[0].progress(55.0)
    run.tick()
    transports[0].hears = False
    run.restart()
    measured: list[object] = []
    run.measured.connect(measured.append)
    transports[0].progress(60.0)
    transports[0].reports.append(Measured({"late": True}))
    run.tick()
    assert run.latest is None
    assert measured == []
    transports[0].reports.append(Started())
    transports[0].progress(0.0)
    transports[0].progress(0.1)
    run.tick()
    assert shown == [0.0, 55.0, 0.0, 0.1]
    assert len(transports[0].of(Ack)) == 5


def test_another_design_starts_over_and_goes_on_running(run, document, transports) -> None:
    cleared: list[bool] = []
    run.set_running(True)
    run.cleared.connect(lambda: cleared.append(True))
    document.replace(Design(title="Other"), None)
    assert transports[0].of(StartOver)[-1].design.title == "Other"
    assert transports[0].sent[-1] == Run()
    assert cleared == [True]


def test_opening_a_design_before_the_first_run_starts_nothing(run, document, transports) -> None:
    document.replace(Design(title="Other"), None)
    assert transports == []


def test_a_step_stands_still_afterwards(run, transports) -> None:
    run.set_running(True)
    run.step_time(1.0)
    assert not run.running
    assert transports[0].sent[-1] == StepTime(1.0)


def test_pause_and_run(run, transports) -> None:
    run.toggle()
    run.toggle()
    assert transports[0].sent[-2:] == [Run(), Pause()]


def test_a_broken_simulation_leaves_the_design_and_can_be_started_again(
    run, document, transports
) -> None:
    failures: list[tuple[str, str]] = []
    run.failed.connect(lambda message, trace: failures.append((message, trace)))
    run.set_running(True)
    document.push(SetField("web", ("config", "workers"), 2))
    design = document.design
    transports[0].reports.append(Failed("ValueError: no", "Traceback …"))
    run.tick()
    assert failures == [("ValueError: no", "Traceback …")]
    assert transports[0].closed
    assert not run.running
    assert document.design is design
    document.push(SetField("web", ("config", "workers"), 3))  # nobody to tell, and no harm
    run.revive()
    assert run.running
    assert transports[1].of(StartOver) == [StartOver(document.design)]
    assert transports[1].sent[-1] == Run()


def test_refusals_are_passed_on(run, transports) -> None:
    refusals: list[object] = []
    run.refused.connect(refusals.append)
    run.set_running(True)
    transports[0].reports.append(Refused(()))
    run.tick()
    assert refusals == [()]


def test_rates_are_measured_on_the_wall(run, transports, clock) -> None:
    run.set_running(True)
    for i in range(11):
        clock.now = 0.1 * i
        transports[0].progress(1.0 * i, requests=400 * i, wall=0.06 * i)
        run.tick()
    rates = run.rates()
    assert (rates.speed, rates.requests) == (pytest.approx(10.0), pytest.approx(4000.0))
    assert rates.cores == pytest.approx(0.6)


def test_one_process_takes_one_core_at_most(run, transports, clock) -> None:
    """Reports that lie in the pipe while the window paints come at once."""
    run.set_running(True)
    for i in range(11):
        clock.now = 0.0 if i < 10 else 0.5
        transports[0].progress(1.0 * i, requests=400 * i, wall=0.1 * i)
        run.tick()
    rates = run.rates()
    assert (rates.cores, rates.speed) == (pytest.approx(1.0), pytest.approx(10.0))


def test_rates_forget_what_is_long_past(run, transports, clock) -> None:
    run.set_running(True)
    for i in range(100):
        clock.now = 0.1 * i
        transports[0].progress(1.0 * min(i, 50), requests=0)
        run.tick()
    assert run.rates().speed == 0.0
