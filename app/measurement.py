"""Measures the open design as the command line does: from 0, in a process of its own, at full speed.

The sandbox goes on beside it. Nothing that was tried there (load dial, pauses, edits half-way)
enters the result, so it is the one that anybody gets who runs the same file with the same seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from engine.model.design import Design
from engine.model.memory import DEFAULT_MEMORY
from engine.run.protocol import (
    UNLIMITED,
    Ack,
    Failed,
    Halted,
    Measured,
    Progress,
    Refused,
    Run,
    SetSpeed,
    StartOver,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.run_controller import Transport
    from engine.run.protocol import Report

_TICK_MS: Final = 50


class Measurement(QObject):
    """One measurement at a time; a new one replaces one under way."""

    progressed = Signal(float)
    """Share done, 0 to 1."""
    finished = Signal(object)
    """The result, as ``windtunnel simulate --json`` writes it."""
    failed = Signal(str)
    """Why there is no result, in one line."""

    def __init__(
        self,
        parent: QObject,
        start_process: Callable[[], Transport],
        memory: float = DEFAULT_MEMORY,
    ) -> None:
        super().__init__(parent)
        self._start_process = start_process
        self._transport: Transport | None = None
        self.design = Design()
        """What is measured, or was last, as it was when that began."""
        self._duration = 1.0
        self._memory = memory
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def running(self) -> bool:
        """Whether one is under way."""
        return self._transport is not None

    def start(self, design: Design) -> None:
        """Measure a design from the start of its scenario to the end."""
        self.cancel()
        self.design, self._duration = design, design.scenario.duration
        self._transport = self._start_process()
        for command in (StartOver(design, self._memory), SetSpeed(UNLIMITED), Run()):
            self._transport.send(command)
        self._timer.start()

    def set_memory(self, limit: float) -> None:
        """What a measurement may take (bytes)."""
        self._memory = limit

    def cancel(self) -> None:
        """Stop; nothing is kept. Safe to call when nothing is under way."""
        self._timer.stop()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _poll(self) -> None:
        """Hear what the process has to say, until it has said enough."""
        for report in self._transport.poll() if self._transport else ():
            self._take(report)
            if self._transport is None:
                return

    def _take(self, report: Report) -> None:
        """React to one report."""
        match report:
            case Progress(snapshot, _):
                self.progressed.emit(min(1.0, snapshot.time / self._duration))
                if self._transport is not None:
                    self._transport.send(Ack())
            case Measured(result):
                self.cancel()
                self.finished.emit(result)
            case Refused(findings):
                self.cancel()
                self.failed.emit(findings[0].message if findings else "The design cannot run.")
            case Failed(message, _) | Halted(message):
                self.cancel()
                self.failed.emit(message)
