"""A run that stands still while another window is shown over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.run_controller import RunController


class Standstill:
    """Halts a run, and has it go on afterwards if it went before."""

    def __init__(self, run: RunController) -> None:
        """Leave the run as it is."""
        self._run = run
        self._was_running = False

    def begin(self) -> None:
        """Halt the run."""
        self._was_running = self._run.running
        if self._was_running:
            self._run.set_running(wanted=False)

    def end(self) -> None:
        """Have it go on, once, if it was halted here."""
        if self._was_running:
            self._was_running = False
            self._run.set_running(wanted=True)
