"""Breakpoints survive: they are there again when their design is, in another window and another session."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.breakpoint_keeper import BreakpointKeeper
from app.document import DesignDocument
from app.file_controller import FileController
from app.history import FileHistory
from app.run_controller import RunController
from app.settings import MAX_STOPPED, Settings
from engine.model import files
from engine.model.design import Design, Node
from engine.model.edits import Remove
from engine.run.breakpoints import MOST, Breakpoint, raw_of, read
from tests.helpers.fakes import FakeDialogs, FakeTransport

SLOW = Breakpoint("metric", "users", "p99", 0.25, "above")
EVENT = Breakpoint("event")


class Window:
    """What a window has of breakpoints."""

    def __init__(self, tmp_path: Path) -> None:
        self.settings = Settings(tmp_path / "settings.json")
        self.document = DesignDocument()
        self.dialogs = FakeDialogs()
        history = FileHistory(tmp_path / "history")
        self.files = FileController(self.document, self.settings, history, self.dialogs)
        self.pipe = FakeTransport()
        self.run = RunController(self.document, lambda: self.pipe)
        BreakpointKeeper(self.document, self.files, self.run, self.settings)

    def points(self) -> tuple[Breakpoint, ...]:
        return self.run.breakpoints


@pytest.fixture
def opened(qapp, tmp_path):
    made: list[Window] = []

    def window() -> Window:
        made.append(Window(tmp_path))
        return made[-1]

    yield window
    for each in made:
        each.run.close()


def stored(tmp_path: Path, name: str) -> Path:
    path = tmp_path / name
    files.save(Design(title=name, nodes=(Node(id="users", kind="client"),)), path)
    return path


def test_they_are_there_in_the_next_session(opened, tmp_path) -> None:
    path = stored(tmp_path, "a.windtunnel")
    first = opened()
    assert first.files.open(path)
    before = path.read_bytes()
    first.run.set_breakpoints((SLOW, EVENT))
    assert path.read_bytes() == before
    assert not first.document.is_dirty
    later = opened()
    assert later.files.open(path)
    assert later.points() == (SLOW, EVENT)
    later.run.set_breakpoints(())
    last = opened()
    assert last.files.open(path)
    assert last.points() == ()


def test_each_design_has_its_own(opened, tmp_path) -> None:
    one, two = stored(tmp_path, "a.windtunnel"), stored(tmp_path, "b.windtunnel")
    window = opened()
    window.files.open(one)
    window.run.set_breakpoints((SLOW,))
    window.files.open(two)
    assert window.points() == ()
    window.files.new()
    window.run.set_breakpoints((EVENT,))
    window.files.open(one)
    assert window.points() == (SLOW,)


def test_a_copy_of_a_shipped_design_has_those_of_the_copies_before(opened, tmp_path) -> None:
    path = stored(tmp_path, "shipped.windtunnel")
    first, later = opened(), opened()
    first.files.open_copy(path)
    first.run.set_breakpoints((EVENT,))
    later.files.open_copy(path)
    assert later.points() == (EVENT,)


def test_a_new_design_keeps_them_once_it_is_stored(opened, tmp_path) -> None:
    window = opened()
    window.files.new()
    window.run.set_breakpoints((EVENT,))
    window.dialogs.to_save = path = tmp_path / "new.windtunnel"
    assert window.files.save()
    assert window.points() == (EVENT,)
    later = opened()
    later.files.open(path)
    assert later.points() == (EVENT,)


def test_what_is_gone_from_the_design_is_not_waited_for(opened, tmp_path) -> None:
    path = stored(tmp_path, "a.windtunnel")
    window = opened()
    window.files.open(path)
    window.run.set_breakpoints((SLOW, EVENT))
    window.document.push(Remove(frozenset({"users"})))
    assert window.points() == (SLOW, EVENT)  # until then it may come back
    assert window.files.save()
    later = opened()
    later.files.open(path)
    assert later.points() == (EVENT,)


def test_few_designs_are_remembered_and_windows_do_not_take_each_others_away(tmp_path) -> None:
    one, two = Settings(tmp_path / "s.json"), Settings(tmp_path / "s.json")
    one.note_breakpoints("a", [raw_of(SLOW)])
    two.note_breakpoints("b", [raw_of(EVENT)])
    assert read(one.breakpoints_of("b")) == (EVENT,)
    assert read(two.breakpoints_of("a")) == (SLOW,)
    for number in range(MAX_STOPPED):
        one.note_breakpoints(str(number), [raw_of(EVENT)])
    assert two.breakpoints_of("a") == []
    assert len(Settings(tmp_path / "s.json").values.breakpoints) == MAX_STOPPED


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "metric",
        [1, None, [], {}],
        [{"kind": "nothing"}],
        [{"kind": "metric", "bound": "much"}],
        [{"kind": "metric", "bound": float("nan")}],
        [{"kind": "metric", "side": "beside"}],
        [{"kind": "failing", "item": 3}],
    ],
)
def test_what_makes_no_sense_is_left_out(raw) -> None:
    assert read(raw) == ()


def test_all_fields_come_back_and_no_more_than_a_run_takes() -> None:
    below = Breakpoint("metric", "web", "goodput", 20.0, "below")
    assert read([raw_of(each) for each in (SLOW, EVENT, below)]) == (SLOW, EVENT, below)
    many = [raw_of(Breakpoint("failing", str(number))) for number in range(MOST + 5)]
    assert len(read(many)) == MOST
