"""The app's end of the pipe to the simulating process. It never blocks on the child."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.run.child import Child
from engine.run.protocol import Failed

if TYPE_CHECKING:
    import threading
    from multiprocessing.connection import Connection

    from engine.run.protocol import Command, Report


def _simulate(connection: Connection) -> None:
    """Simulate in the child."""
    # Here, not above: the app imports this module and must not load the simulator for it.
    from engine.run.serving import serve  # noqa: PLC0415

    serve(connection)


class WorkerTransport:
    """A spawned simulating process and the pipe to it."""

    def __init__(self) -> None:
        self._child = Child(_simulate, "windtunnel-engine")

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._child.alive

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._child.pid

    def send(self, command: Command) -> None:
        """Tell it something; to a dead process this says nothing, ``poll`` will."""
        self._child.tell(command)

    def wait(self, seconds: float) -> bool:
        """Wait until there is something to poll, at most so many wall seconds.

        For callers without an event loop; the app polls from a timer instead.
        """
        return self._child.wait(seconds)

    def poll(self) -> list[Report]:
        """Everything it said since; its death is the last report, and said once."""
        return [
            Failed(f"The simulation ended: {self._child.end}.", "") if said is None else said
            for said in self._child.hear()
        ]

    def close(self) -> threading.Thread | None:
        """End the process, gently first; safe to call twice.

        It does not wait for the end; the thread that does is returned.
        """
        return self._child.close()
