"""Nobody's work is overwritten in silence: a file that changed outside is asked about, and all is kept."""

from pathlib import Path

import pytest

from app.conflict import message_of
from app.differing import Conflict
from app.document import DesignDocument
from app.file_controller import FileController
from app.history import FileHistory
from app.settings import Settings
from engine.model import files
from engine.model.design import Design, Node
from engine.model.edits import Insert, SetDesign
from tests.helpers.fakes import FakeDialogs


class Desk:
    """A person with an open file, in one of several windows."""

    def __init__(self, folder: Path) -> None:
        self.document = DesignDocument()
        self.dialogs = FakeDialogs()
        self.history = FileHistory(folder / "history")
        settings = Settings(folder / "settings.json")
        self.files = FileController(self.document, settings, self.history, self.dialogs)
        self.conflicts: list[Conflict] = []
        self.failures: list[str] = []
        self.settled = 0
        self.files.conflict.connect(self.conflicts.append)
        self.files.failed.connect(self.failures.append)
        self.files.settled.connect(self._settle)

    def _settle(self) -> None:
        self.settled += 1

    def name(self, title: str) -> None:
        self.document.push(SetDesign(("title",), title))

    def versions(self, path: Path) -> set[str]:
        return {files.load(each.path).title for each in self.history.versions(path)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "shop.windtunnel"
    files.save(Design(title="Shop"), made)
    return made


@pytest.fixture
def mine(qapp, tmp_path: Path, path: Path) -> Desk:
    made = Desk(tmp_path)
    assert made.files.open(path)
    return made


@pytest.fixture
def theirs(qapp, tmp_path: Path, path: Path) -> Desk:
    made = Desk(tmp_path)
    assert made.files.open(path)
    return made


def test_what_another_window_saved_is_not_overwritten(mine: Desk, theirs: Desk, path: Path) -> None:
    theirs.document.push(Insert.of(Node(id="web", kind="service", name="Web")))
    assert theirs.files.save()
    mine.name("Mine")
    assert not mine.files.save()
    (found,) = mine.conflicts
    assert found.summary == "added node Web; changed the title"
    assert files.load(path).title == "Shop"
    assert mine.document.is_dirty
    message = message_of(found, mine.files, is_dirty=True)
    assert [each.text for each in message.choices] == ["Save as…", "Keep mine", "Take theirs"]
    assert "Theirs beside yours: added node Web" in message.text
    assert message.details == "Node Web added\nDesign changed: Title: Mine → Shop"


def test_the_name_that_is_suggested_for_mine_is_not_that_of_theirs(
    mine: Desk, theirs: Desk, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs.name("Theirs")
    assert theirs.files.save()
    mine.name("Mine")
    assert not mine.files.save()
    (found,) = mine.conflicts
    suggested: list[Path] = []

    def save_path(suggestion: Path) -> Path:
        suggested.append(suggestion)
        return suggestion

    monkeypatch.setattr(mine.dialogs, "save_path", save_path)
    message_of(found, mine.files, is_dirty=True).choices[0].act()
    assert suggested == [path.with_name("shop (mine).windtunnel")]
    assert files.load(path).title == "Theirs"
    assert files.load(suggested[0]).title == "Mine"


def test_keeping_mine_keeps_theirs_as_a_version(mine: Desk, path: Path) -> None:
    files.save(Design(title="Theirs"), path)
    mine.name("Mine")
    mine.files.look()
    assert len(mine.conflicts) == 1
    assert mine.files.keep_mine()
    assert files.load(path).title == "Mine"
    assert {"Mine", "Theirs"} <= mine.versions(path)
    mine.files.look()
    assert len(mine.conflicts) == 1
    mine.name("More")
    assert mine.files.save()


def test_taking_theirs_keeps_mine_as_a_version(mine: Desk, path: Path) -> None:
    files.save(Design(title="Theirs"), path)
    mine.name("Mine")
    assert mine.files.take_theirs()
    assert mine.document.title == "Theirs"
    assert not mine.document.is_dirty
    assert "Mine" in mine.versions(path)
    assert mine.files.save()


def test_saving_elsewhere_leaves_theirs_alone(mine: Desk, path: Path) -> None:
    files.save(Design(title="Theirs"), path)
    mine.name("Mine")
    mine.dialogs.to_save = path.with_name("other.windtunnel")
    assert mine.files.save_as()
    assert files.load(path).title == "Theirs"
    assert mine.document.path == path.with_name("other.windtunnel")


def test_saving_over_another_file_keeps_what_it_held(mine: Desk, path: Path) -> None:
    other = path.with_name("other.windtunnel")
    files.save(Design(title="Other"), other)
    mine.dialogs.to_save = other
    assert mine.files.save_as()
    assert mine.versions(other) == {"Other", "Shop"}


def test_the_same_content_is_no_conflict(mine: Desk, path: Path) -> None:
    files.save(Design(title="Shop"), path)
    path.touch()
    mine.files.look()
    assert mine.conflicts == []
    assert mine.files.save()


def test_a_file_that_is_gone_is_said_and_can_be_saved_again(mine: Desk, path: Path) -> None:
    path.unlink()
    mine.files.look()
    (found,) = mine.conflicts
    assert found.is_gone
    message = message_of(found, mine.files, is_dirty=False)
    assert "was deleted" in message.text
    assert [each.text for each in message.choices] == ["Save it again", "Save as…"]
    assert mine.files.save()
    assert files.load(path).title == "Shop"


def test_a_file_that_can_no_longer_be_opened_is_said(mine: Desk, path: Path) -> None:
    path.write_text("{broken")
    mine.name("Mine")
    assert not mine.files.save()
    (found,) = mine.conflicts
    assert not found.can_take
    message = message_of(found, mine.files, is_dirty=True)
    assert "is not JSON" in message.text
    assert not mine.files.take_theirs()
    assert mine.document.title == "Mine"
    assert mine.files.keep_mine()
    assert files.load(path).title == "Mine"


def test_a_design_that_was_recovered_still_knows_its_file(mine: Desk, tmp_path, path) -> None:
    version = tmp_path / "version.windtunnel"
    files.save(Design(title="Earlier"), version)
    assert mine.files.open_version(version, path)
    files.save(Design(title="Theirs"), path)
    assert not mine.files.save()
    assert len(mine.conflicts) == 1


def test_a_history_that_cannot_be_written_does_not_keep_anybody_from_saving(
    mine: Desk, path: Path, tmp_path: Path
) -> None:
    (tmp_path / "history").rename(tmp_path / "gone") if (tmp_path / "history").exists() else None
    (tmp_path / "history").write_text("no folder")
    mine.name("Mine")
    assert mine.files.save()
    assert files.load(path).title == "Mine"
    assert ["no version" in each for each in mine.failures] == [True]
