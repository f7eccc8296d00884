"""Find what the system lacks, install it with apt where that is allowed, else print the command.

`python packaging/system_packages.py` looks after what the application needs: the libraries that Qt
links to, and a C compiler for the request lane (which is optional). `--tests` adds the X
server and the tools that tests of real windows use. Without anything missing it does nothing.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from build_lane import ROOT, is_current, load_guard, missing_tool

PACKAGE_OF = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
"""Debian's package for each library that the Qt modules in use, or their X11 plugin, link to."""

QT_FILES = (
    "QtCore.abi3.so",
    "QtGui.abi3.so",
    "QtWidgets.abi3.so",
    "QtSvg.abi3.so",
    "QtOpenGL.abi3.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/platforms/libqoffscreen.so",
)

TEST_TOOLS = {
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "import": "imagemagick",
    "dbus-run-session": "dbus",
}
SYSTEM_PYTHON = "/usr/bin/python3"
"""The Python that Debian's bindings are for."""
SCREEN_READER = ("at-spi2-core", "gir1.2-atspi-2.0", "python3-gi")
"""What tests need to hear what screen readers are told."""


def missing_libraries() -> list[str]:
    """Names of the shared libraries that Qt would not find."""
    spec = importlib.util.find_spec("PySide6")
    ldd = shutil.which("ldd")
    if spec is None or not spec.submodule_search_locations or ldd is None:
        return []
    folder = Path(spec.submodule_search_locations[0])
    files = [str(folder / name) for name in QT_FILES if (folder / name).exists()]
    listing = subprocess.run([ldd, *files], capture_output=True, text=True, check=False).stdout
    return sorted({line.split()[0] for line in listing.splitlines() if "not found" in line})


def compiler_packages() -> list[str]:
    """Packages that would let the request lane be compiled; none when it is or can be already."""
    guard = load_guard(ROOT)
    lane = ROOT / "engine" / "sim" / "lane"
    current = is_current(lane / guard.COMPILED / guard.source_key(lane), guard.MARKER)
    if current or missing_tool() in {None, "mypyc is not installed"}:
        return []
    return ["gcc", "libc6-dev", f"python{sys.version_info.major}.{sys.version_info.minor}-dev"]


def apt_prefix(*, may_ask: bool) -> list[str] | None:
    """The words in front of apt-get that make it work here, or None when it may not be used."""
    if os.environ.get("WINDTUNNEL_NO_APT") or shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    quiet = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    if quiet.returncode == 0 or (may_ask and sys.stdin.isatty()):
        return ["sudo"]
    return None


def apt_install(packages: list[str], *, may_ask: bool) -> bool:
    """Install `packages`; says so first, and returns whether it worked."""
    prefix = apt_prefix(may_ask=may_ask)
    if prefix is None:
        return False
    print(f"Installing with apt: {' '.join(packages)}", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    # An update that fails (no network) does not keep packages from being installed from a cache.
    subprocess.run([*apt, "update", "-qq"], capture_output=True, check=False)
    command = [*apt, "install", "-y", "-qq", "--no-install-recommends", *packages]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def print_command(packages: list[str], reason: str) -> None:
    """Tell a person what to type, since it cannot be done for them."""
    print(f"{reason} Install it with:", file=sys.stderr)
    print(f"    sudo apt-get install -y {shlex.join(packages)}", file=sys.stderr)


def provide_qt() -> bool:
    """See to it that Qt finds its libraries; False when it does not."""
    libraries = missing_libraries()
    packages = sorted({PACKAGE_OF[name] for name in libraries if name in PACKAGE_OF})
    if packages and apt_install(packages, may_ask=True):
        libraries = missing_libraries()
        packages = []
    unknown = [name for name in libraries if name not in PACKAGE_OF]
    if packages:
        print_command(packages, "The desktop application needs system libraries.")
    if unknown:
        print(f"Qt does not find these libraries: {', '.join(unknown)}", file=sys.stderr)
    return not packages and not unknown


def hears_screen_readers() -> bool:
    """Whether the bindings of AT-SPI and its bus are there."""
    if (
        not Path(SYSTEM_PYTHON).exists()
        or not Path("/usr/share/dbus-1/services/org.a11y.Bus.service").exists()
    ):
        return False
    wanted = 'import gi; gi.require_version("Atspi", "2.0"); from gi.repository import Atspi'
    return (
        subprocess.run([SYSTEM_PYTHON, "-c", wanted], capture_output=True, check=False).returncode
        == 0
    )


def missing_test_packages() -> list[str]:
    """Packages that tests of real windows lack."""
    lacks = [package for tool, package in TEST_TOOLS.items() if shutil.which(tool) is None]
    return lacks if hears_screen_readers() else [*lacks, *SCREEN_READER]


def provide_test_tools() -> bool:
    """See to it that the X server, the tools and the bus for tests of real windows are there."""
    packages = missing_test_packages()
    if not packages or apt_install(packages, may_ask=False):
        return True
    print_command(packages, "Tests of real windows need an X server and the bus of screen readers.")
    return False


def main(argv: list[str] | None = None) -> int:
    """Provide what can be provided; always 0, since a terminal is enough for the simulator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what the tests use")
    options = parser.parse_args(argv)
    if sys.platform != "linux":
        return 0
    provide_qt()
    if options.tests:
        provide_test_tools()
    compiler = compiler_packages()
    if compiler:
        apt_install(compiler, may_ask=False)  # if not, packaging/build_lane.py says what that means
    return 0


if __name__ == "__main__":
    sys.exit(main())
