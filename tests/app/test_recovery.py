"""Autosave and recovery: the copy follows unsaved work, vanishes with it, and outlives a crash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.analysis import Analysis, InlineMind
from app.document import DesignDocument
from app.errands import Errand
from app.recovery import LONG, MANY, Recovery
from engine.model import files
from engine.model.design import Design, Node
from engine.model.edits import SetDesign, SetField
from engine.run.analyst import Answer, Ask
from tests.helpers.builders import design, link, node

_CRASH = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
app = QCoreApplication([])
from app.document import DesignDocument
from app.recovery import Recovery
from engine.model.design import Design
from engine.model.edits import SetDesign
document = DesignDocument()
recovery = Recovery(Path(sys.argv[1]), document)
document.replace(Design(title="Shop"), Path("/somewhere/shop.windtunnel"))
document.push(SetDesign(("title",), "Precious"))
recovery.write()
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def document(qapp) -> DesignDocument:
    made = DesignDocument()
    made.replace(Design(title="Shop", nodes=(Node(id="web", kind="service"),)), None)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recovery"


@pytest.fixture
def recovery(document: DesignDocument, folder: Path):
    made = Recovery(folder, document)
    yield made
    made.close()


def crash(folder: Path) -> None:
    """A process with unsaved work that is killed with signal 9."""
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    code = subprocess.run([sys.executable, "-c", _CRASH, str(folder)], env=environment, check=False)
    assert code.returncode == -9


def test_a_change_is_copied_a_moment_later(qtbot, document, recovery) -> None:
    document.push(SetField("web", ("name",), "Front"))
    qtbot.waitUntil(recovery.copy.exists)
    assert files.load(recovery.copy) == document.design


def test_steady_work_is_copied_although_it_never_rests(qtbot, document, recovery) -> None:
    for i in range(20):
        document.push(SetDesign(("title",), f"Title {i}"))
    qtbot.waitUntil(recovery.copy.exists)


def test_the_users_own_file_is_never_touched(qtbot, document, recovery, tmp_path) -> None:
    path = tmp_path / "shop.windtunnel"
    files.save(document.design, path)
    document.mark_saved(path)
    before = path.read_bytes()
    document.push(SetDesign(("title",), "Changed"))
    qtbot.waitUntil(recovery.copy.exists)
    assert path.read_bytes() == before


def test_the_copy_goes_when_everything_is_saved_or_undone(qtbot, document, recovery) -> None:
    document.push(SetDesign(("title",), "Changed"))
    qtbot.waitUntil(recovery.copy.exists)
    document.stack.undo()
    assert not recovery.copy.exists()
    document.stack.redo()
    recovery.write()
    assert recovery.copy.exists()
    document.mark_saved(Path("/somewhere/shop.windtunnel"))
    assert not recovery.copy.exists()


def test_an_orderly_end_leaves_nothing(document, recovery, folder) -> None:
    document.push(SetDesign(("title",), "Changed"))
    recovery.write()
    recovery.close()
    assert [path.name for path in folder.iterdir() if path.suffix != ".lock"] == []


def test_a_window_that_lives_is_not_offered(document, recovery, folder) -> None:
    document.push(SetDesign(("title",), "Changed"))
    recovery.write()
    other = Recovery(folder, DesignDocument())
    assert other.leftovers() == []
    other.close()


def test_what_a_killed_process_left_is_offered_with_where_it_came_from(recovery, folder) -> None:
    crash(folder)
    (leftover,) = recovery.leftovers()
    assert leftover.title == "Precious"
    assert leftover.path == Path("/somewhere/shop.windtunnel")
    assert files.load(leftover.design).title == "Precious"


def test_it_is_offered_to_one_window_only_and_again_when_that_one_did_not_answer(
    recovery, folder
) -> None:
    crash(folder)
    other = Recovery(folder, DesignDocument())
    (leftover,) = recovery.leftovers()
    assert other.leftovers() == []
    leftover.lock.unlock()
    (again,) = other.leftovers()
    again.discard()
    assert recovery.leftovers() == []
    other.close()


def test_discarding_removes_it_for_good(recovery, folder) -> None:
    crash(folder)
    (leftover,) = recovery.leftovers()
    leftover.discard()
    assert not leftover.design.exists()
    assert recovery.leftovers() == []


def test_what_a_process_without_unsaved_work_left_is_swept_away(document, recovery, folder) -> None:
    other = Recovery(folder, DesignDocument())
    crash(folder)
    (copy,) = folder.glob("*.windtunnel")
    copy.unlink()
    assert len(list(folder.glob("*.lock"))) == 3
    assert recovery.leftovers() == []
    alive = {each.copy.with_suffix(".lock") for each in (recovery, other)}
    assert set(folder.iterdir()) == alive
    other.close()


def test_a_copy_without_its_origin_is_still_offered(recovery, folder) -> None:
    crash(folder)
    for origin in folder.glob("*.json"):
        origin.write_text("{broken")
    (leftover,) = recovery.leftovers()
    assert leftover.path is None
    assert files.load(leftover.design).title == "Precious"


def test_a_copy_that_cannot_be_written_is_told_and_tried_again(
    qtbot, document, recovery, folder
) -> None:
    said: list[str] = []
    recovery.trouble.connect(said.append)
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()
    folder.write_text("a file where the folder should be")
    document.push(SetDesign(("title",), "Precious"))
    assert not recovery.write()
    assert not recovery.write()
    (problem,) = said
    assert "exists" in problem or "directory" in problem
    folder.unlink()
    assert recovery._retry.isActive()
    recovery._retry.setInterval(1)
    recovery._retry.start()
    qtbot.waitUntil(recovery.copy.exists)
    assert said[1:] == [""]


def test_the_copy_knows_the_file_as_it_was_read(recovery, document, folder, tmp_path) -> None:
    path = tmp_path / "shop.windtunnel"
    stamp = files.save(Design(title="Shop"), path)
    document.replace(Design(title="Shop"), path, stamp)
    document.push(SetDesign(("title",), "Precious"))
    recovery.write()
    recovery._lock.unlock()
    other = Recovery(folder, DesignDocument())
    (leftover,) = other.leftovers()
    assert (leftover.path, leftover.stamp) == (path, stamp)
    other.close()


_STEPS = """
import os, shutil, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.document import DesignDocument
from app.file_controller import FileController
from app.history import FileHistory
from app.recovery import Recovery
from app.settings import Settings
from engine.model import files
from engine.model.design import Design
from engine.model.edits import SetDesign
from tests.helpers.fakes import FakeDialogs

root = Path(sys.argv[1])
ACTS = ("open", "os.rename", "os.remove")

def kill_at(step, folder):
    left = [step]
    def hook(event, args):
        if event in ACTS and str(folder) in str(args[0]):
            if left[0] == 0:
                os.kill(os.getpid(), 9)
            left[0] -= 1
    sys.addaudithook(hook)

def work(folder):
    document = DesignDocument()
    recovery = Recovery(folder / "recovery", document)
    control = FileController(
        document, Settings(folder / "settings.json"), FileHistory(folder / "history"), FakeDialogs()
    )
    return document, recovery, control

def crashed(folder):
    document, recovery, control = work(folder)
    document.replace(Design(title="Shop"), folder / "shop.windtunnel")
    document.push(SetDesign(("title",), "Precious"))
    assert recovery.write()
    os.kill(os.getpid(), 9)

def restored(folder):
    document, recovery, control = work(folder)
    (leftover,) = recovery.leftovers()
    assert control.restore(leftover)
    assert recovery.write()
    leftover.discard()
    document.push(SetDesign(("title",), "Precious and more"))
    assert recovery.write()
    document.push(SetDesign(("title",), "Precious"))
    assert recovery.write()

def saved(folder):
    document, recovery, control = work(folder)
    (leftover,) = recovery.leftovers()
    assert control.restore(leftover)
    assert recovery.write()
    leftover.discard()
    assert control.save()
    recovery.close()

def check(folder):
    document, recovery, control = work(folder)
    titles = [files.load(each.design).title for each in recovery.leftovers()]
    stored = folder / "shop.windtunnel"
    titles += [files.load(stored).title] if stored.exists() else []
    if not any(title.startswith("Precious") for title in titles):
        print("lost", folder, titles, sorted(folder.rglob("*")))
        os._exit(1)

def fork(act, folder, step=None):
    child = os.fork()
    if child == 0:
        app = QCoreApplication([])
        if step is not None:
            kill_at(step, folder)
        try:
            act(folder)
        except BaseException as error:
            print(repr(error), flush=True)
            os._exit(2)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

for scenario in (restored, saved):
    folder, left = root / scenario.__name__, root / f"{scenario.__name__}-left"
    folder.mkdir()
    assert fork(crashed, folder) == -9
    folder.rename(left)
    for step in range(200):
        shutil.copytree(left, folder)
        code = fork(scenario, folder, step)
        assert code in (0, -9), code
        assert fork(check, folder) == 0
        shutil.rmtree(folder)
        if code == 0:
            break
    assert 10 < step < 199, step
    print(scenario.__name__, "survives", step, "kills")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.timeout(300)
def test_a_kill_at_any_step_of_recovery_loses_nothing(tmp_path: Path) -> None:
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    done = subprocess.run(
        [sys.executable, "-c", _STEPS, str(tmp_path)],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_long_recording_is_put_into_text_elsewhere(qapp, qtbot, tmp_path) -> None:
    document = DesignDocument()
    analysis = Analysis(document, InlineMind)
    recovery = Recovery(tmp_path / "kept", document, analysis)
    asked: list[str] = []
    analysis.answered.connect(lambda topic, _text: asked.append(topic))
    times = [float(number) for number in range(LONG)]
    users = node("users", "client", arrivals={"process": "trace", "times": times})
    document.replace(design([users, node("web", "service")], [link("users", "web")]), None)
    document.push(SetField("web", ("config", "workers"), 3, "More workers"))
    qtbot.waitUntil(recovery.copy.exists)
    assert asked == ["text"]
    assert files.load(recovery.copy) == document.design
    recovery.close()


@pytest.fixture
def large(qapp, qtbot, tmp_path):
    """A large design that was edited and kept: its document, its recovery, and what was asked of the analysis."""
    document = DesignDocument()
    analysis = Analysis(document, InlineMind)
    recovery = Recovery(tmp_path / "kept", document, analysis)
    asked: list[str] = []
    analysis.answered.connect(lambda topic, _text: asked.append(topic))
    document.replace(design([node(f"n{place}", "service") for place in range(MANY)], []), None)
    document.push(SetField("n0", ("config", "workers"), 3, "More workers"))
    qtbot.waitUntil(recovery.copy.exists)
    yield document, recovery, asked
    recovery.close()


def test_a_large_design_is_put_into_text_elsewhere(large) -> None:
    document, recovery, asked = large
    assert asked == ["text"]
    assert files.load(recovery.copy) == document.design


class Silent:
    """A mind whose process ends over every question."""

    def __init__(self) -> None:
        self._asked = False

    def tell(self, said: object) -> None:
        """Take it, and end if it is a question."""
        self._asked = self._asked or isinstance(said, Ask)

    def hear(self) -> list[Answer | None]:
        """It has ended."""
        return [None] if self._asked else []

    def close(self) -> object:
        """There is nothing to end."""


def test_where_no_process_puts_a_large_design_into_text_who_writes_it_does(
    qapp, qtbot, tmp_path
) -> None:
    document = DesignDocument()
    analysis = Analysis(document, Silent)
    sent: list[Errand] = []

    class Later:
        """Keeps what is sent, for somebody else to do."""

        def send(self, errand: Errand) -> None:
            """Keep it."""
            sent.append(errand)

    recovery = Recovery(tmp_path / "kept", document, analysis, Later())
    document.replace(design([node(f"n{place}", "service") for place in range(MANY)], []), None)
    document.push(SetField("n0", ("config", "workers"), 3, "More workers"))
    qtbot.waitUntil(lambda: bool(sent))
    assert not recovery.copy.exists()
    sent[0].work()
    assert files.load(recovery.copy) == document.design
    recovery.close()


def test_after_trouble_a_large_design_is_put_into_text_elsewhere_again(qtbot, large) -> None:
    _, recovery, asked = large
    recovery.copy.unlink()
    recovery._insist()
    qtbot.waitUntil(recovery.copy.exists)
    assert asked == ["text", "text"]
