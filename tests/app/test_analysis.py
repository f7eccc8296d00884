"""A process thinks about the design; the window goes on whatever that takes, and whether it answers or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, field_validator
from PySide6.QtCore import QObject, QTimer

from app.analysis import Analysis, InlineMind, start_analyst
from app.document import DesignDocument
from app.findings import LOOKING, LOST, FindingsService
from app.run_controller import PATIENCE, RunController
from engine.model.design import Design
from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.run.analyst import TOPICS, Analyst, Answer, Ask
from engine.run.protocol import ApplyEdit, StartOver
from engine.run.transport import WorkerTransport
from tests.helpers.builders import client, design, exponential, link, node

_DEADLINE = 60_000


@pytest.fixture
def owner(qapp) -> QObject:
    return QObject()


def shop() -> Design:
    nodes = [
        client("users", 80.0),
        node("web", "service", workers=1, service_time=exponential(0.01)),
    ]
    return design(nodes, [link("users", "web")])


@pytest.fixture
def analysis(owner: QObject) -> Iterator[Analysis]:
    document = DesignDocument(owner)
    made = Analysis(document, start_analyst)
    document.replace(shop(), None)
    yield made
    made.close()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="reads what Linux tells")
def test_the_process_that_thinks_knows_nothing_of_qt() -> None:
    mind = start_analyst()
    for said in (StartOver(shop()), Ask(0, "findings")):
        mind.tell(said)
    while not (heard := mind.hear()):
        mind.wait(1.0)
    maps = Path(f"/proc/{mind.pid}/maps").read_text()
    mind.close()
    assert isinstance(heard[0], Answer)
    assert "pydantic_core" in maps
    assert "PySide6" not in maps


class SlowMind(InlineMind):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[object] = []
        self.answers: list[Answer | None] = []

    def tell(self, said: object) -> None:
        self.told.append(said)

    def hear(self) -> list[Answer | None]:
        answers, self.answers = self.answers, []
        return answers


def test_a_process_answers_for_the_design_as_it_was_edited(analysis, qtbot) -> None:
    document = analysis._document
    said: list[tuple[str, object]] = []
    analysis.answered.connect(lambda topic, value: said.append((topic, value)))
    analysis.ask("theory", 0.0, 1.0)
    qtbot.waitUntil(lambda: bool(said), timeout=_DEADLINE)
    assert said[-1][0] == "theory"
    assert said[-1][1].nodes["web"].wait == pytest.approx(0.04)
    document.push(SetField("web", ("config", "workers"), 2, "More workers"))
    analysis.ask("theory", 0.0, 1.0)
    qtbot.waitUntil(lambda: len(said) == 2, timeout=_DEADLINE)
    assert said[-1][1].nodes["web"].wait == pytest.approx(0.01 * 0.16 / 0.84)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals are those of POSIX")
def test_a_process_that_dies_is_asked_again(analysis, qtbot) -> None:
    analysis.ask("theory", 0.0, 1.0)
    os.kill(analysis._mind.pid, signal.SIGKILL)
    with qtbot.waitSignal(analysis.answered, timeout=_DEADLINE) as said:
        pass
    assert said.args[1] is not None


def test_answers_about_a_design_that_changed_meanwhile_are_dropped(owner) -> None:
    mind = SlowMind()
    document = DesignDocument(owner)
    analysis = Analysis(document, lambda: mind)
    said: list[object] = []
    analysis.answered.connect(lambda _topic, value: said.append(value))
    document.replace(shop(), None)
    analysis.ask("theory", 0.0, 1.0)
    document.push(SetField("web", ("config", "workers"), 2, "More workers"))
    mind.answers = [Answer(1, "theory", "old")]
    analysis.ask("theory", 0.0, 1.0)
    analysis.listen()
    assert said == []
    mind.answers = [Answer(2, "theory", "new")]
    analysis.listen()
    assert said == ["new"]
    assert not analysis.is_open("theory")


def test_a_design_that_kills_whoever_thinks_about_it_has_no_answer(owner) -> None:
    minds: list[SlowMind] = []

    def start() -> SlowMind:
        minds.append(SlowMind())
        minds[-1].answers = [None]
        return minds[-1]

    document = DesignDocument(owner)
    analysis = Analysis(document, start)
    said: list[object] = []
    analysis.answered.connect(lambda _topic, value: said.append(value))
    document.replace(shop(), None)
    analysis.ask("findings")
    for _ in range(10):
        analysis.listen()
    assert said == [None]
    assert len(minds) == 3


def test_what_takes_long_is_said_to_be_pending(owner, qtbot) -> None:
    document = DesignDocument(owner)
    service = FindingsService(document, Analysis(document, SlowMind))
    with qtbot.waitSignal(service.pending, timeout=_DEADLINE):
        document.replace(shop(), None)


def test_findings_of_before_go_while_nothing_is_known_of_the_design_as_it_is(owner, qtbot) -> None:
    mind = SlowMind()
    document = DesignDocument(owner)
    analysis = Analysis(document, lambda: mind)
    service = FindingsService(document, analysis)
    document.replace(shop(), None)
    old = Finding(
        level="risk", code="single", message="one instance: a single point of failure", id="web"
    )
    mind.answers = [Answer(1, "findings", (old,))]
    analysis.listen()
    assert service.by_item() == {"web": (old,)}
    with qtbot.waitSignal(service.pending, timeout=_DEADLINE) as said:
        document.push(SetField("web", ("config", "workers"), 3))
    assert service.findings == ()
    assert said.args == [LOOKING]
    with qtbot.waitSignal(service.pending, timeout=_DEADLINE) as said:
        analysis.answered.emit("findings", None)
    assert said.args == [LOST], "three processes ended over it: nothing found is not all is well"


def test_a_change_interrupts_a_thought(monkeypatch: pytest.MonkeyPatch) -> None:
    analyst = Analyst()
    analyst.take(StartOver(shop()))
    thoughts = []

    def think(thing: Design) -> object:
        thoughts.append(thing)
        if len(thoughts) == 1:
            analyst.interrupt(0, None)
        return "found"

    monkeypatch.setitem(TOPICS, "findings", think)
    analyst.take(Ask(1, "findings"))
    assert analyst.answer() is None
    assert analyst.is_asked
    analyst.take(ApplyEdit(SetField("web", ("config", "workers"), 3, "More")))
    assert not analyst.is_asked, "asked about what is no more"
    analyst.take(Ask(2, "findings"))
    assert analyst.answer() == Answer(2, "findings", "found")
    analyst.interrupt(0, None)  # nobody thinks, and nothing happens


def test_nothing_is_raised_amid_a_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Below it there is Rust, which would print a panic."""
    analyst = Analyst()
    analyst.take(StartOver(shop()))
    seen = list[str]()

    class Checked(BaseModel):
        number: int

        @field_validator("number")
        @classmethod
        def look(cls, value: int) -> int:
            analyst.interrupt(signal.SIGINT, sys._getframe())
            seen.append("validated")
            return value

    def think(_design: Design) -> str:
        Checked(number=1)
        seen.append("went on")
        thought = analyst.put_off.get_nowait()
        assert thought == analyst.thought
        analyst.interrupt(signal.SIGINT, sys._getframe())  # as the one who reminds does
        return "too late"

    monkeypatch.setitem(TOPICS, "findings", think)
    analyst.take(Ask(1, "findings"))
    assert analyst.answer() is None
    assert seen == ["validated", "went on"]
    assert analyst.is_asked


def test_a_thought_that_validates_all_the_time_is_cut_off_without_a_word(tmp_path: Path) -> None:
    """In the real process: edits come faster than any answer, the last one is answered, and nothing is printed."""
    script = tmp_path / "edits.py"
    script.write_text(_EDITS)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=_DEADLINE / 1000,
        check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("theory\n", "")


_EDITS = """
import multiprocessing, time
from engine.model.files import load
from engine.run.analyst import Ask, serve
from engine.run.protocol import StartOver, Stop
from app.places import shipped_designs

if __name__ == "__main__":
    here, there = multiprocessing.get_context("spawn").Pipe()
    mind = multiprocessing.get_context("spawn").Process(target=serve, args=(there,))
    mind.start()
    design = load(shipped_designs() / "flash-sale.windtunnel")
    here.send(StartOver(design))
    here.send(Ask(0, "theory", (0.0, 1.0)))
    here.recv()
    for number in range(1, 60):
        here.send(StartOver(design))
        here.send(Ask(number, "theory", (0.0, 1.0)))
        time.sleep(number % 7 * 0.003)
    while (answer := here.recv()).number < number:
        pass
    print(answer.topic)
    here.send(Stop())
    mind.join()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="signals are those of POSIX")
class Panic(BaseException):
    """What Rust makes of an interrupt where it expects none."""


def test_an_interrupt_that_comes_out_as_something_else_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    analyst = Analyst()
    analyst.take(StartOver(shop()))

    def validated(_design: Design) -> None:
        try:
            analyst.interrupt(signal.SIGINT, None)
        except Exception as error:
            raise Panic from error

    monkeypatch.setitem(TOPICS, "findings", validated)
    analyst.take(Ask(1, "findings"))
    assert analyst.answer() is None
    assert analyst.is_asked

    def broken(_design: Design) -> None:
        raise Panic

    monkeypatch.setitem(TOPICS, "findings", broken)
    with pytest.raises(Panic):
        analyst.answer()


def test_a_stopped_process_delays_nothing_and_is_noticed(owner, qtbot) -> None:
    document = DesignDocument(owner)
    transports: list[WorkerTransport] = []

    def start() -> WorkerTransport:
        transports.append(WorkerTransport())
        return transports[-1]

    document.replace(shop(), None)
    run = RunController(document, start)
    try:
        run.set_running(True)
        qtbot.waitUntil(lambda: run.now > 0.0, timeout=_DEADLINE)
        os.kill(transports[0].pid, signal.SIGSTOP)
        beats, heart = [], QTimer(owner)
        heart.timeout.connect(lambda: beats.append(time.perf_counter()))
        heart.start(0)
        text = "x" * 100_000
        with qtbot.waitSignal(run.answering, timeout=_DEADLINE) as said:
            for number in range(300):  # 30 MB: no pipe holds that
                document.push(SetField("web", ("name",), f"{number}"))
                run._send(StartOver(document.design.model_copy(update={"description": text})))
        assert said.args == [False]
        assert len(beats) > PATIENCE, "the window went on meanwhile"
        run.revive()
        assert run._transport is transports[1]
        qtbot.waitUntil(lambda: run.latest is not None and run.now > 0.0, timeout=_DEADLINE)
    finally:
        run.close()
    qtbot.waitUntil(lambda: not any(each.alive for each in transports), timeout=_DEADLINE)
