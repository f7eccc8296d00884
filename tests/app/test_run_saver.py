"""Saving the run on screen: asked of the process, written when it answers, and never half."""

from pathlib import Path

import pytest

from app.document import DesignDocument
from app.errands import InlineErrands
from app.file_controller import FileController
from app.history import FileHistory
from app.run_controller import RunController
from app.run_saver import RunSaver
from app.settings import Settings
from engine.model.design import Design
from engine.run.protocol import Failed, Recorded, TakeJournal
from tests.helpers.fakes import FakeDialogs, FakeTransport


class Bench:
    """A saver, its run and everything that it said."""

    def __init__(self, folder: Path) -> None:
        document = DesignDocument()
        document.replace(Design(title="Shop"), None)
        self.document = document
        self.transport = FakeTransport()
        self.dialogs = FakeDialogs()
        self.run = RunController(document, lambda: self.transport)
        settings = Settings(folder / "settings.json")
        files = FileController(document, settings, FileHistory(folder / "history"), self.dialogs)
        self.saver = RunSaver(self.run, files, self.dialogs, InlineErrands())
        self.saved: list[str] = []
        self.failed: list[str] = []
        self.saver.saved.connect(self.saved.append)
        self.saver.failed.connect(self.failed.append)
        self.path = folder / "shop.windtunnel-run"
        self.dialogs.to_record = self.path

    def hear(self, *reports: object) -> None:
        self.transport.reports += reports
        self.run.tick()

    def begin(self) -> None:
        self.run.set_running(True)
        self.transport.progress(0.0)
        self.run.tick()


@pytest.fixture
def bench(qapp, tmp_path: Path):
    made = Bench(tmp_path)
    made.begin()
    yield made
    made.run.close()


def test_it_is_written_when_the_process_answers(bench: Bench) -> None:
    bench.saver.save()
    assert bench.transport.of(TakeJournal) == [TakeJournal()]
    assert not bench.path.exists()
    bench.hear(Recorded("{}\n"))
    assert bench.path.read_text() == "{}\n"
    assert bench.saved == ["shop.windtunnel-run"]
    assert bench.failed == []


def test_without_an_answer_in_the_dialog_nothing_is_asked(bench: Bench) -> None:
    bench.dialogs.to_record = None
    bench.saver.save()
    assert bench.transport.of(TakeJournal) == []


def test_a_run_that_cannot_be_recorded_is_one_line_and_no_file(bench: Bench) -> None:
    bench.saver.save()
    bench.hear(Recorded(problem="too much was changed; start over"))
    assert bench.failed == ["shop.windtunnel-run was not saved: too much was changed; start over"]
    assert not bench.path.exists()


def test_a_folder_that_is_not_there_is_one_line(bench: Bench, tmp_path: Path) -> None:
    bench.dialogs.to_record = tmp_path / "nowhere" / "shop.windtunnel-run"
    bench.saver.save()
    bench.hear(Recorded("{}\n"))
    (line,) = bench.failed
    assert "choose another name or folder" in line
    assert bench.saved == []


def test_a_process_that_dies_first_is_one_line(bench: Bench) -> None:
    bench.saver.save()
    bench.hear(Failed("The simulation ended.", ""), Recorded("{}\n"))
    (line,) = bench.failed
    assert "was not saved: the run is over" in line
    assert not bench.path.exists()


def test_a_run_that_ends_behind_the_dialog_is_not_waited_for(bench: Bench) -> None:
    bench.hear(Failed("The simulation ended.", ""))
    bench.saver.save()
    assert len(bench.failed) == 1
    assert bench.transport.of(TakeJournal) == []


def test_the_answer_to_a_question_asked_before_a_restart_still_counts(bench: Bench) -> None:
    bench.saver.save()
    bench.run.restart()
    bench.hear(Recorded("{}\n"))
    assert bench.saved == ["shop.windtunnel-run"]


def test_there_is_a_run_from_its_first_snapshot_on(bench: Bench) -> None:
    assert bench.run.has_run
    bench.run.restart()
    assert not bench.run.has_run
    bench.transport.progress(0.0)
    bench.run.tick()
    assert bench.run.has_run
    bench.run.close()
    assert not bench.run.has_run
