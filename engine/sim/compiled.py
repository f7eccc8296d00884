"""Choose between the compiled and the interpreted request lane, and never run a stale binary.

`packaging/build_lane.py` compiles the modules of `engine/sim/lane`, those in its subfolders included, with
mypyc into a folder whose *name is the hash of those sources* (and of the interpreter's binary interface). Nothing looks anywhere else
for binaries, so after any edit of a source the old ones are simply not found and the edited source
runs interpreted, with the same results, until the next build.

This module must stay importable with the standard library alone: `setup.py` loads it by path.
"""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import os
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import MutableSequence

GROUP: Final = "windtunnel_lane__mypyc"
"""The shared library that holds the code of all compiled lane modules (mypyc's name for it)."""

COMPILED: Final = "_compiled"
"""Folder inside the lane package under which each build has a folder of its own."""

RECIPE: Final = "6"
"""Changes whenever `setup.py` begins to build differently, so that older builds are not found."""

MARKER: Final = "_build.json"
"""Written last by a build: a folder without it is incomplete and is not used."""

LANE: Final = "lane"
"""Folder of the lane."""

VARIABLE: Final = "WINDTUNNEL_LANE"
"""Environment variable; `interpreted` runs the Python sources even where a build exists."""


def lane_sources(lane: Path) -> list[Path]:
    """The modules that get compiled, in a fixed order; the package files themselves never are."""
    return [lane.joinpath(*parts) for parts in _source_parts(lane)]


def _source_parts(lane: Path) -> list[tuple[str, ...]]:
    """The folders and the file name of each source below `lane`.

    Every start of a run looks for its build: a path object for each source would take most of that time.
    """
    found: list[tuple[str, ...]] = []
    folders: list[tuple[str, ...]] = [()]
    while folders:
        folder = folders.pop()
        with os.scandir(os.path.join(lane, *folder)) as entries:  # noqa: PTH118 - see above
            for entry in entries:
                if entry.is_dir():
                    if entry.name not in (COMPILED, "__pycache__"):
                        folders.append((*folder, entry.name))
                elif entry.name.endswith(".py") and entry.name != "__init__.py":
                    found.append((*folder, entry.name))
    return sorted(found)


def source_key(lane: Path) -> str:
    """Name of the only build that may stand in for the sources in `lane` on this interpreter."""
    digest = hashlib.sha256(f"{RECIPE}\0{sysconfig.get_config_var('SOABI')}".encode())
    for parts in _source_parts(lane):
        digest.update(f"\0{'/'.join(parts)}\0".encode())
        with open(os.path.join(lane, *parts), "rb") as source:  # noqa: PTH118, PTH123 - as above
            digest.update(source.read())
    return digest.hexdigest()[:20]


def build_folder(lane: Path) -> Path | None:
    """The complete build that matches the sources in `lane`, or None."""
    compiled = lane / COMPILED
    if not compiled.is_dir():
        return None
    if getattr(sys, "frozen", False):
        # A frozen application carries one build, made from the sources it was frozen from.
        return next((marker.parent for marker in sorted(compiled.glob(f"*/{MARKER}"))), None)
    folder = compiled / source_key(lane)
    return folder if (folder / MARKER).is_file() else None


def use_compiled_lane(package_path: MutableSequence[str]) -> None:
    """Put the matching build, if there is one, in front of the search path of a package of the lane.

    The lane and each package in it call this with their own `__path__` before any of their modules is
    imported. A build has the folders of the sources.
    """
    if os.environ.get(VARIABLE) == "interpreted":
        return
    here = Path(package_path[0])
    lane = next((each for each in (here, *here.parents) if each.name == LANE), here)
    folder = _build_in_use(lane)
    if folder is None:
        return
    package_path.insert(0, str(folder / here.relative_to(lane)))


@cache
def _build_in_use(lane: Path) -> Path | None:
    """The build that this process runs: looked for once, for all packages of the lane."""
    folder = build_folder(lane)
    return folder if folder is not None and _load_group(folder) else None


def lane_mode() -> Literal["compiled", "interpreted"]:
    """Which lane this process runs; settled when `engine.sim.lane` is first imported."""
    return "compiled" if GROUP in sys.modules else "interpreted"


def _load_group(folder: Path) -> bool:
    """Load the shared library, once, under the name by which the compiled modules look for it."""
    if GROUP in sys.modules:
        return True
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        path = folder / f"{GROUP}{suffix}"
        if path.is_file():
            spec = importlib.util.spec_from_file_location(GROUP, path)
            if spec is None or spec.loader is None:
                return False
            try:
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
            except ImportError:
                return False  # e.g. copied from another system: the sources still run
            sys.modules[GROUP] = module
            return True
    return False
