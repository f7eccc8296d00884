"""The panel of studies as a person uses it, in the real window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

if TYPE_CHECKING:
    from engine.study import Report
    from tests.helpers.robot import Robot


class Studies:
    """Asks, starts, waits, and keeps the last report."""

    def __init__(self, robot: Robot) -> None:
        self.robot = robot
        robot.opened.bench.actions["run.study"].trigger()
        self.session = robot.opened.bench.desk.session
        self.panel, self.form = self.session.panel, self.session.panel.form
        self.report: Report | None = None
        self.session.running.reported.connect(self._take)

    def _take(self, report: Report, _shown: object) -> None:
        self.report = report

    def ask(self, kind: str, **texts: str) -> None:
        self.form.choose_kind(kind)
        for name, text in texts.items():
            self.form.set_text(name, text)
        self.robot.wait(lambda: not self.form._pause.isActive() and not self.session.planning)

    def start(self) -> None:
        assert self.form._start.isEnabled(), self.form._note.text()
        QTest.mouseClick(self.form._start, Qt.MouseButton.LeftButton)

    def run(self, kind: str, **texts: str) -> Report | None:
        self.ask(kind, **texts)
        self.start()
        self.robot.wait(
            lambda: not self.session.planning and not self.session.running.active, 120_000
        )
        return self.report
