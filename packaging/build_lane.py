"""Compile the request lane beside its sources unless that is done: `python packaging/build_lane.py`.

Exit status is 0 whether or not that worked, since the sources run interpreted with the same
results; `--require` makes a failure count (where the compiled lane is measured or bundled).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent

KEPT_BUILDS = 4
"""Folders that stay on disk; older ones belong to sources that are gone."""


def load_guard(root: Path) -> ModuleType:
    """Load `engine.sim.compiled` by path, so that the engine itself need not be importable."""
    path = root / "engine" / "sim" / "compiled.py"
    spec = importlib.util.spec_from_file_location("lane_guard", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_current(folder: Path, marker: str) -> bool:
    """Whether `folder` holds a complete build made by the mypyc and for the librt installed now."""
    try:
        record = json.loads((folder / marker).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    try:
        installed = {name: importlib.metadata.version(name) for name in ("mypy", "librt")}
        return all(record.get(name) == version for name, version in installed.items())
    except importlib.metadata.PackageNotFoundError:
        return True  # nothing here could build a newer one


def missing_tool() -> str | None:
    """What a build would fail for, found out without trying; None when it looks possible."""
    configured = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if sys.platform != "win32" and not (shutil.which(configured) or shutil.which("cc")):
        return "there is no C compiler"
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        return "Python's headers are missing"
    if importlib.util.find_spec("mypyc") is None:
        return "mypyc is not installed"
    return None


def remove_old_builds(compiled: Path) -> None:
    """Delete all but the newest builds."""
    builds = sorted(compiled.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in builds[KEPT_BUILDS:]:
        shutil.rmtree(folder, ignore_errors=True)


def build(root: Path) -> str | None:
    """Compile the lane of the work tree at `root`; returns what went wrong, if anything did.

    The build happens elsewhere and is moved into place at once, so a process that starts meanwhile
    sees all of it or nothing.
    """
    guard = load_guard(root)
    lane = root / "engine" / "sim" / "lane"
    compiled = lane / guard.COMPILED
    final = compiled / guard.source_key(lane)
    (root / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root / "build", prefix="lane-") as work:
        folders = ["--build-lib", f"{work}/lib", "--build-temp", f"{work}/c"]
        result = subprocess.run(
            [sys.executable, "setup.py", "-q", "build_ext", *folders],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        made = Path(work, "lib", lane.relative_to(root), guard.COMPILED, final.name)
        if not (made / guard.MARKER).is_file():
            return result.stdout + result.stderr
        compiled.mkdir(exist_ok=True)
        shutil.rmtree(final, ignore_errors=True)
        made.replace(final)
    remove_old_builds(compiled)
    return None


def main(argv: list[str] | None = None) -> int:
    """Build if needed and say in one line what the lane will run as."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("--root", type=Path, default=ROOT, help="work tree to compile in")
    parser.add_argument("--require", action="store_true", help="exit 1 when it cannot be compiled")
    parser.add_argument("--verbose", action="store_true", help="print the compiler's output")
    options = parser.parse_args(argv)
    root = options.root.resolve()
    guard = load_guard(root)
    lane = root / "engine" / "sim" / "lane"
    if not guard.lane_sources(lane):
        return 0
    folder = lane / guard.COMPILED / guard.source_key(lane)
    if is_current(folder, guard.MARKER):
        return 0
    reason = missing_tool()
    if reason is None:
        print("Compiling the request lane (some seconds, once)…", flush=True)
        output = build(root)
        if output is None:
            return 0
        reason = "the build failed (packaging/build_lane.py --verbose shows how)"
        if options.verbose or options.require:
            print(output, file=sys.stderr)
    print(
        f"The request lane runs interpreted, since {reason}: same results, about 13 times slower.\n"
        "A C compiler and Python's headers make it fast (Debian/Ubuntu: "
        "apt-get install gcc libc6-dev python3-dev; macOS: xcode-select --install).",
        file=sys.stderr,
    )
    return 1 if options.require else 0


if __name__ == "__main__":
    sys.exit(main())
