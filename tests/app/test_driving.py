"""A study is driven by another process, which says what came of it; the window looks at the last of it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from app.studies.driven import DrivenStudy
from app.studies.news import Ended, Progress, Told
from app.studies.running import RunningStudy
from engine.model.design import Design
from engine.study import Replicate, Report, StudyRun, Variant
from engine.study.export import ExportError
from tests.helpers.builders import client, constant, design, link, node

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.studies.driven import News
    from app.studies.news import Said

SECONDS = 60.0


@pytest.fixture
def small() -> Design:
    web = node("web", "service", workers=1, service_time=constant(0.01))
    return design([client("users", 5.0), web], [link("users", "web")], duration=5, warmup=0)


def number(_run: StudyRun, _report: Report) -> int:
    """The process in which somebody looks at what was found."""
    return os.getpid()


class Driven:
    """A study in a process of its own, up to its end."""

    def __init__(self, design: Design, runs: int, path: Path) -> None:
        self.study = DrivenStudy(Replicate(Variant.of(design), runs), path, number)
        self.heard: list[News] = []

    def listen(self) -> str:
        """Hear everything up to the end, and return how it ended."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            self.study._child.wait(0.1)
            self.heard.append(self.study.hear())
            ended = self.heard[-1].ended
            if ended is not None:
                return ended.words
        raise AssertionError(self.heard)

    @property
    def told(self) -> Told:
        """What was found."""
        return [each.told for each in self.heard if each.told is not None][-1]


@pytest.fixture
def begin(small: Design, tmp_path: Path) -> Iterator[object]:
    made: list[Driven] = []

    def start(runs: int) -> Driven:
        made.append(Driven(small, runs, tmp_path / "runs.jsonl"))
        return made[-1]

    yield start
    for each in made:
        each.study.close()


def test_what_is_found_is_found_by_another_process(begin: object) -> None:
    driven = begin(3)  # type: ignore[operator]
    assert driven.listen().startswith("3 runs in ")
    assert driven.told.report.done == 3
    assert driven.told.shown == driven.study._child.pid != os.getpid()
    again = begin(3)  # type: ignore[operator]
    assert again.listen().startswith("3 runs in ")
    heard = [each.progress for each in again.heard if each.progress]
    assert heard[0] == Progress(3, 3, "3 of 3 runs"), "nothing was run again"


def test_what_was_found_is_exported_where_it_is_known(begin: object, tmp_path: Path) -> None:
    driven = begin(2)  # type: ignore[operator]
    driven.listen()
    wanted = [tmp_path / "runs.csv", tmp_path / "missing" / "runs.csv"]
    waits = [driven.study.exporter(path) for path in wanted]
    while driven.study.exports:
        driven.study._child.wait(0.1)
        driven.study.hear()
    assert waits[0]() == [tmp_path / "runs.csv", tmp_path / "runs.summary.csv"]
    assert len((tmp_path / "runs.csv").read_text("utf-8").splitlines()) == 3
    with pytest.raises(ExportError, match="missing"):
        waits[1]()
    left = driven.study.exporter(tmp_path / "late.csv")
    driven.study.close()
    with pytest.raises(ExportError, match="ended"):
        left()


class Speaker:
    """Says what it was given, as a process would."""

    alive, end, pid = True, "", 0

    def __init__(self) -> None:
        self.says: list[Said | None] = []

    def tell(self, said: object) -> None:
        pass

    def hear(self) -> list[Said | None]:
        says, self.says = self.says, []
        return says

    def close(self) -> None:
        self.alive = False


def test_a_look_takes_one_of_each_however_much_was_said(
    small: Design, tmp_path: Path, qapp: object
) -> None:
    running = RunningStudy(qapp, tmp_path)  # type: ignore[arg-type]
    heard: list[str] = []
    running.progressed.connect(lambda *_: heard.append("progressed"))
    running.reported.connect(lambda *_: heard.append("reported"))
    running.ended.connect(heard.append)
    study = Replicate(Variant.of(small), 1)
    speaker = Speaker()
    running._driven = DrivenStudy(study, tmp_path / "runs.jsonl", number, lambda: speaker)
    running._active = True
    report = study.conclude({})
    for place in range(400):
        speaker.says += [Progress(place, 400, f"{place} of 400 runs"), Told(report, place)]
    running.listen()
    assert heard == ["progressed", "reported"]
    assert running.progress == (399, 400)
    speaker.says.append(Ended("over"))
    running.listen()
    assert heard[2:] == ["over"]
    assert not running.active
    running.listen()
    assert len(heard) == 3


def test_a_process_that_dies_ends_the_study_and_leaves_nobody_waiting(
    small: Design, tmp_path: Path
) -> None:
    speaker = Speaker()
    speaker.end = "exit code 1"
    driven = DrivenStudy(
        Replicate(Variant.of(small), 1), tmp_path / "runs.jsonl", number, lambda: speaker
    )
    waits = driven.exporter(tmp_path / "runs.csv")
    speaker.says, speaker.alive = [None], False
    ended = driven.hear().ended
    assert ended is not None
    assert "exit code 1" in ended.words
    with pytest.raises(ExportError):
        waits()
    assert not driven.exports


def test_it_stops_when_it_is_told_to_and_keeps_what_is_done(begin: object) -> None:
    driven = begin(500)  # type: ignore[operator]
    driven.study.stop()
    assert "they are kept" in driven.listen()


def test_a_file_that_cannot_be_read_is_told(begin: object, tmp_path: Path) -> None:
    (tmp_path / "runs.jsonl").write_text("somebody's notes\n", encoding="utf-8")
    assert "holds something else" in begin(1).listen()  # type: ignore[operator]


def test_a_closed_one_is_gone_with_all_its_processes(begin: object) -> None:
    driven = begin(500)  # type: ignore[operator]
    process = driven.study._child._process
    driven.study.close()
    until = time.monotonic() + SECONDS
    while process.exitcode is None and time.monotonic() < until:
        process.join(SECONDS)  # at once where another thread waits for it, too
    assert process.exitcode is not None
