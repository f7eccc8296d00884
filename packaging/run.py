"""What `make run` does once everything is installed: show a shipped design at work.

With a display the application opens on it, running; without one the same design is simulated in
the terminal.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
DESIGN = Path("saved_designs", "flash-sale.windtunnel")
PROBE = "from PySide6.QtGui import QGuiApplication; QGuiApplication(['probe'])"


def why_no_window() -> str | None:
    """The reason why no window can be opened here, or None when one can."""
    if sys.platform != "linux":
        return None
    if os.environ.get("QT_QPA_PLATFORM", "") in {"offscreen", "minimal"}:
        return "QT_QPA_PLATFORM asks for no window"
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"
    # Qt aborts the process when it cannot open the display, so another process tries.
    probe = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, check=False)
    return None if probe.returncode == 0 else "Qt cannot open the display"


def main() -> NoReturn:
    """Open the design in the application, or simulate it in the terminal."""
    reason = why_no_window()
    if reason is None:
        command = [sys.executable, "-m", "app", "--run", str(DESIGN)]
    else:
        print(f"No window, since {reason}: simulating {DESIGN} in the terminal.", flush=True)
        command = [sys.executable, "-m", "app", "simulate", "--live", str(DESIGN)]
    os.chdir(ROOT)
    os.execv(command[0], command)  # so that Ctrl-C and a kill reach the program itself


if __name__ == "__main__":
    main()
