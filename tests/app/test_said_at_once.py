"""What a run is told in one breath with its start is done, and shown: the process may hear all of it at once."""

from __future__ import annotations

import pytest

from app.document import DesignDocument
from app.run_controller import RunController
from engine.run.journal_file import dumps
from engine.run.session import Session
from engine.run.worker import Worker
from tests.helpers.builders import client, constant, design, link, node

SHOP = design(
    [client("users", 40.0), node("web", "service", service_time=constant(0.01))],
    [link("users", "web")],
    duration=60,
    warmup=0,
)


class OneBreath:
    """A real worker that hears everything that was said since the last tick at once."""

    alive = True

    def __init__(self) -> None:
        self.said: list[object] = []
        self.reports: list[object] = []
        self.now = 0.0
        self.worker = Worker(self.reports.append, lambda: self.now)

    def send(self, command: object) -> None:
        self.said.append(command)

    def poll(self) -> list[object]:
        said, self.said = self.said, []
        for command in said:
            self.worker.handle(command)
        for _ in range(20):
            self.now += 0.05
            self.worker.turn()
        reports = list(self.reports)
        self.reports.clear()
        return reports

    def close(self) -> None:
        self.worker.stopped = True


@pytest.fixture
def run(qapp) -> RunController:
    document = DesignDocument()
    document.replace(SHOP, None)
    return RunController(document, OneBreath)


def test_a_kept_run_that_is_repeated_right_after_a_start_is_shown(run: RunController) -> None:
    session = Session(SHOP)
    session.advance(30.0)
    run.begin()
    run.repeat(dumps(session.journal()), 1.0, 30.0)
    for _ in range(5):
        run.tick()
    assert run.now == pytest.approx(30.0)


def test_a_step_of_one_request_right_after_a_start_is_shown(run: RunController) -> None:
    run.step_request()
    for _ in range(5):
        run.tick()
    assert run.latest is not None
    assert run.now > 0.0


def test_what_is_said_of_the_run_before_is_not_shown(run: RunController) -> None:
    run.set_speed(1000.0)
    run.set_running(True)
    for _ in range(5):
        run.tick()
    assert run.now > 1.0
    run.set_running(False)
    shown: list[float] = []
    run.snapshot.connect(lambda snapshot, _elapsed: shown.append(snapshot.time))
    run.restart()
    for _ in range(5):
        run.tick()
    assert shown
    assert set(shown) == {0.0}
