"""Which C library a frozen application needs: the newest version that any of its binaries asks for."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

QT_NEEDS = (2, 34)
"""What Qt's own libraries need: less cannot be had."""
_ASKED = re.compile(r"\bGLIBC_(\d+)\.(\d+)")
_MAGIC = b"\x7fELF"

Version = tuple[int, int]


def glibc_needs(app: Path) -> dict[Version, list[str]]:
    """The binaries below a folder by the glibc that they ask for; empty where there is no objdump."""
    needs: dict[Version, list[str]] = {}
    tool = shutil.which("objdump")
    if tool is None:
        return needs
    for path in sorted(app.rglob("*")):
        if path.is_symlink() or not path.is_file() or not _is_elf(path):
            continue
        told = subprocess.run([tool, "-p", str(path)], capture_output=True, text=True, check=False)
        asked = [(int(major), int(minor)) for major, minor in _ASKED.findall(told.stdout)]
        if asked:
            needs.setdefault(max(asked), []).append(path.name)
    return needs


def glibc_report(app: Path) -> str:
    """What the application needs, in one line, and which binaries ask for more than Qt does."""
    needs = glibc_needs(app)
    if not needs:
        return "glibc: unknown (needs objdump, of binutils)"
    newest = max(needs)
    line = f"glibc: runs where it is {_written(newest)} or newer"
    above = [name for version in sorted(needs) if version > QT_NEEDS for name in needs[version]]
    if above:
        line += (
            f"; {', '.join(above)} need more than the {_written(QT_NEEDS)} of Qt: "
            "build on a system as old as those that it is for"
        )
    return line


def _written(version: Version) -> str:
    """A version as text."""
    return f"{version[0]}.{version[1]}"


def _is_elf(path: Path) -> bool:
    """Whether a file is a program or a library."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
