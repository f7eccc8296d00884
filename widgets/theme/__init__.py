"""Looks: colour tokens, icons, fonts, the style sheet and the manager that switches them.

Everything that a view needs comes from here::

    from widgets.theme import ThemeManager, set_role, section_label, paint_state

A view is handed a :class:`ThemeManager`, paints with ``manager.theme`` and ``manager.icons`` and
listens to ``manager.changed``.
"""

from __future__ import annotations

from widgets.theme.elided import ElidedBox, ElidedButton, ElidedLabel
from widgets.theme.fonts import BODY, CAPTION, SMALL, Fonts, load_fonts
from widgets.theme.icons import IconSet, app_icon
from widgets.theme.manager import Preference, ThemeManager
from widgets.theme.palettes import DARK, LIGHT
from widgets.theme.plain import breakable, directed, menu_text, plain_tip, window_title
from widgets.theme.roles import hairline, section_label, set_flag, set_role
from widgets.theme.shapes import paint_state, shape_path
from widgets.theme.spoken import speak_as, speak_by
from widgets.theme.style import apply
from widgets.theme.tokens import FAILURE_REASONS, STATES, Ink, Shape, StateStyle, Theme

__all__ = [
    "BODY",
    "CAPTION",
    "DARK",
    "FAILURE_REASONS",
    "LIGHT",
    "SMALL",
    "STATES",
    "ElidedBox",
    "ElidedButton",
    "ElidedLabel",
    "Fonts",
    "IconSet",
    "Ink",
    "Preference",
    "Shape",
    "StateStyle",
    "Theme",
    "ThemeManager",
    "app_icon",
    "apply",
    "breakable",
    "directed",
    "hairline",
    "load_fonts",
    "menu_text",
    "paint_state",
    "plain_tip",
    "section_label",
    "set_flag",
    "set_role",
    "shape_path",
    "speak_as",
    "speak_by",
    "window_title",
]
