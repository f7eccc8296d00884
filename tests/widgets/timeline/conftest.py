"""A visible timeline over a small design, and the edits that it asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from engine.model.design import Design
from widgets.instruments import TimeAxis
from widgets.theme import DARK
from widgets.timeline import TimelineStrip

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from engine.model.design import Event
    from engine.model.edits import Edit

DESIGN = {
    "nodes": [
        {"id": "users", "kind": "client", "name": "Shoppers"},
        {"id": "cache", "kind": "cache", "name": "Catalog cache"},
        {"id": "db", "kind": "sql_database", "name": "Orders DB"},
    ],
    "links": [
        {"id": "a", "source": "users", "target": "cache"},
        {"id": "b", "source": "cache", "target": "db"},
    ],
    "scenario": {
        "duration": 100,
        "warmup": 10,
        "events": [
            {"at": 70, "change": "flush", "target": "cache", "color of a later version": "red"},
            {"at": 20, "change": "traffic", "factor": 2.4},
            {"at": 40, "duration": 10, "change": "slow", "target": "db", "factor": 3},
        ],
    },
}
FLUSH, TRAFFIC, SLOW = 0, 1, 2
"""Indices of the events, which are not in order of time."""


@dataclass
class Desk:
    """A strip whose edits are applied, as the application does it."""

    strip: TimelineStrip
    design: Design
    edits: list[Edit] = field(default_factory=list)

    def take(self, edit: Edit) -> None:
        """Apply an edit and show the outcome."""
        self.edits.append(edit)
        self.design = edit.apply(self.design).design
        self.strip.set_design(self.design)

    @property
    def events(self) -> tuple[Event, ...]:
        """The scenario's events now."""
        return self.design.scenario.events


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    """A visible strip, 0 to 100 s over its width, without smooth motion."""
    strip = TimelineStrip(DARK, TimeAxis(glide=0))
    qtbot.addWidget(strip)
    desk = Desk(strip, Design.model_validate(DESIGN))
    strip.edit_requested.connect(desk.take)
    strip.set_design(desk.design)
    strip.resize(1016, strip.height())
    strip.show()
    qtbot.waitExposed(strip)
    return desk
