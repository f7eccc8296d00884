"""Modules of pages are loaded one a turn, before somebody opens them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from app.ahead import PARTS, Ahead

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOADS = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from app.ahead import PARTS, Ahead
ahead = Ahead(app)
assert not any(name in sys.modules for name in PARTS)
while ahead.waiting:
    before = ahead.waiting
    ahead.turn()
    assert ahead.waiting < before
assert all(name in sys.modules for name in PARTS)
"""


def test_each_part_can_be_loaded_alone_a_turn(qapp) -> None:
    environment = {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", _LOADS],
        env=os.environ | environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_loaded_already_takes_no_turn(qapp) -> None:
    ahead = Ahead(qapp, ("json", "sys"))
    assert ahead.waiting == 2
    ahead.turn()
    assert ahead.waiting == 0
    ahead.deleteLater()


def test_what_the_modules_are_for_is_made_after_them_a_part_a_turn(qapp) -> None:
    made: list[str] = []

    def making() -> Iterator[None]:
        for page in ("study", "help"):
            made.append(page)
            yield

    ahead = Ahead(qapp, ("json",), making())
    seen = []
    while ahead.waiting:
        ahead.turn()
        seen.append(len(made))
    assert seen == [1, 2, 2]
    ahead.deleteLater()


def test_no_part_stands_twice() -> None:
    assert len(set(PARTS)) == len(PARTS)
