"""A small design, two made-up components and an inspector that lives as it does in the window."""

from __future__ import annotations

from typing import Literal

import pytest
from PySide6.QtCore import QEvent

from engine.model.arrivals import Arrivals, Poisson
from engine.model.component import Component
from engine.model.design import Design, Event, Frame, Link, Node, Note, Objective, Scenario
from engine.model.edits import Foreseen
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.model.metric import Metric
from engine.model.traffic import RequestClass
from widgets.inspector import InspectorPanel
from widgets.theme import ThemeManager


class ServiceConfig(Config):
    instances: int = setting(1, title="Instances", group="Capacity", help="Copies.", ge=1, le=1000)
    workers: int = setting(4, title="Workers per instance", group="Capacity", help="At once.", ge=1)
    service_time: Law = setting(
        Exponential(mean=0.01), title="Service time", unit="s", group="Capacity", help="Work."
    )
    queue_limit: int | None = setting(
        None, title="Queue limit", group="Capacity", help="Waiting places.", ge=0
    )
    discipline: Literal["fifo", "lifo", "ps"] = setting(
        "fifo", title="Discipline", group="Capacity", help="Who is next."
    )
    hold_while_waiting: bool = setting(
        True, title="Holds worker while waiting", group="Capacity", help="Thread a request."
    )
    error_rate: float = setting(
        0.0, title="Error rate", unit="%", group="Failures", help="Share.", ge=0.0, le=1.0
    )


class ClientConfig(Config):
    arrivals: Arrivals = setting(
        Poisson(rate=300.0), title="Arrivals", group="Traffic", help="How."
    )
    mix: dict[str, float] = setting({}, title="Mix", group="Traffic", help="Shares.")
    extras: dict[str, list[int]] = setting({}, title="Extras", help="Odd type.")


class CacheConfig(Config):
    instances: int = setting(1, title="Instances", group="Capacity", help="Copies.", ge=1)
    ttl: float | None = setting(60.0, title="TTL", unit="s", group="Store", help="Time.", gt=0.0)


def made(kind: str, title: str, config: type[Config], **more) -> Component:
    return Component(
        kind=kind,
        title=title,
        category="Compute",
        summary="",
        icon=kind,
        help=f"What a **{title}** models.",
        config=config,
        input="calls",
        output="calls",
        **more,
    )


COMPONENTS = (
    made("client", "Client", ClientConfig),
    made("service", "Service", ServiceConfig),
    made(
        "cache",
        "Cache",
        CacheConfig,
        metrics=(Metric(name="hit_ratio", title="hit ratio", unit="%"),),
    ),
)


@pytest.fixture
def design() -> Design:
    return Design(
        title="Shop",
        classes=(RequestClass(name="read"), RequestClass(name="write", operation="write")),
        nodes=(
            Node(id="users", kind="client", name="Users", config={}),
            Node(id="web", kind="service", name="Checkout", config={"instances": 6}),
            Node(id="api", kind="service", name="", config={"instances": 2}),
            Node(id="cache", kind="cache", name="Cache", config={}),
            Node(id="odd", kind="warp_drive", name="Odd", config={"flux": 3, "opts": {"a": [1]}}),
        ),
        links=(Link(id="l1", source="users", target="web", config={"timeout": 1.0}),),
        frames=(Frame(id="f1", name="eu-west"), Frame(id="f2", name="zone a")),
        notes=(Note(id="n1", text="Question"),),
        scenario=Scenario(
            duration=600.0,
            events=(
                Event(at=60.0, change="slow", target="web", factor=10.0),
                Event(at=70.0, change="traffic", factor=2.4),
            ),
        ),
        objectives=(Objective(metric="users.latency.p99", below=0.25),),
    )


@pytest.fixture
def look(qapp):
    manager = ThemeManager(qapp, "dark")
    yield manager
    # Closed widgets go first: all of them would be styled anew.
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    manager.setParent(None)
    manager.deleteLater()
    qapp.setStyleSheet("")


class Bench:
    """An inspector beside the smallest possible application: every edit is applied and echoed."""

    def __init__(self, panel: InspectorPanel, design: Design, qtbot) -> None:
        self.panel = panel
        self.design = design
        self.qtbot = qtbot
        self.edits = []
        panel.edit_requested.connect(self.apply)
        panel.set_design(design)

    def apply(self, edit) -> None:
        self.edits.append(edit.edit if isinstance(edit, Foreseen) else edit)
        self.design = edit.apply(self.design).design
        self.panel.set_design(self.design)

    def wait(self) -> None:
        """Until all lines are there."""
        self.qtbot.waitUntil(lambda: self.panel.form.is_whole)

    def row(self, *path: str):
        self.wait()
        found = self.panel.form.row(path)
        assert found is not None, path
        return found

    def line(self, *path: str):
        return self.row(*path).editor.line

    def type(self, line, text: str, *, enter: bool = True) -> None:
        from PySide6.QtCore import Qt

        line.setFocus()
        line.selectAll()
        self.qtbot.keyClicks(line, text)
        if enter:
            self.qtbot.keyClick(line, Qt.Key.Key_Return)

    def config(self, node: str) -> dict:
        item = self.design.item(node)
        return item.config


@pytest.fixture
def bench(qtbot, look, design) -> Bench:
    panel = InspectorPanel(COMPONENTS, look)
    qtbot.addWidget(panel)
    panel.resize(320, 900)
    made_bench = Bench(panel, design, qtbot)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()
    return made_bench
