"""What the simulating process did under hand is repeated elsewhere from the journal that it gives."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from engine.model.design import Design
from engine.model.edits import SetDesign, SetField
from engine.run.journal_file import loads
from engine.run.pacing import SLICE
from engine.run.protocol import (
    Ack,
    ApplyEdit,
    Measured,
    Pause,
    Progress,
    Recorded,
    Refused,
    Run,
    SetLoad,
    SetSpeed,
    StartOver,
    StepRequest,
    StepTime,
    TakeJournal,
)
from engine.run.session import Session
from engine.run.transport import WorkerTransport
from engine.run.worker import Worker
from tests.helpers.builders import client, exponential, link, node, raw_design

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine.run.journal import Journal
    from engine.run.protocol import Report

SHOP = Design.model_validate(
    raw_design(
        [
            client("users", 60.0),
            node("crowd", "client", arrivals={"process": "closed", "users": 8, "think_time": 0.1}),
            node("web", "service", instances=2, workers=4, service_time=exponential(0.02)),
            node("db", "sql_database"),
        ],
        [
            link("users", "web", timeout=0.5, retry={"attempts": 2}),
            link("crowd", "web"),
            link("web", "db"),
        ],
        title="Shop",
        duration=40,
        warmup=4,
        seed=9,
    )
)


def broken(at: float) -> ApplyEdit:
    """*Break it*, as the window sends it: the event is a little ahead of the run."""
    event = {"at": at, "duration": 3.0, "target": "web", "change": "kill", "instances": 1}
    return ApplyEdit(SetDesign(("scenario", "events"), [event], "Break"))


def scaled(workers: int) -> ApplyEdit:
    return ApplyEdit(SetField("web", ("config", "workers"), workers))


class Bench:
    """A worker whose clock a test sets."""

    def __init__(self) -> None:
        self.wall = 100.0
        self.said: list[object] = []
        self.worker = Worker(self.said.append, lambda: self.wall)

    def tell(self, *commands: object) -> None:
        for command in commands:
            self.worker.handle(command)

    def turn(self, wall: float) -> None:
        """One turn of the loop, for an app that takes every report."""
        self.worker.turn()
        self.wall += wall
        self.tell(Ack())

    def of(self, kind: type) -> list[Any]:
        return [each for each in self.said if isinstance(each, kind)]

    @property
    def now(self) -> float:
        return self.of(Progress)[-1].snapshot.time

    def journal(self) -> Journal:
        self.tell(TakeJournal())
        return loads(self.of(Recorded)[-1].text)


def measured(journal: Journal) -> object:
    """The hash of the result when a journal is replayed and gone on with to the end."""
    session = Session.replay(journal)
    session.advance(session.design.scenario.duration)
    return session.result()["hash"]


@pytest.mark.parametrize("seed", range(6))
def test_a_run_at_any_pace_under_any_hand_is_repeated(seed: int) -> None:
    bench, dice = Bench(), random.Random(seed)
    bench.tell(StartOver(SHOP), SetLoad(1.3), SetSpeed(5.0), Run())
    bench.turn(0.03)
    for _ in range(250):
        act = dice.randrange(14)
        if act == 0:
            bench.tell(*(SetLoad(dice.choice([0.7, 1.0, 1.6])) for _ in range(3)))
        elif act == 1:
            bench.tell(scaled(dice.randrange(0, 6)))
        elif act == 2:
            bench.tell(broken(bench.now + dice.choice([0.0, 0.1])))
        elif act == 3:
            bench.tell(Pause(), StepRequest(), scaled(dice.randrange(1, 6)), StepRequest(), Run())
        elif act == 4:
            bench.tell(StepTime(dice.random()))
        elif act == 5:
            bench.tell(SetSpeed(dice.choice([0.5, 2.0, 6.0])))
        else:
            bench.tell(Run())
        bench.turn(dice.choice([SLICE, 0.03, 0.1]))
    journal = bench.journal()
    bench.tell(SetSpeed(float("inf")), Run())
    for _ in range(2000):
        if not bench.of(Measured):
            bench.turn(0.03)
    (result,) = bench.of(Measured)
    assert len(journal.entries) > 5
    assert measured(bench.journal()) == result.result["hash"]
    again = Session.replay(journal)
    assert again.journal() == journal


def test_what_was_refused_is_recorded_with_the_edit_that_settled_it() -> None:
    bench = Bench()
    bench.tell(StartOver(SHOP), SetSpeed(10.0), Run())
    for _ in range(20):
        bench.turn(0.03)
    bench.tell(scaled(-3))
    assert bench.of(Refused)
    assert bench.journal().entries == ()
    for _ in range(20):
        bench.turn(0.03)
    bench.tell(ApplyEdit(SetField("web", ("config", "instances"), 3)), scaled(2))
    (entry,) = bench.journal().entries
    assert [edit.value for edit in entry.command.edit.edits] == [-3, 3, 2]
    assert Session.replay(bench.journal()).design.node_by_id["web"].config["workers"] == 2


def test_a_step_by_a_request_over_the_end_reports_the_result() -> None:
    calm = SetField("users", ("config", "arrivals", "rate"), 0.1).apply(SHOP).design
    calm = SetField("crowd", ("config", "arrivals", "think_time"), 60.0).apply(calm).design
    bench = Bench()
    bench.tell(StartOver(calm))
    for _ in range(30):
        bench.tell(StepRequest())
    (result,) = bench.of(Measured)
    assert result.result["duration"] == 40.0
    assert measured(bench.journal()) == result.result["hash"]


def test_without_a_run_there_is_no_journal_and_a_reason() -> None:
    bench = Bench()
    bench.tell(TakeJournal())
    assert bench.said == [Recorded(problem="there is no run; start one")]


def test_a_new_run_has_a_new_journal_that_begins_with_the_dial() -> None:
    bench = Bench()
    bench.tell(StartOver(SHOP), SetLoad(2.0), Run())
    for _ in range(5):
        bench.turn(0.03)
    bench.tell(scaled(2), StartOver(SHOP), Run())
    for _ in range(5):
        bench.turn(0.03)
    (entry,) = bench.journal().entries
    assert (entry.at.time, entry.command) == (0.0, SetLoad(2.0))


# -- the real process -------------------------------------------------------------------------------


@pytest.fixture
def transport() -> Iterator[WorkerTransport]:
    made = WorkerTransport()
    yield made
    made.close()


def heard(transport: WorkerTransport, until: Callable[[Report], bool]) -> Report:
    """The first report that fits; acknowledges snapshots as the app does."""
    for _ in range(200_000):
        transport.wait(1.0)
        for report in transport.poll():
            if isinstance(report, Progress):
                transport.send(Ack())
            if until(report):
                return report
    pytest.fail("it never came")


def later_than(time: float) -> Callable[[Report], bool]:
    return lambda each: isinstance(each, Progress) and each.snapshot.time > time


def test_the_process_and_a_headless_replay_in_another_give_the_same_hash(
    transport: WorkerTransport, tmp_path: Path
) -> None:
    tell = transport.send
    for command in (StartOver(SHOP), SetLoad(1.4), SetSpeed(20.0), Run()):
        tell(command)
    for step in range(60):  # a drag of the dial
        heard(transport, later_than(1.0 + step / 30))
        tell(SetLoad(1.4 - step / 100))
    tell(scaled(3))
    at = heard(transport, later_than(4.0)).snapshot.time
    tell(broken(at + 2.0))
    heard(transport, later_than(9.0))
    tell(Pause())
    for workers in (2, 5, 4):
        tell(StepRequest())
        tell(scaled(workers))
        tell(StepRequest())
        tell(SetLoad(workers / 4))
    tell(TakeJournal())
    recorded = heard(transport, lambda each: isinstance(each, Recorded))
    tell(SetSpeed(float("inf")))
    tell(Run())
    result = heard(transport, lambda each: isinstance(each, Measured)).result
    path = tmp_path / "shop.windtunnel-run"
    path.write_text(recorded.text, "utf-8")
    replay = subprocess.run(
        [sys.executable, "-m", "app", "simulate", str(path), "--quiet", "--json", "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(replay.stdout)["hash"] == result["hash"]
    assert len(loads(recorded.text).entries) > 20
