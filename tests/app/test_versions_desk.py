"""The page with the versions of a key: what it asks the process, and what it shows of a real run."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from PySide6.QtWidgets import QWidget

from app.document import DesignDocument
from app.instruments import Instruments
from app.run_controller import RunController
from app.versions_desk import VersionsDesk
from engine.run.protocol import WatchKey
from engine.run.worker import Worker
from tests.helpers.builders import client, design, link, node
from tests.helpers.fakes import FakeTransport
from widgets.theme import ThemeManager

LAW = {"law": "zipf", "count": 50, "alpha": 1.0}
DESIGN = design(
    [
        client("users", 100.0, mix={"get": 0.5, "put": 0.5}),
        node("a", "key_value_cluster"),
        node("b", "key_value_cluster"),
    ],
    [link("users", "a"), link("users", "b")],
    classes=[
        {"name": "get", "operation": "read", "keys": LAW},
        {"name": "put", "operation": "write", "keys": LAW},
    ],
)


class Bench:
    """A desk and a real worker, with the pipe of a test between them."""

    def __init__(self, qapp: Any) -> None:
        document = DesignDocument()
        self.look = ThemeManager(qapp, "dark")
        self.pipe = FakeTransport()
        self.pipe.hears = False
        self.run = RunController(document, lambda: self.pipe)
        place = self.place = Instruments(self.look, QWidget())
        services: Any = SimpleNamespace(run=self.run, document=document)
        self.desk = VersionsDesk(services, self.look, place)
        self.clock = 0.0
        self.worker = Worker(self._hears, self._tells)
        document.replace(DESIGN, None)
        self.heard = 0

    def _hears(self, said: object) -> None:
        self.pipe.reports.append(said)

    def _tells(self) -> float:
        return self.clock

    def go(self, turns: int) -> None:
        """Hand over what is said in both directions, so many times."""
        for _turn in range(turns):
            said, self.heard = self.pipe.sent[self.heard :], len(self.pipe.sent)
            for command in said:
                self.worker.handle(command)
            self.worker.turn()
            self.clock += 0.05
            self.run.tick()

    def asked(self) -> list[WatchKey]:
        return [each for each in self.pipe.sent if isinstance(each, WatchKey)]


def test_the_first_cluster_is_followed_then_the_selected_one_then_a_typed_key(qapp: Any) -> None:
    bench = Bench(qapp)
    bench.run.set_running(True)
    bench.go(60)
    assert bench.asked() == [WatchKey("a", None)]
    panel = bench.desk.panel
    bench.desk._refresh()
    history = panel.strip.history
    assert panel.title.text() == f"A · key {history.key}"
    assert len(history.owners) == 3
    assert history.bars(history.owners[0], 0.0)
    bench.desk.show_moment(history.now / 2.0)
    bench.desk._refresh()
    assert panel.strip.history.now == history.now / 2.0
    bench.desk.show_moment(math.nan)
    bench.desk._refresh()
    assert panel.strip.history is history
    bench.desk.choose("b")
    bench.go(40)
    assert bench.asked()[-1] == WatchKey("b", None)
    panel.key.setText("7")
    panel.key.editingFinished.emit()
    bench.go(40)
    assert bench.asked()[-1] == WatchKey("b", 7)
    bench.desk._refresh()
    assert panel.title.text() == "B · key 7"
    bench.run.restart()
    bench.go(40)
    assert bench.asked()[-2:] == [WatchKey("b", 7), WatchKey("b", 7)]
    bench.run.set_running(False)
    bench.go(3)
    bench.desk.choose("a")
    bench.go(3)
    bench.desk._refresh()
    assert bench.asked()[-1] == WatchKey("a", None)
    assert panel.title.text().startswith("A · key")
    assert panel.key.text() == ""
    bench.run.close()


def test_a_page_that_comes_into_view_shows_a_run_that_rests(qapp: Any) -> None:
    bench = Bench(qapp)
    panel = bench.desk.panel
    bench.run.set_running(True)
    bench.go(60)
    assert panel.title.text() == "", "another page is in view"
    bench.place.show_page("versions")
    assert panel.title.text().startswith("A · key ")
    bench.run.close()
