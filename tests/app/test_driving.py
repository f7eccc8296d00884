"""A large study says what came of it in one piece a look, however much there was to say."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from app.studies.driving import DrivenStudy, Ended, Progress
from app.studies.running import RunningStudy
from engine.model.design import Design
from engine.study import Replicate, Variant
from tests.helpers.builders import client, constant, design, link, node

if TYPE_CHECKING:
    from pathlib import Path

    from engine.study import Report


@pytest.fixture
def small() -> Design:
    web = node("web", "service", workers=1, service_time=constant(0.01))
    return design([client("users", 5.0), web], [link("users", "web")], duration=5, warmup=0)


class Watched(Replicate):
    """Tells in which threads it was asked to conclude."""

    def conclude(self, done: object) -> Report:
        threads.append(threading.current_thread())
        return super().conclude(done)  # type: ignore[arg-type]


threads: list[threading.Thread] = []


def finished(driven: DrivenStudy) -> list[object]:
    """What was said up to the end."""
    said: list[object] = []
    while not said or not isinstance(said[-1], Ended):
        said.append(driven._said.get(timeout=60))
    return said


def test_what_is_found_is_found_beside_the_window(small: Design, tmp_path: Path) -> None:
    threads.clear()
    said = finished(DrivenStudy(Watched(Variant.of(small), 3), tmp_path / "runs.jsonl"))
    assert threads
    assert threading.main_thread() not in threads
    assert said[-2].report.done == 3  # type: ignore[attr-defined]
    assert said[-1].words.startswith("3 runs in ")  # type: ignore[union-attr]
    again = finished(DrivenStudy(Replicate(Variant.of(small), 3), tmp_path / "runs.jsonl"))
    assert again[0] == Progress(3, 3, "3 of 3 runs")


def test_a_look_takes_one_of_each_however_much_was_said(
    small: Design, tmp_path: Path, qapp: object
) -> None:
    running = RunningStudy(qapp, tmp_path)  # type: ignore[arg-type]
    heard: list[str] = []
    running.progressed.connect(lambda *_: heard.append("progressed"))
    running.reported.connect(lambda *_: heard.append("reported"))
    running.ended.connect(heard.append)
    driven = DrivenStudy(Replicate(Variant.of(small), 1), tmp_path / "runs.jsonl")
    said = finished(driven)
    report = next(each for each in said if not isinstance(each, Progress | Ended))
    for place in range(400):
        driven._said.put(Progress(place, 400, f"{place} of 400 runs"))
        driven._said.put(report)
    running._driven, running._active = driven, True
    running.listen()
    assert heard == ["progressed", "reported"]
    assert running.progress == (399, 400)
    driven._said.put(Ended("over"))
    running.listen()
    assert heard[2:] == ["over"]
    assert not running.active
    running.listen()
    assert len(heard) == 3


def test_it_stops_when_it_is_told_to_and_keeps_what_is_done(small: Design, tmp_path: Path) -> None:
    driven = DrivenStudy(Replicate(Variant.of(small), 500), tmp_path / "runs.jsonl")
    driven.stop()
    said = finished(driven)
    assert "they are kept" in said[-1].words  # type: ignore[union-attr]


def test_a_file_that_cannot_be_read_is_told(small: Design, tmp_path: Path) -> None:
    (tmp_path / "runs.jsonl").write_text("somebody's notes\n", encoding="utf-8")
    (said,) = finished(DrivenStudy(Replicate(Variant.of(small), 1), tmp_path / "runs.jsonl"))
    assert "holds something else" in said.words  # type: ignore[attr-defined]
