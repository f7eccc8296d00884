"""The app's end of the pipe to the simulating process. It never blocks on the child."""

from __future__ import annotations

import multiprocessing
import signal
from typing import TYPE_CHECKING, Final

from engine.run.protocol import Failed, Stop

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from engine.run.protocol import Command, Report

_GRACE: Final = 0.5
"""Wall seconds that the child gets to end by itself."""


def _child(connection: Connection) -> None:
    """Serve in the child."""
    # Here, not above: the app imports this module and must not load the simulator for it.
    from engine.run.worker import serve  # noqa: PLC0415

    serve(connection)


class WorkerTransport:
    """A spawned simulating process and the pipe to it.

    Spawned, never forked: the app has a display connection and threads that must not be copied.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_child, args=(theirs,), name="windtunnel-engine", daemon=True
        )
        self._process.start()
        theirs.close()  # so that the child's death is the end of the pipe here
        self._ended = False

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return not self._ended and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._process.pid

    def send(self, command: Command) -> None:
        """Tell it something; to a dead process this says nothing, ``poll`` will."""
        if not self._ended:
            try:
                self._connection.send(command)
            except OSError:
                return

    def wait(self, seconds: float) -> bool:
        """Wait until there is something to poll, at most so many wall seconds.

        For callers without an event loop; the app polls from a timer instead.
        """
        try:
            return self._ended or self._connection.poll(seconds)
        except OSError:
            return True

    def poll(self) -> list[Report]:
        """Everything it said since; its death is the last report, and said once."""
        reports: list[Report] = []
        if self._ended:
            return reports
        try:
            while self._connection.poll():
                reports.append(self._connection.recv())
        except (EOFError, OSError):
            reports.append(self._death())
        return reports

    def close(self) -> None:
        """End the process, gently first; safe to call twice."""
        self.send(Stop())
        self._ended = True
        self._connection.close()
        self._process.join(_GRACE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _death(self) -> Failed:
        """Note and describe the end of the process."""
        self._ended = True
        self._process.join(_GRACE)
        return Failed(f"The simulation ended: {_how(self._process.exitcode)}.", "")


def _how(code: int | None) -> str:
    """An exit code as people read it."""
    if code is None:
        return "its process does not answer"
    if hasattr(signal, "SIGPROF") and code == -signal.SIGPROF:
        return "it hung; requests that need no time at all can do that"
    return f"its process was ended by signal {-code}" if code < 0 else f"exit code {code}"
