"""What a run has to say that stays until it is read: that it broke, is full, is silent, or paused by itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from app.banner import Choice, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.banner import BannerArea
    from app.run_controller import RunController
    from engine.run.protocol import Unanswered

FIRST: Final = "The first numbers come in a moment"
"""What an empty chart says while a run has just begun."""


class RunMessages(QObject):
    """Hears of a run, and puts messages above the canvas."""

    def __init__(
        self,
        run: RunController,
        banners: BannerArea,
        show_findings: Callable[[], object],
        show_breakpoints: Callable[[], object],
    ) -> None:
        super().__init__(run)
        self._run, self._banners = run, banners
        self._show_findings, self._show_breakpoints = show_findings, show_breakpoints
        run.failed.connect(self._show_failure)
        run.answering.connect(self._show_silence)
        run.halted.connect(self._show_halt)
        run.paused.connect(self._show_pause)
        run.running_changed.connect(self._forget_pause)
        run.cleared.connect(lambda: self._forget("engine", "paused", "unanswered"))
        run.rewound.connect(self._note_rewound)
        run.unanswered.connect(self._show_unanswered)

    def _show_failure(self, message: str, trace: str) -> None:
        """The simulation broke: say so, and offer to start it again."""
        text = f"{message.rstrip('.')}. Your design is untouched."
        restart = Choice("Restart", self._run.revive)
        self._banners.show_message(Message("engine", text, choices=(restart,), details=trace))

    def _show_unanswered(self, report: Unanswered) -> None:
        """What was asked about the run broke: that is no reason to lose the run."""
        text = f"The run could not be looked into ({report.message.rstrip('.')}). It goes on."
        self._banners.show_message(Message("unanswered", text, details=report.traceback))

    def _show_halt(self, message: str) -> None:
        """The run took all its memory: say who, and offer what can be done."""
        choices = (
            Choice("Findings", self._show_findings),
            Choice("Restart", self._run.revive),
        )
        text = f"{message[:1].upper()}{message[1:]}."
        self._banners.show_message(Message("engine", text, choices=choices))

    def _show_silence(self, answers: bool) -> None:  # noqa: FBT001 - a Qt slot
        """The simulating process does not answer, or does so again."""
        if answers:
            self._banners.dismiss("silence")
            return
        text = "The engine does not answer. Your design is untouched."
        restart = Choice("Restart the engine", self._run.revive)
        self._banners.show_message(Message("silence", text, choices=(restart,)))

    def _show_pause(self, message: str) -> None:
        """The run paused at a breakpoint: say where and why."""
        choices = (
            Choice("Go on", lambda: self._run.set_running(wanted=True)),
            Choice("Pause when…", self._show_breakpoints),
        )
        self._banners.show_message(Message("paused", message, "info", choices, is_awaited=True))

    def _note_rewound(self, time: float, _problem: str) -> None:
        """It stands at another moment, where it did not pause by itself."""
        if not math.isnan(time):
            self._forget("paused")

    def _forget(self, *keys: str) -> None:
        """These are over."""
        for key in keys:
            self._banners.dismiss(key)

    def _forget_pause(self, running: bool) -> None:  # noqa: FBT001 - a Qt slot
        """It goes on: why it paused is over."""
        if running:
            self._banners.dismiss("paused")
