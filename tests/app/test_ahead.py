"""Modules of pages are loaded one a turn, before somebody opens them."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

from app.ahead import PARTS, Ahead

_LOADS = """
import gc
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from app.ahead import PARTS, Ahead
ahead = Ahead(app)
assert not any(name in sys.modules for name in PARTS)
while ahead.waiting:
    assert gc.get_freeze_count() == 0
    before = ahead.waiting
    ahead.turn()
    assert ahead.waiting < before
assert all(name in sys.modules for name in PARTS)
there = gc.get_freeze_count()
assert there > 50_000, there  # modules, which nobody looks through again
assert len(gc.get_objects()) < there / 100
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
    ahead.turn()
    gc.unfreeze()  # tests make and leave behind more than a window does
    assert ahead.waiting == 0
    ahead.deleteLater()


def test_no_part_stands_twice() -> None:
    assert len(set(PARTS)) == len(PARTS)
