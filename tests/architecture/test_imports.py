"""The arrows between packages hold, and each contract that guards them really bites."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.catalog import COMPONENTS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("app", "widgets", "engine")


def lint_imports(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = "import sys; from importlinter.cli import lint_imports_command as c; c()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )


def test_all_contracts_are_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


@dataclass(frozen=True)
class Violation:
    """A line that must not be written into a module, and the contract that forbids it."""

    contract: str
    module: str
    line: str


VIOLATIONS = [
    Violation("three-layers", "engine/model/design.py", "import widgets.theme"),
    Violation("three-layers", "widgets/theme/__init__.py", "import app.main"),
    Violation("engine-qt-free", "engine/run/session.py", "import PySide6.QtCore"),
    Violation("engine-qt-free", "engine/cli/main.py", "import pyqtgraph"),
    Violation("engine-layers", "engine/model/design.py", "import engine.plan.primitives"),
    Violation("engine-layers", "engine/plan/primitives/basics.py", "import engine.sim.snapshot"),
    Violation("engine-layers", "engine/sim/snapshot.py", "import engine.catalog"),
    Violation("engine-layers", "engine/run/session.py", "import engine.study.points"),
    Violation("engine-layers", "engine/control/__init__.py", "import engine.run.session"),
    Violation("model-pure", "engine/model/design.py", "import simpy"),
    Violation("lane-plain", "engine/sim/lane/agenda.py", "import simpy"),
    Violation("widgets-siblings", "widgets/palette/__init__.py", "import widgets.canvas"),
    Violation("widgets-siblings", "widgets/theme/__init__.py", "import widgets.charts"),
    Violation("widgets-data-only", "widgets/charts/__init__.py", "import engine.run.session"),
    Violation("widgets-data-only", "widgets/canvas/__init__.py", "import engine.catalog"),
    Violation("acyclic", "engine/model/traffic.py", "import engine.model.design"),
]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of everything that the contracts are about."""
    root = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("_compiled"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.mark.parametrize("case", VIOLATIONS, ids=lambda case: f"{case.contract}: {case.line}")
def test_the_contract_bites(sources: Path, case: Violation) -> None:
    module = sources / case.module
    original = module.read_text(encoding="utf-8")
    module.write_text(f"{original}\n{case.line}\n", encoding="utf-8")
    try:
        result = lint_imports(sources, "--contract", case.contract)
    finally:
        module.write_text(original, encoding="utf-8")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout


def test_every_contract_has_been_seen_to_bite() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]}
    assert contracts == {case.contract for case in VIOLATIONS}


def test_the_lane_imports_only_what_can_be_compiled_with_it() -> None:
    """Its binaries are found by the hash of the lane's own sources, so nothing else may feed them."""
    allowed = {*sys.stdlib_module_names, "numpy", "mypy_extensions", "librt"} - {"random", "time"}
    for path in sorted((ROOT / "engine" / "sim" / "lane").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                inside = name.startswith("engine.sim.lane.") or (
                    path.name == "__init__.py" and name == "engine.sim.compiled"
                )
                assert inside or name.split(".")[0] in allowed, f"{path.name} imports {name}"


def sibling_components(kind: str, source: str, kinds: set[str]) -> set[str]:
    """Other components that the source of a component imports."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "engine.catalog":
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.removeprefix("engine.catalog."))
        elif isinstance(node, ast.Import):
            imported |= {alias.name.removeprefix("engine.catalog.") for alias in node.names}
    return imported & (kinds - {kind})


def test_components_do_not_know_each_other() -> None:
    kinds = {component.kind for component in COMPONENTS}
    for kind in sorted(kinds):
        source = (ROOT / "engine" / "catalog" / f"{kind}.py").read_text(encoding="utf-8")
        assert sibling_components(kind, source, kinds) == set(), kind


@pytest.mark.parametrize(
    "line",
    [
        "from engine.catalog import cache",
        "from engine.catalog.cache import CacheConfig",
        "import engine.catalog.cache",
    ],
)
def test_a_component_that_knows_another_is_found(line: str) -> None:
    assert sibling_components("service", line, {"service", "cache"}) == {"cache"}


IMPORT_ENGINE = """
import importlib, pkgutil, sys
import engine
for info in pkgutil.walk_packages(engine.__path__, "engine."):
    importlib.import_module(info.name)
print(sorted(name for name in sys.modules if name.split(".")[0] in {"PySide6", "pyqtgraph"}))
"""


def test_importing_the_whole_engine_imports_no_qt() -> None:
    result = subprocess.run(
        [sys.executable, "-c", IMPORT_ENGINE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    assert result.stdout.strip() == "[]", result.stderr
