"""A study under way: it asks, an executor computes, a storage keeps. Nothing here waits unless told to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.records import dataclass
from engine.study.executor import ExecutorError
from engine.study.local import LocalExecutor
from engine.study.storage import Storage, StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from engine.study.executor import Executor
    from engine.study.points import Outcome, Point
    from engine.study.report import Report
    from engine.study.study import Study


@dataclass(frozen=True, slots=True)
class PointDone:
    """A point ran; ``outcome.error`` says whether it broke."""

    point: Point
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Concluded:
    """The study is over."""

    report: Report


@dataclass(frozen=True, slots=True)
class Stopped:
    """The study cannot go on; what is done is kept. ``reason`` is one line."""

    reason: str


Event = PointDone | Concluded | Stopped


class StudyRun:
    """Drives a study without blocking: call ``poll`` from a loop or a timer until ``over``.

    Example, from a timer of the app::

        run = StudyRun(study, LocalExecutor())
        ...
        for event in run.poll():          # every 33 ms or so
            match event:
                case PointDone(point, outcome): ...
                case Concluded(report): ...
                case Stopped(reason): ...
        progress.setMaximum(run.expected), progress.setValue(run.done)
    """

    def __init__(self, study: Study, executor: Executor, storage: Storage | None = None) -> None:
        """Begin, with everything that the storage holds already done. The run owns both from here on."""
        self.study = study
        self._executor = executor
        self._storage = storage
        self.outcomes: dict[str, Outcome] = dict(storage.outcomes) if storage else {}
        self._asked: dict[str, Point] = {}
        self._count()
        self.resumed = self.done
        """Points that were done before it began."""
        self.over = False
        """Whether nothing more will happen."""

    def _count(self) -> None:
        """See how far it is."""
        points = self.study.points(self.outcomes)
        found = [self.outcomes[point.key] for point in points if point.key in self.outcomes]
        self.done = len(found)
        """Points done."""
        self.failed = sum(each.error is not None for each in found)
        """Points that broke."""
        self.expected = self.study.expected(self.outcomes)
        """Points it needs in all, as far as can be told now."""

    def poll(self) -> list[Event]:
        """What happened since. It does not wait."""
        if self.over:
            return []
        events: list[Event] = []
        try:
            done = [(self._asked.pop(each.key), each) for each in self._executor.poll()]
            if done and self._storage is not None:
                self._storage.append(*done)
            for point, outcome in done:
                self.outcomes[outcome.key] = outcome
                self.done += 1
                self.failed += outcome.error is not None
                events.append(PointDone(point, outcome))
            if not self._asked:
                self._ask()
        except (ExecutorError, StorageError) as error:
            self._end()
            return [*events, Stopped(str(error))]
        if not self._asked:
            self._end()
            events.append(Concluded(self.report()))
        return events

    def wait(self, seconds: float) -> None:
        """Wait until there may be something to poll, at most so many wall seconds."""
        if not self.over:
            self._executor.wait(seconds)

    def cancel(self) -> None:
        """Stop at once; what is done is kept, and ``report`` says what can be said of it."""
        self._end()

    def report(self) -> Report:
        """What was found, or what can be said so far."""
        return self.study.conclude(self.outcomes)

    def _ask(self) -> None:
        """Begin the next round."""
        points = self.study.points_wanted(self.outcomes)
        self._count()
        self._asked = {point.key: point for point in points}
        if points:
            self._executor.submit(points)

    def _end(self) -> None:
        """Give everything back."""
        if not self.over:
            self.over = True
            self._asked = {}
            self._executor.close()
            if self._storage is not None:
                self._storage.close()


_LOOK: Final = 0.1
"""Wall seconds between looks of a caller that waits."""


def run_study(
    study: Study,
    *,
    processes: int | None = None,
    cluster: str | None = None,
    output: Path | str | None = None,
) -> Report:
    """Run a study to its end and return the report.

    In a script, call it below ``if __name__ == "__main__":``, since the processes import the script.

    Args:
        study: such as ``Replicate(Variant.of(design), seeds=20)``.
        processes: how many at a time on this machine; by default one a core.
        cluster: address of a Dask scheduler, such as ``tcp://host:8786``, instead of this machine.
        output: folder or ``.jsonl`` file where each finished point is kept. With the same one a study
            goes on where it was.

    Raises:
        StudyError: the executor cannot be made as asked.
        ExecutorError: the cluster cannot be reached, or was lost.
        StorageError: the output cannot be read or written.
    """
    run = StudyRun(study, make_executor(processes, cluster), Storage(output) if output else None)
    try:
        while not run.over:
            for event in run.poll():
                match event:
                    case Concluded(report):
                        return report
                    case Stopped(reason):
                        raise ExecutorError(reason)
            run.wait(_LOOK)
    finally:
        run.cancel()
    return run.report()


def make_executor(processes: int | None = None, cluster: str | None = None) -> Executor:
    """Processes of this machine, or the cluster at an address. Raises as ``run_study``."""
    if cluster is None:
        return LocalExecutor(processes)
    from engine.study.cluster import ClusterExecutor  # noqa: PLC0415 - an extra

    return ClusterExecutor(cluster)
