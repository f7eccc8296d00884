"""A visible transport bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from widgets.theme import DARK, IconSet
from widgets.transport import TransportBar

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def bar(qtbot: QtBot) -> TransportBar:
    """A bar with room for everything."""
    bar = TransportBar(DARK, IconSet())
    qtbot.addWidget(bar)
    bar.resize(760, 44)
    bar.show()
    qtbot.waitExposed(bar)
    return bar
