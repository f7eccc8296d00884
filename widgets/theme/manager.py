"""Keeps the application in the theme that the person or the system asks for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal

from widgets.theme import style
from widgets.theme.fonts import Fonts, load_fonts
from widgets.theme.icons import IconSet
from widgets.theme.palettes import DARK, LIGHT

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from widgets.theme.dressing import Dressing
    from widgets.theme.tokens import Theme

Preference = Literal["system", "dark", "light"]


class ThemeManager(QObject):
    """Owns the current theme, the icon set and the fonts; views are given this one object.

    Views read :attr:`theme` when they paint and listen to :attr:`changed` to drop what they cached.
    """

    changed = Signal(object)
    """Carries the new :class:`Theme`, before anything is painted in it."""

    def __init__(self, app: QApplication, preference: Preference = "system") -> None:
        """Load fonts and dress ``app`` according to ``preference``."""
        super().__init__(app)
        self._app = app
        self._preference: Preference = preference
        self.icons: IconSet = IconSet()
        self.fonts: Fonts = load_fonts()
        self._ask_system()
        self._system = app.styleHints().colorScheme()
        self._theme = self._wanted()
        style.apply(app, self._theme, self.fonts)
        app.styleHints().colorSchemeChanged.connect(self._follow_system)

    @cached_property
    def dressing(self) -> Dressing:
        """What brings another theme to the widgets that there are."""
        # Loaded here: a window is on the screen before anybody asks for another theme.
        from widgets.theme.dressing import Dressing  # noqa: PLC0415

        made = Dressing(self._app, self)
        made.ready.connect(lambda: self.changed.emit(self._theme))
        return made

    @property
    def theme(self) -> Theme:
        """The colours in force."""
        return self._theme

    @property
    def preference(self) -> Preference:
        """What the person chose: a fixed appearance, or to follow the system."""
        return self._preference

    def set_preference(self, preference: Preference) -> None:
        """Choose an appearance; takes effect at once."""
        self._preference = preference
        self._ask_system()
        self._system = self._app.styleHints().colorScheme()
        self._refresh()

    def _ask_system(self) -> None:
        """Have native parts (title bars, file dialogs) follow too, where the platform can."""
        hints = self._app.styleHints()
        if self._preference == "system":
            hints.unsetColorScheme()
        elif self._preference == "dark":
            hints.setColorScheme(Qt.ColorScheme.Dark)
        else:
            hints.setColorScheme(Qt.ColorScheme.Light)

    def _follow_system(self, scheme: Qt.ColorScheme) -> None:
        """The system switched between light and dark."""
        self._system = scheme
        self._refresh()

    def _wanted(self) -> Theme:
        """Theme that the preference and the system ask for; dark when the system does not say."""
        if self._preference != "system":
            return DARK if self._preference == "dark" else LIGHT
        return LIGHT if self._system == Qt.ColorScheme.Light else DARK

    def _refresh(self) -> None:
        """Dress the application anew if the wanted theme differs from the one in force."""
        wanted = self._wanted()
        if wanted is self._theme:
            return
        self._theme = wanted
        self.dressing.dress(wanted, self.fonts)
