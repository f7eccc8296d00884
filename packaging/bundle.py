"""Make the frozen application and its archive: `make bundle`.

The application goes to `dist/windtunnel/`, the archive to `dist/windtunnel-VERSION-SYSTEM.tar.xz`.
Afterwards the frozen program runs its own self-test; a bundle that fails it, or that is larger than
what we promise, is an error.
"""

from __future__ import annotations

import argparse
import lzma
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

from glibc import glibc_report

ROOT = Path(__file__).resolve().parent.parent
MAX_UNPACKED = 180_000_000
MAX_ARCHIVE = 80_000_000

UNSAFE_TO_STRIP = ("numpy.libs", "_compiled")
"""Libraries that were moved about with patchelf break when they are stripped; others gain nothing."""

NEEDED_BY_ANY_PROGRAM = ("HOME", "LANG", "SYSTEMROOT", "TMPDIR")
"""What of the environment even a program that leans on nothing finds."""


def freeze(dist: Path) -> Path:
    """Run PyInstaller; returns the folder of the application."""
    command = [
        sys.executable,
        "-m",
        "PyInstaller",
        "--noconfirm",
        "--clean",
        "--log-level",
        "ERROR",
    ]
    folders = ["--distpath", str(dist), "--workpath", str(dist / "work")]
    spec = str(ROOT / "packaging" / "windtunnel.spec")
    subprocess.run([*command, *folders, spec], cwd=ROOT, check=True)
    shutil.rmtree(dist / "work")
    return dist / "windtunnel"


def remove_dangling_links(app: Path) -> None:
    """Remove the links to libraries that were left out."""
    for path in app.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()


def strip(app: Path) -> None:
    """Remove symbols that only a debugger reads."""
    tool = shutil.which("strip")
    if sys.platform != "linux" or tool is None:
        return
    for path in sorted(app.rglob("*.so*")):
        if path.is_file() and not path.is_symlink() and not set(UNSAFE_TO_STRIP) & set(path.parts):
            subprocess.run([tool, "--strip-unneeded", str(path)], capture_output=True, check=False)


def size_of(folder: Path) -> int:
    """Bytes of all files below `folder`."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def pack(app: Path, archive: Path, preset: int) -> None:
    """Write the archive: entries in a fixed order, without the builder's name."""

    def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    plain = archive.with_suffix("")
    with tarfile.open(plain, "w") as tar:
        for path in sorted(app.rglob("*")):
            name = f"{app.name}/{path.relative_to(app)}"
            tar.add(path, arcname=name, recursive=False, filter=anonymous)
    if shutil.which("xz"):
        subprocess.run(["xz", "--force", "--threads=0", f"-{preset}", str(plain)], check=True)
        return
    with plain.open("rb") as source, lzma.open(archive, "wb", preset=preset) as target:
        shutil.copyfileobj(source, target)
    plain.unlink()


def self_test(app: Path) -> None:
    """Run the frozen program's self-test with nothing of this environment to lean on."""
    kept = {name: os.environ[name] for name in NEEDED_BY_ANY_PROGRAM if name in os.environ}
    environment = {**kept, "QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"}
    subprocess.run([str(app / "windtunnel"), "selftest"], cwd="/", env=environment, check=True)


def main(argv: list[str] | None = None) -> int:
    """Build, trim, measure, test and pack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="where the results go")
    parser.add_argument("--no-archive", action="store_true", help="skip the slow compression")
    parser.add_argument(
        "--preset", type=int, default=6, help="how hard xz tries, from 0 to 9: less makes it larger"
    )
    options = parser.parse_args(argv)
    lane = [sys.executable, str(ROOT / "packaging" / "build_lane.py"), "--require"]
    subprocess.run(lane, check=True)
    app = freeze(options.dist.resolve())
    remove_dangling_links(app)
    strip(app)
    unpacked = size_of(app)
    print(f"{app}: {unpacked / 1e6:.1f} MB (at most {MAX_UNPACKED / 1e6:.0f})", flush=True)
    if sys.platform == "linux":
        print(glibc_report(app), flush=True)
    self_test(app)
    if options.no_archive:
        return int(unpacked > MAX_UNPACKED)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    system = f"{platform.system().lower()}-{platform.machine()}"
    archive = app.parent / f"windtunnel-{version}-{system}.tar.xz"
    pack(app, archive, options.preset)
    packed = archive.stat().st_size
    print(f"{archive}: {packed / 1e6:.1f} MB (at most {MAX_ARCHIVE / 1e6:.0f})")
    return int(unpacked > MAX_UNPACKED or packed > MAX_ARCHIVE)


if __name__ == "__main__":
    sys.exit(main())
