"""The longest turn of the window's thread while somebody does one thing after the other, in processor time.

``python -m tests.bench.turns [SITUATION …] [--profile MS]`` prints one line an action: its longest turns (ms).
A turn is one event of the event loop with all that it leads to: so long would a key wait.
With ``--profile`` it says what the events did that took longer. Each situation has a process and a home of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.opened import Opened

ROOT = Path(__file__).resolve().parents[2]
QUIET = 1.2
"""Wall seconds without anything to do after which an action has come to its end."""
MOST = 60.0
"""Wall seconds that an action may take."""
BOUND = 50.0
"""Processor time (ms) that no turn should take."""
LEAST = 15.0
"""The same from which on a turn is shown."""
SHOWN = 4
"""Turns that are shown of each action."""


class Steps:
    """A window in which one thing is done after the other."""

    def __init__(self, home: Path, profile: float | None) -> None:
        """Open the window; nothing is done yet.

        Args:
            home: folder for files.
            profile: processor time (ms) from which on an event's work is shown; None for never.
        """
        from app.ahead import Ahead
        from app.garbage import GarbageCollector
        from app.opened import open_window
        from app.places import Places
        from tests.bench.profiling import Watched

        self.home = home
        self.app = Watched(profile)
        GarbageCollector(self.app)
        self.opened: Opened = open_window(self.app, Places.of_platform())
        self.bench, self.services = self.opened.bench, self.opened.services
        self.canvas = self.bench.views.canvas
        self.opened.window.resize(1600, 1000)
        self.opened.window.show()
        self.wait(least=QUIET)
        self.do("new design", self.services.files.new)
        # What somebody does here comes after the first seconds of the window.
        ahead = Ahead(self.app, making=self.opened.window.instruments.make_ahead())
        self.do("load ahead", lambda: None, lambda: ahead.waiting == 0)

    def wait(self, until: Callable[[], bool] = lambda: True, least: float = 0.0) -> None:
        """Let the window live until something holds."""
        from PySide6.QtCore import QEventLoop

        begun = time.monotonic()
        while not until() or time.monotonic() < begun + least:
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if time.monotonic() > begun + MOST:
                say("  … went on without its end")
                return

    def do(
        self, name: str, act: Callable[[], object], until: Callable[[], bool] = lambda: True
    ) -> None:
        """Do something from a turn of its own, let it come to its end, and print its longest turns."""
        from PySide6.QtCore import QTimer

        say(f"@ {name}", sys.stderr)
        self.wait(least=0.05)
        self.app.turns.clear()
        QTimer.singleShot(0, self.app, act)
        self.wait(lambda: until() and not self._is_busy(), 0.1)
        self.wait(least=QUIET)
        self.wait(lambda: not self._is_busy())
        turns = sorted(self.app.turns, reverse=True)[:SHOWN]
        mark = "!" if turns[0].work > BOUND else " "
        shown = "  ".join(f"{turn.work:4.0f} {turn.what}" for turn in turns if turn.work >= LEAST)
        say(f"{mark} {name:36s} {shown}")

    def press(self, *actions: str) -> None:
        """Trigger actions of the menus by their names, a step each."""
        for action in actions:
            self.do(action, self.bench.actions[action].trigger)

    def open(self, raw: dict[str, object], *, run: bool = False) -> Path:
        """Open a design from a file."""
        from tests.bench.interface import file_of

        title = str(raw["title"])
        path = file_of(raw, self.home / f"{title.replace(' ', '-')}.windtunnel")
        files, document = self.services.files, self.services.document
        self.services.run.set_running(run)
        document.stack.setClean()  # nobody is there to be asked
        self.do(f"open {title}", lambda: files.open(path), lambda: document.path == path)
        return path

    def settle(self) -> None:
        """Let everything end that is under way."""
        self.wait(lambda: not self._is_busy(), QUIET)

    def close(self) -> None:
        """End everything."""
        self.opened.commands.close()
        self.bench.desk.close()
        self.services.close()

    def _is_busy(self) -> bool:
        """Whether anything of what was asked for is still under way."""
        topics = ("findings", "text")
        return (
            self.canvas._scene.arriving.waiting > 0
            or self.canvas._commands.turns.is_busy
            or self.canvas._running._taking.is_busy
            or self.opened.commands.pair._turns.is_busy
            or self.opened.commands.comparison._turns.is_busy
            or self.services.errands.is_busy
            or any(self.services.analysis.is_open(each) for each in topics)  # type: ignore[arg-type]
        )


def say(line: str, where: TextIO = sys.stdout) -> None:
    """Print a line at once."""
    where.write(f"{line}\n")
    where.flush()


def main(arguments: list[str]) -> int:
    """Run the situations that were asked for, all of them without."""
    from tests.bench.turn_situations import SITUATIONS

    parser = argparse.ArgumentParser(prog="python -m tests.bench.turns", description=__doc__)
    parser.add_argument("situations", nargs="*", metavar="SITUATION", help=", ".join(SITUATIONS))
    parser.add_argument("--profile", type=float, help="show what took longer (ms)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if wanted.here:
        (name,) = wanted.situations
        steps = Steps(Path(os.environ["HOME"]), wanted.profile)
        SITUATIONS[name](steps)
        steps.close()
        return 0
    failed = False
    for name in wanted.situations or SITUATIONS:
        say(f"== {name}")
        with tempfile.TemporaryDirectory(prefix="windtunnel-turns-") as home:
            command = [sys.executable, "-m", "tests.bench.turns", name, "--here"]
            if wanted.profile is not None:
                command += ["--profile", str(wanted.profile)]
            places = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
            environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
            environment |= dict.fromkeys(places, home)
            done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
            failed = failed or done.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
