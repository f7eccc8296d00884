"""The designs whose results are stored: the shelf, and a file for each family of primitives."""

from __future__ import annotations

from pathlib import Path

from engine.model import files
from engine.run.session import Session

TESTS = Path(__file__).resolve().parents[1]
SHELF = TESTS.parent / "saved_designs"
PRIMITIVES = TESTS / "data" / "designs" / "primitives"
EXPECTED = Path(__file__).with_name("expected.json")
SECONDS = 20.0
"""Simulated time of each; enough for every mechanism to act, few enough for the interpreted lane."""


def hash_of_file(path: Path) -> str:
    """Hash of the first seconds of a design, all of them measured."""
    design = files.load(path)
    scenario = design.scenario.model_copy(update={"duration": SECONDS, "warmup": 1.0})
    session = Session(design.model_copy(update={"scenario": scenario}))
    session.advance(SECONDS)
    return str(session.result()["hash"])


def hashes() -> dict[str, str]:
    """Hash of each design of the suite, by the name of its file."""
    paths = sorted([*SHELF.glob("*.windtunnel"), *PRIMITIVES.glob("*.windtunnel")])
    return {path.stem: hash_of_file(path) for path in paths}
