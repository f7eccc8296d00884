"""What a typed study would take is found out by another process; the window hears the last answer."""

from __future__ import annotations

import ast
import inspect
import os
import signal
from typing import TYPE_CHECKING

import pytest

from app.studies import session
from app.studies.news import Planned, Question
from app.studies.planned import answer_to
from app.studies.planner import Planner
from engine.study import Sweep
from engine.study import study as studies
from tests.helpers.builders import client, constant, design, link, node
from widgets.study import StudyRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from engine.model.design import Design


@pytest.fixture
def small() -> Design:
    web = node("web", "service", workers=1, service_time=constant(0.01))
    return design([client("users", 5.0), web], [link("users", "web")], duration=5, warmup=0)


def sweep(values: str, seeds: int = 1) -> StudyRequest:
    asked = {"setting": "web.workers", "range": values, "seeds": str(seeds)}
    return StudyRequest("sweep", asked)


class Speaker:
    """Answers when it is told to."""

    end = "exit code 1"

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.says: list[Planned | None] = []
        self.alive = True

    def tell(self, question: Question) -> None:
        self.asked.append(question)

    def hear(self) -> list[Planned | None]:
        says, self.says = self.says, []
        return says

    def close(self) -> None:
        self.alive = False


class Asked:
    """A planner with speakers for processes, and what it told."""

    def __init__(self, parent: object) -> None:
        self.speakers: list[Speaker] = []
        self.now = 0.0
        self.told: list[Planned] = []
        self.planner = Planner(parent, self._start, lambda: self.now)  # type: ignore[arg-type]
        self.planner.planned.connect(self.told.append)

    def _start(self) -> Speaker:
        self.speakers.append(Speaker())
        return self.speakers[-1]

    def say(self, answer: Planned | None) -> None:
        self.speakers[-1].says.append(answer)
        self.planner.listen()


@pytest.fixture
def asked(qapp: object) -> Iterator[Asked]:
    made = Asked(qapp)
    yield made
    made.planner.close()


def test_another_process_plans_and_the_window_lowers_nothing(
    small: Design, qtbot: QtBot, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(studies, "lower", refuse)
    planner = Planner(qapp)  # type: ignore[arg-type]
    with qtbot.waitSignal(planner.planned, timeout=60_000):
        planner.ask(sweep("1:1000", 10), small)
    told = planner.answer(sweep("1:1000", 10), small)
    assert told is not None
    assert told.words == "10000 runs"
    assert isinstance(told.study, Sweep)
    assert "_variants" not in vars(told.study), "the points stay where they were made"
    assert told.study.points({})[-1].variant.settings == ("web.workers=1000",)
    planner.close()


def test_the_session_itself_makes_no_study() -> None:
    tree = ast.parse(inspect.getsource(session))
    names = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    assert not names & {"study_of", "plan_of", "Variant"}


def test_a_problem_is_an_answer(small: Design) -> None:
    assert "nobody" in answer_to(Question(StudyRequest("sweep", {
        "setting": "nobody.workers", "range": "1:2", "seeds": "1"}), small)).problem  # fmt: skip
    assert answer_to(Question(StudyRequest("dance", {}), small)).problem == "KeyError: 'dance'"


def test_stale_answers_are_dropped(small: Design, asked: Asked) -> None:
    for values in ("1:2", "1:3", "1:4"):
        asked.planner.ask(sweep(values), small)
    (speaker,) = asked.speakers
    assert speaker.asked == [Question(sweep("1:2"), small)], "one at a time"
    asked.say(Planned(words="2 runs"))
    assert asked.told == []
    assert speaker.asked[1:] == [Question(sweep("1:4"), small)], "the last is asked next"
    assert asked.planner.busy
    asked.say(Planned(words="4 runs"))
    assert asked.told == [Planned(words="4 runs")]
    assert not asked.planner.busy
    assert asked.planner.answer(sweep("1:4"), small) == Planned(words="4 runs")
    assert asked.planner.answer(sweep("1:3"), small) is None
    assert asked.planner.answer(sweep("1:4"), small.model_copy()) is None, "of another design"


def test_a_long_stale_question_is_given_up(small: Design, asked: Asked) -> None:
    asked.planner.ask(sweep("1:1000"), small)
    asked.now = 5.0
    asked.planner.listen()
    asked.planner.ask(sweep("1:1000"), small)
    asked.planner.listen()
    assert len(asked.speakers) == 1, "who still wants the answer waits for it"
    asked.planner.ask(sweep("1:2"), small)
    asked.planner.listen()
    first, second = asked.speakers
    assert not first.alive
    assert second.asked == [Question(sweep("1:2"), small)]


def test_a_process_that_dies_is_told_and_another_takes_its_place(
    small: Design, asked: Asked
) -> None:
    asked.planner.ask(sweep("1:2"), small)
    asked.speakers[0].alive = False
    asked.say(None)
    assert asked.told == [Planned(problem="It could not be planned: exit code 1.")]
    asked.planner.ask(sweep("1:2"), small)
    assert len(asked.speakers) == 2


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_killed_planner_is_replaced(small: Design, qtbot: QtBot, qapp: object) -> None:
    planner = Planner(qapp)  # type: ignore[arg-type]
    for values in ("1:2", "1:3"):
        with qtbot.waitSignal(planner.planned, timeout=60_000):
            planner.ask(sweep(values), small)
        told = planner.answer(sweep(values), small)
        assert told is not None
        assert told.words.endswith(" runs")
        process = planner._child._process
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    planner.close()
