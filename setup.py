"""Compile the request lane with mypyc; everything else about the project is in pyproject.toml.

The binaries go to `engine/sim/lane/_compiled/<hash of the sources>/`, where `engine.sim.compiled`
looks for them. They are optional: without a compiler, or without mypyc, the sources run as they are.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from setuptools import Distribution, setup
from setuptools.command.build_ext import build_ext

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parent
LANE = Path("engine", "sim", "lane")
INLINING = ["-fvisibility=hidden", "-fno-semantic-interposition", "-fno-plt"]
"""Nothing outside the library calls or replaces its functions, so the compiler may inline them; on
Windows that is so anyway. Worth a tenth of the speed."""

SMALL = ["-s", "-Wl,-z,noseparate-code"]
"""No symbols, and no padding between code and data: three megabytes of the bundle, two thirds of them in the
two hundred modules that only lead to the library."""


def load_guard() -> ModuleType:
    """Load `engine.sim.compiled` by path: the engine's dependencies may not be installed here."""
    spec = importlib.util.spec_from_file_location(
        "lane_guard", ROOT / "engine" / "sim" / "compiled.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class BuildLane(build_ext):
    """Build the lane's extension modules into the folder named after their sources."""

    def finalize_options(self) -> None:
        """Let mypyc write the C code; a failure here leaves the lane interpreted."""
        self.guard = load_guard()
        self.key = self.guard.source_key(ROOT / LANE)
        self.distribution.ext_modules = self._translate()
        super().finalize_options()
        self.was_inplace, self.inplace = self.inplace, False

    def _translate(self) -> list:
        sources = [str(path.relative_to(ROOT)) for path in self.guard.lane_sources(ROOT / LANE)]
        if not sources:
            return []
        try:
            from mypyc.build import mypycify
        except ImportError:
            print("mypyc is not installed: the request lane stays interpreted", file=sys.stderr)
            return []
        # An empty configuration: strictness is the business of `make check`, not of a build.
        flags = ["--config-file=", "--ignore-missing-imports"]
        try:
            extensions = mypycify(
                [*flags, *sources],
                opt_level="3",
                debug_level="0",
                group_name="windtunnel_lane",
                target_dir=str(Path(self.build_temp or ROOT / "build" / "lane").resolve()),
            )
        except SystemExit:
            print("mypyc refused the sources: the request lane stays interpreted", file=sys.stderr)
            return []
        for extension in extensions:
            extension.optional = True
            # A fused multiply-add rounds once where Python rounds twice; results must be the same.
            extension.extra_compile_args.append("-ffp-contract=off")
            if sys.platform != "win32":
                extension.extra_compile_args += INLINING
            if sys.platform == "linux":
                extension.extra_link_args += SMALL
        return extensions

    @property
    def destination(self) -> Path:
        """Folder of this build, in the work tree or in the wheel that is being made."""
        base = ROOT if self.was_inplace else Path(self.build_lib)
        return base / LANE / self.guard.COMPILED / self.key

    def get_ext_fullpath(self, ext_name: str) -> str:
        """Modules lie in the build's folder as their sources do in the lane's; the library lies beside."""
        path = Path(super().get_ext_filename(ext_name))
        inside = path.is_relative_to(LANE)
        return str(self.destination / (path.relative_to(LANE) if inside else path.name))

    def run(self) -> None:
        """Build, then mark the folder as complete if it is."""
        super().run()
        paths = [Path(self.get_ext_fullpath(extension.name)) for extension in self.extensions]
        if not paths or not all(path.is_file() for path in paths):
            return
        marker = self.destination / self.guard.MARKER
        versions = {name: importlib.metadata.version(name) for name in ("mypy", "librt")}
        record = {
            "key": self.key,
            **versions,
            "modules": sorted(p.relative_to(self.destination).as_posix() for p in paths),
        }
        marker.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


class WithLane(Distribution):
    """A distribution whose extension modules are only known once mypyc has run."""

    def has_ext_modules(self) -> bool:
        """Always: otherwise `build_ext` would be skipped before it can list them."""
        return True


setup(cmdclass={"build_ext": BuildLane}, distclass=WithLane)
