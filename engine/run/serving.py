"""The loop of the child process that simulates for the app: commands in, reports out."""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from typing import TYPE_CHECKING

from engine.run.protocol import Stop
from engine.run.worker import HANG, IDLE, NICENESS, Worker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from engine.run.protocol import Command


def serve(connection: Connection) -> None:
    """Run the child's loop until ``Stop`` or the end of the pipe."""
    # An interrupt in the terminal is the app's to handle; the end of the pipe then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
    # Reading never waits for simulating, so a large command cannot block against a large report.
    threading.Thread(target=_read, args=(connection, commands), daemon=True).start()
    worker = Worker(connection.send, time.perf_counter, lambda: not commands.empty())
    wait = IDLE
    try:
        while not worker.stopped:
            _guard()
            _obey(worker, commands, wait)
            wait = worker.turn()
    except OSError:
        return  # the app is gone, and nobody is left to tell


def _obey(worker: Worker, commands: queue.SimpleQueue[Command], wait: float) -> None:
    """Carry out what has come, waiting at most so many wall seconds for the first of it."""
    try:
        worker.handle(commands.get(timeout=wait) if wait > 0.0 else commands.get_nowait())
        while not worker.stopped:
            worker.handle(commands.get_nowait())
    except queue.Empty:
        return


def _read(connection: Connection, commands: queue.SimpleQueue[Command]) -> None:
    """Pass on commands as they come; the end of the pipe is a ``Stop``."""
    while True:
        try:
            commands.put(connection.recv())
        except (EOFError, OSError):
            commands.put(Stop())
            return


def _guard() -> None:
    """Have the system end this process when a turn of the loop hangs in compiled code.

    The timer counts this process's own processor time, so neither a busy machine nor a sleeping one
    sets it off. Its signal keeps the default action: no Python code has to run for it to work.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, HANG)
