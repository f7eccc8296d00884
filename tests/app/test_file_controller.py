"""Files: what fails leaves the open design untouched; unsaved work is asked about; versions are kept."""

from pathlib import Path

import pytest

from app.document import DesignDocument
from app.file_controller import FileController
from app.history import FileHistory
from app.settings import Settings
from engine.model import files
from engine.model.design import Design, Node
from engine.model.edits import SetDesign
from tests.helpers.fakes import FakeDialogs


@pytest.fixture
def document(qapp) -> DesignDocument:
    made = DesignDocument()
    made.replace(Design(title="Shop: flash sale!"), None)
    return made


@pytest.fixture
def dialogs() -> FakeDialogs:
    return FakeDialogs()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "config" / "settings.json")


@pytest.fixture
def history(tmp_path: Path) -> FileHistory:
    return FileHistory(tmp_path / "history")


@pytest.fixture
def control(document, settings, history, dialogs) -> FileController:
    return FileController(document, settings, history, dialogs)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "stored.windtunnel"
    files.save(Design(title="Stored"), path)
    return path


def test_open_and_save_again(control, document, stored, settings) -> None:
    assert control.open(stored)
    assert document.title == "Stored"
    assert not document.is_dirty
    document.push(SetDesign(("title",), "Changed"))
    assert control.save()
    assert files.load(stored).title == "Changed"
    assert not document.is_dirty
    assert settings.values.recent == (str(stored),)
    assert settings.values.last == str(stored)


@pytest.mark.parametrize(
    "content",
    ["", "not json", "{}", '{"windtunnel": 99}', "[" * 200_000, '{"windtunnel": 1, "nodes": 3}'],
)
def test_a_bad_file_is_one_line_and_the_open_design_stays(
    control, document, tmp_path, content
) -> None:
    path = tmp_path / "bad.windtunnel"
    path.write_text(content)
    said: list[str] = []
    control.failed.connect(said.append)
    control.not_saved.connect(said.append)
    document.push(SetDesign(("title",), "Mine"))
    before = document.design
    assert not control.open(path)
    assert document.design is before
    assert document.stack.canUndo()
    (line,) = said
    assert "bad.windtunnel" in line
    assert "\n" not in line


def test_a_file_that_is_not_there(control, document, tmp_path) -> None:
    said: list[str] = []
    control.failed.connect(said.append)
    control.not_saved.connect(said.append)
    assert not control.open(tmp_path / "gone.windtunnel")
    assert "gone.windtunnel" in said[0]


def test_unsaved_work_is_asked_about_before_it_is_left(control, document, dialogs, stored) -> None:
    document.push(SetDesign(("title",), "Mine"))
    dialogs.answer = "cancel"
    assert not control.open(stored)
    assert document.title == "Mine"
    dialogs.answer = "discard"
    assert control.open(stored)
    assert document.title == "Stored"
    assert dialogs.asked == 2


def test_saving_when_asked_and_then_leaving(control, document, dialogs, stored, tmp_path) -> None:
    document.push(SetDesign(("title",), "Mine"))
    dialogs.answer = "save"
    dialogs.to_save = None  # the person cancels the file dialog
    assert not control.open(stored)
    dialogs.to_save = tmp_path / "mine.windtunnel"
    assert control.open(stored)
    assert files.load(tmp_path / "mine.windtunnel").title == "Mine"


def test_a_shipped_design_opens_as_a_copy_that_cannot_overwrite_it(
    control, document, dialogs, stored, tmp_path
) -> None:
    assert control.open_copy(stored)
    assert control.origin == stored.absolute()
    assert document.path is None
    document.push(SetDesign(("title",), "Mine"))
    dialogs.to_save = tmp_path / "mine.windtunnel"
    control.save()
    assert files.load(stored).title == "Stored"
    assert document.path == tmp_path / "mine.windtunnel"


def test_a_place_that_cannot_be_written_is_said_and_the_work_stays_unsaved(
    control, document, dialogs, tmp_path
) -> None:
    said: list[str] = []
    control.failed.connect(said.append)
    control.not_saved.connect(said.append)
    document.push(SetDesign(("title",), "Mine"))
    dialogs.to_save = tmp_path / "no" / "such" / "folder" / "mine.windtunnel"
    assert not control.save()
    assert document.is_dirty
    assert "mine.windtunnel" in said[0]


def test_every_save_keeps_a_version_that_can_be_opened(control, document, stored, history) -> None:
    control.open(stored)
    for title in ("First", "Second"):
        document.push(SetDesign(("title",), title))
        control.save()
    versions = history.versions(stored)
    assert [files.load(each.path).title for each in versions] == ["Second", "First", "Stored"]
    assert control.open_version(versions[1].path, stored)
    assert document.title == "First"
    assert document.path == stored
    assert document.is_dirty
    assert files.load(stored).title == "Second"


def test_a_new_design_is_no_copy_of_the_one_before(control, stored) -> None:
    control.open_copy(stored)
    control.new()
    assert control.origin is None


def test_a_new_design_is_empty_and_clean(control, document) -> None:
    control.new()
    assert document.design.nodes == ()
    assert not document.is_dirty
    assert document.path is None


def test_a_file_name_is_made_of_the_title(control) -> None:
    assert control.file_stem() == "shop-flash-sale"


@pytest.fixture
def with_client(document) -> DesignDocument:
    design = Design(title="Shop", nodes=(Node(id="users", kind="client"),))
    document.replace(design, None)
    return document


def test_a_recording_is_loaded_into_a_client_as_one_step(
    control, with_client, dialogs, tmp_path
) -> None:
    problems: list[str] = []
    control.ask_recording("users", problems.append)
    assert not with_client.is_dirty
    told: list[str] = []
    control.taken.connect(told.append)
    dialogs.to_load = tmp_path / "log.csv"
    dialogs.to_load.write_text("time\n3\n1\n")
    control.ask_recording("users", problems.append)
    assert problems == []
    arrivals = with_client.design.node_by_id["users"].config["arrivals"]
    assert arrivals == {"process": "trace", "times": [1.0, 3.0]}
    assert told == ["log.csv: 2 arrivals in 3 s; the scenario lasts 5 s"]
    with_client.stack.undo()
    assert with_client.design.node_by_id["users"].config == {}


def test_a_bad_recording_is_one_line_and_changes_nothing(
    control, with_client, dialogs, tmp_path
) -> None:
    dialogs.to_load = tmp_path / "log.csv"
    dialogs.to_load.write_text("1\nsoon\n")
    problems: list[str] = []
    control.ask_recording("users", problems.append)
    (problem,) = problems
    assert problem.startswith("log.csv: line 2: 'soon' is not a number of seconds")
    assert not with_client.is_dirty
