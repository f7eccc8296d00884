"""Further windows: each is a process of its own, so that one that hangs or ends leaves the others alone.

They share what is remembered between starts (each change is written over what the file holds by then) and
the folder of recovery, where every window has a copy and a lock of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QProcess, QProcessEnvironment

NEW: Final = "--new"
"""Argument by which a window begins empty, beside another one."""


def window_command() -> tuple[str, list[str]]:
    """What starts another window: the application itself where it is frozen, else its package."""
    if getattr(sys, "frozen", False):
        return sys.executable, [NEW]
    return sys.executable, ["-m", "app", NEW]


def open_another() -> bool:
    """Start another window, which outlives this one; tells whether that could be begun."""
    program, arguments = window_command()
    process = QProcess()
    process.setProgram(program)
    process.setArguments(arguments)
    process.setProcessEnvironment(_environment())
    # With its process id or without, by the version of PySide, whatever its types say.
    said: object = process.startDetached()
    return bool(said[0] if isinstance(said, tuple) else said)


def _environment() -> QProcessEnvironment:
    """That of this process, in which the package is found wherever it was started from."""
    environment = QProcessEnvironment.systemEnvironment()
    root = str(Path(__file__).resolve().parent.parent)
    known = environment.value("PYTHONPATH", "")
    separator = ";" if sys.platform == "win32" else ":"
    environment.insert("PYTHONPATH", separator.join(part for part in (root, known) if part))
    return environment
