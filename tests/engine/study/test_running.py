"""A study under way: rounds, events, resuming, cancelling, and the same report however it was computed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.study import (
    Concluded,
    ExecutorError,
    LocalExecutor,
    Outcome,
    Point,
    PointDone,
    Precision,
    Replicate,
    Stopped,
    Storage,
    StudyError,
    StudyRun,
    run_study,
)
from tests.engine.study.helpers import Inline, conclude, variant

ROOT = Path(__file__).resolve().parents[3]
STUDY = Replicate(variant(), until=Precision(0.05, "p50", least=3, most=40))


def drive(run: StudyRun) -> list[object]:
    events: list[object] = []
    while not run.over:
        events += run.poll()
        run.wait(0.1)
    return events


def test_events_tell_of_every_point_and_of_the_end() -> None:
    executor = Inline()
    events = drive(StudyRun(STUDY, executor))
    points = [each for each in events if isinstance(each, PointDone)]
    assert len(points) == len(executor.ran) == len({each.point.key for each in points})
    assert isinstance(events[-1], Concluded)
    assert events[-1].report.complete
    assert executor.closed


@pytest.mark.parametrize("processes", [1, 3])
def test_processes_give_what_one_process_gives(processes: int) -> None:
    assert run_study(STUDY, processes=processes).hash == conclude(STUDY).hash


def test_a_cancelled_study_goes_on_where_it_was(tmp_path: Path) -> None:
    first = StudyRun(STUDY, Inline(), Storage(tmp_path))
    for _ in range(4):
        first.poll()
    first.cancel()
    assert first.poll() == []
    assert (first.done, first.report().complete) == (3, False)
    assert first.report().sentences[0] == f"So far, after 3 of {first.expected} runs:"
    executor = Inline()
    again = StudyRun(STUDY, executor, Storage(tmp_path))
    assert again.resumed == 3
    drive(again)
    report = conclude(STUDY)
    assert again.report().hash == report.hash
    assert len(executor.ran) == report.done - 3


def test_a_finished_study_runs_nothing_again(tmp_path: Path) -> None:
    drive(StudyRun(STUDY, Inline(), Storage(tmp_path)))
    executor = Inline()
    run = StudyRun(STUDY, executor, Storage(tmp_path))
    drive(run)
    assert executor.ran == []
    assert run.report().hash == conclude(STUDY).hash


class Breaking(Inline):
    """One seed breaks."""

    def poll(self) -> list[Outcome]:
        done = super().poll()
        broken = [point.key for point in self.ran if point.seed == 6]
        return [
            replace(each, result=None, error="InvariantError: requests lost")
            if each.key in broken
            else each
            for each in done
        ]


def test_a_failed_replication_stops_no_other_and_is_reported_with_its_seed() -> None:
    run = StudyRun(Replicate(variant("web.workers=3"), seeds=4), Breaking())
    drive(run)
    report = run.report()
    assert (run.done, run.failed, report.complete) == (4, 1, True)
    (failure,) = report.failures
    assert (failure.seed, failure.label) == (6, "web.workers=3, seed 6")
    assert failure.error == "InvariantError: requests lost"
    assert report.table("metrics").column("count")[0] == 3


class Losing(Inline):
    """The cluster goes away."""

    def submit(self, points: Sequence[Point]) -> None:
        super().submit(points[:1])

    def poll(self) -> list[Outcome]:
        if self.ran:
            msg = "tcp://host: the cluster is lost"
            raise ExecutorError(msg)
        return super().poll()


def test_a_lost_executor_is_an_event_and_what_is_done_is_kept(tmp_path: Path) -> None:
    run = StudyRun(STUDY, Losing(), Storage(tmp_path))
    events = drive(run)
    assert events[-1] == Stopped("tcp://host: the cluster is lost")
    assert run.done == 1
    with Storage(tmp_path) as storage:
        assert len(storage.outcomes) == 1


@pytest.mark.parametrize("runs", [0, 1, 5])
def test_a_killed_process_loses_nothing(runs: int) -> None:
    """While it starts, when it has just begun, and half-way."""
    executor = LocalExecutor(2)
    run = StudyRun(Replicate(variant(), seeds=12), executor)
    run.poll()
    while run.done < runs:
        run.wait(1.0)
        run.poll()
    os.kill(executor.pids[0], signal.SIGKILL)
    drive(run)
    assert (run.done, run.failed) == (12, 0)
    assert run.report().hash == conclude(run.study).hash


def test_a_point_that_ends_its_process_is_a_failure_and_the_others_go_on() -> None:
    executor = LocalExecutor(1)
    endless = variant(duration=1e8).point(1)
    executor.submit([variant().point(seed) for seed in range(3)])
    outcomes: list[Outcome] = []
    while len(outcomes) < 3:
        executor.wait(5.0)
        outcomes += executor.poll()
    executor.submit([endless, variant().point(3), variant().point(4)])
    while len(outcomes) < 6:
        if executor.is_computing(endless):
            os.kill(executor.pids[0], signal.SIGKILL)
        executor.wait(5.0)
        outcomes += executor.poll()
    executor.close()
    (failed,) = (each for each in outcomes if each.error is not None)
    assert failed.key == endless.key
    assert "its process was ended 2 times (signal 9)" in str(failed.error)
    assert len({each.key for each in outcomes}) == 6


UNGUARDED = """
from engine.study import ExecutorError, Replicate, Variant, run_study
from tests.engine.study.helpers import variant
run_study(Replicate(variant(), seeds=2), processes=1)
"""


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    result = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    assert result.returncode == 1
    assert 'start studies below if __name__ == "__main__":' in result.stderr.splitlines()[-1]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="reads what Linux tells")
def test_processes_know_nothing_of_qt() -> None:
    import PySide6.QtCore  # noqa: F401 - as in the app

    executor = LocalExecutor(1)
    executor.submit([variant().point(1)])
    outcomes: list[Outcome] = []
    while not outcomes:
        executor.wait(5.0)
        outcomes = executor.poll()
    maps = Path(f"/proc/{executor.pids[0]}/maps").read_text()
    executor.close()
    assert "numpy" in maps
    assert "PySide6" not in maps


def test_closing_ends_processes_that_compute() -> None:
    executor = LocalExecutor(2)
    executor.submit([variant(duration=1e8).point(seed) for seed in range(3)])
    pids = executor.pids
    assert len(pids) == 2
    executor.close()
    executor.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert executor.poll() == []


@pytest.mark.parametrize("count", [0, -1, 10_000])
def test_impossible_numbers_of_processes_are_refused(count: int) -> None:
    with pytest.raises(StudyError, match="write a number from 1 to 256"):
        LocalExecutor(count)
