"""While a design is stored or a long file is read the window goes on, and nothing is lost of what is done meanwhile."""

from pathlib import Path

import pytest

from app.document import DesignDocument
from app.errands import Errand
from app.file_controller import FileController
from app.history import FileHistory
from app.settings import Settings
from engine.model import files
from engine.model.design import Design, Node
from engine.model.edits import SetDesign, SetField
from engine.run.errand import outcome_of
from tests.helpers.fakes import FakeDialogs

ROWS = 20_000
"""Of a recording that is read elsewhere."""


class Later:
    """Errands that wait until a test has them done."""

    def __init__(self) -> None:
        self.waiting: list[Errand] = []

    def send(self, errand: Errand) -> None:
        self.waiting.append(errand)

    def finish(self) -> None:
        """Do the first one."""
        errand = self.waiting.pop(0)
        outcome = outcome_of(errand.work)
        if outcome.error is None:
            errand.done(outcome.value)
        else:
            errand.failed(outcome.error)


class Desk:
    """A document whose files are read and written later."""

    def __init__(self, folder: Path) -> None:
        self.document = DesignDocument()
        self.document.replace(Design(title="Shop", nodes=(Node(id="users", kind="client"),)), None)
        self.dialogs = FakeDialogs()
        self.later = Later()
        history = FileHistory(folder / "history")
        settings = Settings(folder / "settings.json")
        self.files = FileController(self.document, settings, history, self.dialogs, self.later)
        self.path = self.dialogs.to_save = folder / "shop.windtunnel"
        self.failed: list[str] = []
        self.files.failed.connect(self.failed.append)
        self.files.not_saved.connect(self.failed.append)

    def rename(self, title: str) -> None:
        self.document.push(SetDesign(("title",), title))


@pytest.fixture
def desk(qapp, tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text("time\n" + "".join(f"{i / 100:.2f}\n" for i in range(ROWS)))
    return path


def test_an_edit_meanwhile_leaves_the_document_dirty(desk) -> None:
    desk.rename("First")
    assert desk.files.save()
    assert desk.document.is_dirty
    desk.rename("Second")
    desk.later.finish()
    assert files.load(desk.path).title == "First"
    assert desk.document.is_dirty
    assert desk.document.path == desk.path


def test_an_undo_meanwhile_leaves_the_document_dirty(desk) -> None:
    desk.files.save()
    desk.later.finish()
    desk.rename("First")
    desk.files.save()
    desk.document.stack.undo()
    desk.later.finish()
    assert files.load(desk.path).title == "First"
    assert desk.document.is_dirty


def test_saving_again_meanwhile_stores_what_is_there_then(desk) -> None:
    desk.files.save()
    desk.files.save()
    desk.later.finish()
    assert desk.later.waiting == []
    desk.rename("First")
    desk.files.save()
    desk.rename("Second")
    desk.files.save()
    desk.later.finish()
    desk.later.finish()
    assert files.load(desk.path).title == "Second"
    assert not desk.document.is_dirty
    assert desk.later.waiting == []


def test_saving_elsewhere_meanwhile_stores_both(desk, tmp_path) -> None:
    desk.files.save()
    desk.dialogs.to_save = tmp_path / "other.windtunnel"
    desk.files.save_as()
    desk.later.finish()
    desk.later.finish()
    assert desk.path.exists()
    assert desk.document.path == tmp_path / "other.windtunnel"


def test_a_close_waits_for_the_save(desk) -> None:
    left: list[bool] = []

    def leave() -> None:
        left.append(desk.files.may_leave(leave))

    desk.rename("First")
    desk.files.save()
    leave()
    assert left == [False]
    desk.later.finish()
    assert left == [False, True]
    assert desk.dialogs.asked == 0


def test_a_close_that_saves_waits_and_asks_about_what_came_meanwhile(desk) -> None:
    left: list[bool] = []

    def leave() -> None:
        left.append(desk.files.may_leave(leave))

    desk.rename("First")
    desk.dialogs.answer = "save"
    leave()
    desk.rename("Second")
    desk.dialogs.answer = "cancel"
    desk.later.finish()
    assert left == [False, False]
    assert desk.dialogs.asked == 2
    assert desk.document.title == "Second"


def test_a_save_that_fails_keeps_the_window_open(desk, tmp_path) -> None:
    left: list[bool] = []
    desk.rename("First")
    desk.dialogs.to_save = tmp_path / "gone" / "shop.windtunnel"
    desk.dialogs.answer = "save"
    left.append(desk.files.may_leave(lambda: left.append(True)))
    desk.later.finish()
    assert left == [False]
    assert len(desk.failed) == 1
    assert desk.document.is_dirty


def test_a_long_recording_is_read_elsewhere_and_fits_what_was_edited_meanwhile(
    desk, recording
) -> None:
    desk.files.replay(recording, "users")
    (errand,) = desk.later.waiting
    assert errand.place == "process"
    assert errand.can_stop
    desk.document.push(SetField("users", ("name",), "People"))
    desk.later.finish()
    desk.later.finish()
    users = desk.document.design.node_by_id["users"]
    assert users.name == "People"
    assert len(users.config["arrivals"]["times"]) == ROWS
    before = desk.document.design
    desk.document.stack.undo()
    assert desk.document.design.node_by_id["users"].config == {}
    desk.document.stack.redo()
    assert desk.document.design == before


def test_a_recording_for_a_client_that_is_gone_does_nothing(desk, recording) -> None:
    desk.files.replay(recording, "users")
    desk.files.new()
    desk.later.finish()
    assert desk.document.design.nodes == ()
    assert not desk.document.is_dirty


def test_a_long_design_is_read_and_stored_by_a_process(desk, recording) -> None:
    desk.files.replay(recording, "users")
    desk.later.finish()
    desk.files.save()
    assert [each.place for each in desk.later.waiting] == ["process"]
    desk.later.finish()
    stored = desk.document.design
    desk.files.new()
    assert desk.files.open(desk.path)
    assert [each.place for each in desk.later.waiting] == ["process"]
    desk.rename("Mine")
    desk.dialogs.answer = "cancel"
    desk.later.finish()
    assert desk.document.title == "Mine", "what was done meanwhile is asked about"
    desk.dialogs.answer = "discard"
    desk.files.open(desk.path)
    desk.later.finish()
    assert desk.document.design == stored


def test_of_two_files_the_one_that_was_wanted_last_is_opened(desk, recording, tmp_path) -> None:
    desk.files.replay(recording, "users")
    desk.later.finish()
    desk.files.save()
    desk.later.finish()
    short = tmp_path / "short.windtunnel"
    files.save(Design(title="Short"), short)
    desk.files.open(desk.path)
    assert desk.files.open(short)
    desk.later.finish()
    assert desk.document.title == "Short"
