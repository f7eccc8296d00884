"""A file that is open in two windows is known to be, as long as both are there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.document import DesignDocument
from app.presence import Presence
from engine.model import files
from engine.model.design import Design

_KILLED = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
app = QCoreApplication([])
from app.document import DesignDocument
from app.presence import Presence
from engine.model.design import Design
document = DesignDocument()
presence = Presence(Path(sys.argv[1]), document)
document.replace(Design(), Path(sys.argv[2]))
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "shop.windtunnel"
    files.save(Design(title="Shop"), made)
    return made


def window(folder: Path, path: Path | None) -> tuple[DesignDocument, Presence]:
    document = DesignDocument()
    presence = Presence(folder / "open", document)
    document.replace(Design(), path)
    return document, presence


def test_two_windows_know_of_each_other(qapp, tmp_path: Path, path: Path) -> None:
    (tmp_path / "link").symlink_to(path)
    mine, first = window(tmp_path, path)
    assert not first.is_elsewhere
    _, second = window(tmp_path, tmp_path / "link")
    assert first.is_elsewhere
    assert second.is_elsewhere
    mine.replace(Design(), None)
    assert not second.is_elsewhere
    assert not first.is_elsewhere
    mine.mark_saved(path)
    assert second.is_elsewhere
    first.close()
    assert not second.is_elsewhere
    second.close()


def test_a_window_that_was_killed_is_forgotten(qapp, tmp_path: Path, path: Path) -> None:
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    arguments = [sys.executable, "-c", _KILLED, str(tmp_path / "open"), str(path)]
    assert subprocess.run(arguments, env=environment, check=False).returncode == -9
    assert list((tmp_path / "open").glob("*.open"))
    _, presence = window(tmp_path, path)
    assert not presence.is_elsewhere
    assert len(list((tmp_path / "open").glob("*.open"))) == 1
    presence.close()


def test_a_folder_that_cannot_be_made_only_means_that_nobody_knows(
    qapp, tmp_path: Path, path: Path
) -> None:
    (tmp_path / "open").write_text("no folder")
    _, presence = window(tmp_path, path)
    assert not presence.is_elsewhere
    presence.close()
