"""The peers' own environment: a Python that is new enough, and their published versions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "build" / "peers"
THEIRS = Path(__file__).with_name("theirs.py")
WANTED = ("asyncflow-sim==0.1.1", "ciw==3.2.7", "happysim==0.2.5")
OLDEST = (3, 13)
"""happysim needs it; AsyncFlow would do with 3.12."""


class NoPeersError(RuntimeError):
    """The peers cannot run here; the message says why and what to do."""


def existing() -> Path | None:
    """The environment's Python, if it was made completely."""
    python = FOLDER / "bin" / "python"
    stamp = FOLDER / "wanted.txt"
    made = stamp.is_file() and stamp.read_text(encoding="utf-8") == "\n".join(WANTED)
    return python if made and python.exists() else None


def make() -> Path:
    """The environment's Python, made if need be. Raises `NoPeersError`."""
    python = existing()
    if python is not None:
        return python
    base = _new_enough()
    if base is None:
        newest = ".".join(map(str, OLDEST))
        msg = f"the peers need Python {newest}, which was not found; install it (or name it in PEERS_PYTHON)"
        raise NoPeersError(msg)
    shutil.rmtree(FOLDER, ignore_errors=True)
    python = FOLDER / "bin" / "python"
    quiet = ["--quiet", "--disable-pip-version-check"]
    for command in (
        [base, "-m", "venv", str(FOLDER)],
        [str(python), "-m", "pip", "install", *quiet, *WANTED],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            msg = f"the peers cannot be installed ({last}); they need a package index"
            raise NoPeersError(msg)
    (FOLDER / "wanted.txt").write_text("\n".join(WANTED), encoding="utf-8")
    return python


def run(python: Path, workload: str, seeds: list[int]) -> list[dict[str, Any]]:
    """What a peer measured of a workload, one object a seed: `wall`, `requests` and some figures."""
    command = [str(python), str(THEIRS), workload, *map(str, seeds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _new_enough() -> str | None:
    """A Python that the peers can use: named, on the path, or one of pyenv's."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [os.environ.get("PEERS_PYTHON"), "python3.14", "python3.13", "python3"]
    candidates += sorted(map(str, versions.glob("3.*/bin/python")), reverse=True)
    for each in candidates:
        found = shutil.which(each) if each else None
        if found is not None and _version(found) >= OLDEST:
            return found
    return None


def _version(python: str) -> tuple[int, ...]:
    """Version of a Python; nothing where it does not start."""
    code = "import sys, ensurepip, venv; print(*sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return tuple(map(int, done.stdout.split())) if done.returncode == 0 else ()
