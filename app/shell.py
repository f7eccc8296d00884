"""What people see first: the window with its views, while nothing works behind it yet.

``app.opened`` puts everything behind it, once it is painted: what that loads, the window does not wait for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.settings import Settings
from app.views import build_views
from app.window import MainWindow
from engine.catalog import COMPONENTS
from widgets.theme import ThemeManager

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.places import Places
    from app.views import Views


@dataclass(frozen=True, slots=True)
class Shell:
    """A window, and what it is made of."""

    window: MainWindow
    views: Views
    look: ThemeManager
    settings: Settings
    places: Places


def open_shell(app: QApplication, places: Places) -> Shell:
    """Make a window with its views. It is not shown yet."""
    settings = Settings(places.settings)
    look = ThemeManager(app, settings.values.theme)
    views = build_views(COMPONENTS, look)
    views.canvas.hint = None  # the design that comes next is no empty page
    return Shell(MainWindow(views, look, settings), views, look, settings, places)
