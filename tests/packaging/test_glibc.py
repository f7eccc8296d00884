"""What a bundle needs of the system is read from its binaries."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("objdump") or not shutil.which("cc"),
    reason="needs Linux, a C compiler and objdump",
)


@pytest.fixture
def glibc() -> ModuleType:
    spec = importlib.util.spec_from_file_location("glibc", ROOT / "packaging" / "glibc.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(folder: Path, name: str, symbol: str, version: str) -> None:
    """A library that asks for a symbol of a version of glibc."""
    source = folder / f"{name}.c"
    source.write_text(
        f'extern int {symbol}(); __asm__(".symver {symbol},{symbol}@{version}");'
        f"int call() {{ return {symbol}(); }}"
    )
    command = ["cc", "-shared", "-fPIC", "-o", str(folder / f"{name}.so"), str(source)]
    subprocess.run(command, check=True)


def test_the_newest_version_and_who_asks_for_it(tmp_path: Path, glibc: ModuleType) -> None:
    build(tmp_path, "old", "puts", "GLIBC_2.2.5")
    (tmp_path / "notes.so").write_text("no binary")
    report = glibc.glibc_report(tmp_path)
    assert report.startswith("glibc: runs where it is 2.")
    needs = glibc.glibc_needs(tmp_path)
    assert [name for names in needs.values() for name in names] == ["old.so"]
    assert max(needs) <= glibc.QT_NEEDS
    assert "more than" not in report
    build(tmp_path, "new", "arc4random", "GLIBC_2.36")
    assert "runs where it is 2.36 or newer; new.so need more" in glibc.glibc_report(tmp_path)


def test_without_the_tool_it_says_so(
    tmp_path: Path, glibc: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glibc.shutil, "which", lambda _: None)
    assert "unknown" in glibc.glibc_report(tmp_path)
