"""The compiled lane stands in for exactly the sources it was made from, and for nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LANE = Path("engine", "sim", "lane")

MODULE = """
from __future__ import annotations

from typing import Final, final

from mypy_extensions import i64

from engine.sim.lane.bases.base import Base

ANSWER: Final = 41


@final
class Adder(Base):
    def add(self, one: i64) -> i64:
        return ANSWER + one
"""
BASE = """
from __future__ import annotations


class Base:
    def name(self) -> str:
        return "base"
"""
PROBE = """
import engine.sim.lane.adder as adder
from engine.sim.compiled import lane_mode
import engine.sim.lane.bases.base as base
assert adder.__file__.endswith(".py") == base.__file__.endswith(".py")
print(lane_mode(), adder.__file__.endswith(".py"), adder.Adder().add(1), adder.Adder().name())
"""


def make_tree(root: Path) -> None:
    """A work tree with a lane of two small modules, one in a package of its own."""
    (root / LANE).mkdir(parents=True)
    (root / "packaging").mkdir()
    for name in ("setup.py", "pyproject.toml", "LICENSE", "packaging/build_lane.py"):
        shutil.copy(ROOT / name, root / name)
    (root / "README.md").write_text("A tree for a test.\n")
    for folder in (root / "engine", root / "engine" / "sim"):
        (folder / "__init__.py").touch()
    for name in ("compiled.py", "lane/__init__.py"):
        shutil.copy(ROOT / "engine" / "sim" / name, root / "engine" / "sim" / name)
    (root / LANE / "adder.py").write_text(MODULE)
    (root / LANE / "bases").mkdir()
    shutil.copy(ROOT / LANE / "rules" / "__init__.py", root / LANE / "bases" / "__init__.py")
    (root / LANE / "bases" / "base.py").write_text(BASE)


def build(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "packaging/build_lane.py", "--root", str(root), *arguments],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def probe(root: Path, **environment: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    make_tree(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def built_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    root = tmp_path_factory.mktemp("built")
    make_tree(root)
    result = build(root, "--require", "--verbose")
    assert result.returncode == 0, result.stderr
    return root


@pytest.fixture
def built(built_tree: Path, tmp_path: Path) -> Path:
    """A private copy of a tree with a complete build."""
    root = tmp_path / "tree"
    shutil.copytree(built_tree, root)
    return root


def test_the_build_is_used(built: Path) -> None:
    assert probe(built) == "compiled False 42 base"


def test_the_environment_can_ask_for_the_sources(built: Path) -> None:
    assert probe(built, WINDTUNNEL_LANE="interpreted") == "interpreted True 42 base"


def test_an_edited_source_is_never_served_by_the_old_binary(built: Path) -> None:
    source = built / LANE / "adder.py"
    source.write_text(source.read_text().replace("41", "99"))
    assert probe(built) == "interpreted True 100 base"
    source.write_text(source.read_text().replace("99", "41"))
    assert probe(built) == "compiled False 42 base", "the old sources are back, so is their build"


def test_an_edit_elsewhere_in_the_lane_counts_too(built: Path) -> None:
    source = built / LANE / "bases" / "base.py"
    source.write_text(source.read_text().replace('"base"', '"changed"'))
    assert probe(built) == "interpreted True 42 changed"


def test_added_and_removed_modules_count_too(built: Path) -> None:
    (built / LANE / "more.py").write_text("MORE = 1\n")
    assert probe(built) == "interpreted True 42 base"


def test_an_incomplete_build_is_not_used(built: Path) -> None:
    (marker,) = (built / LANE / "_compiled").glob("*/_build.json")
    marker.unlink()
    assert probe(built) == "interpreted True 42 base"


def test_a_broken_binary_is_not_used(built: Path) -> None:
    (library,) = (built / LANE / "_compiled").glob("*/windtunnel_lane__mypyc*")
    library.write_bytes(b"made on another machine")
    assert probe(built) == "interpreted True 42 base"


def test_building_again_does_nothing(built: Path) -> None:
    result = build(built)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_without_a_compiler_the_sources_run_and_one_message_says_so(tree: Path) -> None:
    nothing = tree / "empty"
    nothing.mkdir()
    result = build(tree, PATH=str(nothing))
    assert result.returncode == 0
    assert result.stderr.count("interpreted") == 1
    assert "no C compiler" in result.stderr
    assert "apt-get install" in result.stderr
    assert probe(tree) == "interpreted True 42 base"
    assert build(tree, "--require", PATH=str(nothing)).returncode == 1


def test_a_failing_build_leaves_the_sources_running(tree: Path) -> None:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    (tree / LANE / "wrong.py").write_text('WRONG: int = "not a number"\n')
    result = build(tree)
    assert result.returncode == 0
    assert "the build failed" in result.stderr
    assert probe(tree) == "interpreted True 42 base"
