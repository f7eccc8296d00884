"""Points computed by processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from contextlib import contextmanager
from multiprocessing import connection as pipes
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Final

from engine.release import engine_version
from engine.study.errors import StudyError
from engine.study.executor import ExecutorError
from engine.study.points import Outcome, run_point

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from engine.study.points import Point

MOST_PROCESSES: Final = 256
_TRIES: Final = 2
"""A point whose process was ended from outside is tried again; if it ends again, it is to blame."""
_STARTS: Final = 3
"""Processes that may end before they begin, one after the other, until there is no hope."""
_NICENESS: Final = 5
"""Whoever works on this machine comes first."""
_BATCH_SECONDS: Final = 0.2
"""A process gets points for about so long at once, so that it need not wait for the next look at it."""
_LARGEST_BATCH: Final = 32
_GRACE: Final = 1.0
"""Wall seconds that an ended process gets to be gone."""


class LocalExecutor:
    """Spawned processes. They start when there is work for them.

    Spawned, never forked: the app has a display connection and threads that must not be copied. A pool of
    its own rather than that of the standard library, which gives up all points when one process dies
    and cannot end one that computes.
    """

    def __init__(self, processes: int | None = None) -> None:
        """Prepare for so many processes, by default one a core. Raises ``StudyError``."""
        count = (os.cpu_count() or 1) if processes is None else processes
        if not 1 <= count <= MOST_PROCESSES:
            msg = f"{count} processes: write a number from 1 to {MOST_PROCESSES}"
            raise StudyError(msg)
        self.processes = count
        self._context = multiprocessing.get_context("spawn")
        self._workers: dict[Connection, _Worker] = {}
        self._queue: deque[Point] = deque()
        self._tries: dict[str, int] = {}
        self._seconds = _BATCH_SECONDS
        """What a point takes, lately."""
        self._stillborn = 0
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """Numbers of the processes that compute now."""
        return [each.process.pid or 0 for each in self._workers.values()]

    def is_computing(self, point: Point) -> bool:
        """Whether a process is at that point now."""
        return any(each.points[:1] == [point] for each in self._workers.values())

    def submit(self, points: Sequence[Point]) -> None:
        """Take points to compute."""
        self._queue.extend(points)
        self._dispatch()

    def poll(self) -> list[Outcome]:
        """What was finished since."""
        outcomes = []
        for pipe in pipes.wait(list(self._workers), timeout=0):
            worker = self._workers[pipe]  # type: ignore[index]  # one of those that were given
            try:
                while pipe in self._workers and worker.pipe.poll():
                    outcomes += self._received(worker)
            except OSError:
                outcomes += self._died(worker)
        self._dispatch()
        return outcomes

    def wait(self, seconds: float) -> None:
        """Wait until something is finished."""
        if self._workers:
            pipes.wait(list(self._workers), timeout=seconds)

    def close(self) -> None:
        """End the processes."""
        self._closed = True
        self._queue.clear()
        workers, self._workers = list(self._workers.values()), {}
        for worker in workers:
            worker.pipe.close()
            worker.process.kill()
        for worker in workers:
            worker.process.join(_GRACE)

    def _dispatch(self) -> None:
        """Give waiting points to idle processes, and start processes for the others."""
        if self._closed:
            return
        for worker in self._workers.values():
            if self._queue and worker.is_ready and not worker.points:
                self._give(worker)
        starting = sum(not each.is_ready for each in self._workers.values())
        wanted = min(self.processes - len(self._workers), len(self._queue) - starting)
        for _ in range(wanted):
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=_serve, args=(theirs,), name="windtunnel-study", daemon=True
            )
            with _held_signals():
                process.start()
            theirs.close()  # so that the child's death is the end of the pipe here
            self._workers[ours] = _Worker(process, ours)

    def _give(self, worker: _Worker) -> None:
        """Give a process its next points; a dead one takes them as well, and ``poll`` finds out.

        It waits for them already, so that however large they are, this returns at once.
        """
        fair = -(-len(self._queue) // (2 * self.processes))
        count = max(1, min(_LARGEST_BATCH, int(_BATCH_SECONDS / self._seconds), fair))
        worker.points = [self._queue.popleft() for _ in range(count)]
        try:
            worker.pipe.send(worker.points)
        except OSError:
            return

    def _received(self, worker: _Worker) -> list[Outcome]:
        """What a process says: that it is there, or an outcome; its death may be one as well."""
        try:
            said: tuple[Outcome, float] | None = worker.pipe.recv()
        except (EOFError, OSError):
            return self._died(worker)
        if said is None:
            worker.is_ready, self._stillborn = True, 0
            return []
        outcome, seconds = said
        self._seconds = max(1e-6, (self._seconds + seconds) / 2.0)
        worker.points = [point for point in worker.points if point.key != outcome.key]
        return [outcome]

    def _died(self, worker: _Worker) -> list[Outcome]:
        """A process is gone: the point it was at is tried again, or is to blame."""
        del self._workers[worker.pipe]
        worker.pipe.close()
        worker.process.join(_GRACE)
        if not worker.is_ready:
            self._stillborn += 1
            if self._stillborn < _STARTS:
                return []
            msg = f"a process could not start ({_end_of(worker)}); {_MAIN}"
            raise ExecutorError(msg)
        if not worker.points:
            return []
        point, *others = worker.points
        self._tries[point.key] = self._tries.get(point.key, 0) + 1
        if self._tries[point.key] < _TRIES:
            others.insert(0, point)
        self._queue.extendleft(reversed(others))
        if point in others:
            return []
        text = f"its process was ended {_TRIES} times ({_end_of(worker)}); it may need more memory"
        return [Outcome(point.key, error=text, engine=engine_version())]


_MAIN: Final = 'in a script, start studies below if __name__ == "__main__":'


def _end_of(worker: _Worker) -> str:
    """How a process ended."""
    code = worker.process.exitcode
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


class _Worker:
    """A process, the pipe to it, and what it computes."""

    def __init__(self, process: SpawnProcess, pipe: Connection) -> None:
        self.process = process
        self.pipe = pipe
        self.points: list[Point] = []
        """What it computes, in this order."""
        self.is_ready = False
        """Whether it has said that it waits for points."""


@contextmanager
def _held_signals() -> Iterator[None]:
    """Have a child begin with interrupts held back, which would otherwise end it in a traceback half-way.

    They stay so there. Here they come through afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # starting it would let them through
    noted: list[int] = []
    main = threading.current_thread() is threading.main_thread()
    # Another thread may be the one that hears of it: the handler, which runs in this one, then waits too.
    handler = signal.signal(signal.SIGINT, lambda number, _: noted.append(number)) if main else None
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if main:
            signal.signal(signal.SIGINT, handler)
        if noted:
            signal.raise_signal(signal.SIGINT)


def _serve(pipe: Connection) -> None:
    """Compute points in the child until nobody wants more."""
    # An interrupt in the terminal is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        pipe.send(None)
        while True:
            for point in pipe.recv():
                begun = time.perf_counter()
                outcome = run_point(point)
                pipe.send((outcome, time.perf_counter() - begun))
    except (EOFError, OSError):
        return


def _end_with_parent() -> None:
    """End this process, whatever it computes, when the one that wanted it is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
