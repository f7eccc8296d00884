"""Applies a theme to the application: Fusion, a palette and one style sheet, all from tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPalette

from widgets.theme.fonts import BODY, Fonts
from widgets.theme.stylesheet import stylesheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from widgets.theme.tokens import Theme


def apply(app: QApplication, theme: Theme, fonts: Fonts | None = None) -> None:
    """Dress the whole application in ``theme``; may be called again at any time.

    Args:
        app: the running application.
        theme: the colours.
        fonts: families from :func:`widgets.theme.fonts.load_fonts`; the bundled names by default.
    """
    chosen = fonts if fonts is not None else Fonts()
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(theme))
    app.setFont(chosen.ui(BODY))
    app.setStyleSheet(stylesheet(theme, chosen))


def palette(theme: Theme) -> QPalette:
    """Qt palette for what the style sheet leaves to the style (icons, item views, carets)."""
    result = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.card,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.field,
        role.ButtonText: theme.text,
        role.BrightText: theme.danger.text,
        role.ToolTipBase: theme.tooltip,
        role.ToolTipText: theme.tooltip_text,
        role.Highlight: theme.accent.colour,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent.colour,
        role.Link: theme.accent.text,
        role.LinkVisited: theme.accent.text,
        role.Light: theme.field_hover,
        role.Midlight: theme.field,
        role.Mid: theme.track,
        role.Dark: theme.hairline,
        role.Shadow: theme.shadow,
    }
    for which, colour in colours.items():
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.disabled))
    return result
