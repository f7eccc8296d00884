"""Stand-ins with behaviour: a simulating process that does what a test says, and answered dialogs."""

from __future__ import annotations

from pathlib import Path

from engine.run.protocol import Progress, Run, Started, StartOver, StepRequest, StepTime
from engine.sim.snapshot import Snapshot


class Clock:
    """Wall seconds that a test sets."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class FakeTransport:
    """Takes down commands and delivers the reports that a test queues."""

    def __init__(self) -> None:
        self.sent: list[object] = []
        self.reports: list[object] = []
        self.closed = False
        self.hears = True
        """Whether it says at once that a run has started."""

    @property
    def alive(self) -> bool:
        return not self.closed

    def send(self, command: object) -> None:
        self.sent.append(command)
        if isinstance(command, StartOver) and self.hears:
            self.reports.append(Started())

    def poll(self) -> list[object]:
        reports, self.reports = self.reports, []
        return reports

    def close(self) -> None:
        self.closed = True

    def progress(self, time: float, *, requests: int = 0, wall: float = 0.0) -> None:
        """Queue a snapshot."""
        self.reports.append(Progress(Snapshot(time=time, wall=wall, requests=requests), True))

    def of(self, *kinds: type) -> list[object]:
        """The commands of some kinds, in order."""
        return [each for each in self.sent if isinstance(each, kinds)]

    @property
    def is_told_to_run(self) -> bool:
        """Whether the last word was to run."""
        said = [type(each) for each in self.sent if type(each).__name__ != "Ack"]
        return Run in said and not {StepTime, StepRequest} & set(said[-1:])


class FakeDialogs:
    """Dialogs with prepared answers, which count how often they were asked."""

    def __init__(self) -> None:
        self.to_open: Path | None = None
        self.to_save: Path | None = None
        self.to_export: Path | None = None
        self.to_load: Path | None = None
        self.to_record: Path | None = None
        self.answer = "cancel"
        self.asked = 0

    def table_path(self, suggestion: Path) -> Path | None:
        return self.to_export

    def open_path(self, folder: Path) -> Path | None:
        return self.to_open

    def save_path(self, suggestion: Path) -> Path | None:
        return self.to_save

    def picture_path(self, suggestion: Path) -> Path | None:
        return self.to_export

    def chart_path(self, suggestion: Path) -> Path | None:
        return self.to_export

    def animation_path(self, suggestion: Path) -> Path | None:
        return self.to_export

    def recording_path(self, folder: Path) -> Path | None:
        return self.to_load

    def run_path(self, suggestion: Path) -> Path | None:
        return self.to_record

    def unsaved(self, title: str) -> str:
        self.asked += 1
        return self.answer
