"""What tests of views share."""

from __future__ import annotations

import pytest

from widgets.theme import ThemeManager


@pytest.fixture
def manager(qapp):
    """A manager for one test; the application is left undressed."""
    made = ThemeManager(qapp, "dark")
    yield made
    made.setParent(None)
    made.deleteLater()
    qapp.setStyleSheet("")
