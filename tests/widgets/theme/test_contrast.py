"""Letters and shapes stay readable: WCAG 2.2 contrast of every token on what it is drawn on."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from PySide6.QtGui import QColor

from widgets.theme import DARK, FAILURE_REASONS, LIGHT, STATES, Theme

TEXT_MINIMUM = 4.5
GRAPHIC_MINIMUM = 3.0

themes = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


def linear_rgb(colour: str) -> list[float]:
    """Channels from 0 to 1 without the screen's gamma."""
    return [
        raw / 12.92 if raw <= 0.04045 else ((raw + 0.055) / 1.055) ** 2.4
        for raw in QColor(colour).getRgbF()[:3]
    ]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2 definition."""
    red, green, blue = linear_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def surfaces(theme: Theme) -> dict[str, str]:
    """Everything that ordinary text is written on."""
    names = ("window", "panel", "status_bar", "canvas", "card", "field", "frame_fill")
    return {name: getattr(theme, name) for name in names}


def text_pairs(theme: Theme) -> list[tuple[str, str, str]]:
    """(what, letters, background) of every text token on every surface it appears on."""
    inks = {f"state {name}": theme.states[name].text for name in STATES}
    inks |= {f"failure {reason}": theme.failures[reason].text for reason in FAILURE_REASONS}
    inks |= {f"series {name}": ink.text for name, ink in theme.series.items()}
    inks |= {f"phase {name}": ink.text for name, ink in theme.phases.items()}
    inks |= {"text": theme.text, "muted": theme.muted, "accent": theme.accent.text}
    inks |= {"load": theme.load.text, "danger": theme.danger.text}
    pairs = [
        (f"{ink} on {surface}", colour, background)
        for ink, colour in inks.items()
        for surface, background in surfaces(theme).items()
    ]
    pairs += [
        ("text on hovered field", theme.text, theme.field_hover),
        ("text on pressed field", theme.text, theme.field_pressed),
        ("text on selected row", theme.text, theme.selected_row),
        ("muted on hovered field", theme.muted, theme.field_hover),
        ("on accent", theme.on_accent, theme.accent.colour),
        ("sticky note", theme.sticky_text, theme.sticky),
        ("warning panel", theme.warning_text, theme.warning_panel),
        ("text on warning panel", theme.text, theme.warning_panel),
        ("tooltip", theme.tooltip_text, theme.tooltip),
    ]
    pairs += [(f"on {s.name} fill", s.on, s.colour) for s in theme.states.values()]
    return pairs


@themes
def test_letters_have_enough_contrast(theme: Theme) -> None:
    weak = [
        f"{what}: {contrast(letters, background):.2f}"
        for what, letters, background in text_pairs(theme)
        if contrast(letters, background) < TEXT_MINIMUM
    ]
    assert weak == []


@themes
def test_shapes_and_lines_have_enough_contrast(theme: Theme) -> None:
    drawn = {f"state {s.name}": s.colour for s in theme.states.values()}
    drawn |= {f"series {name}": ink.colour for name, ink in theme.series.items()}
    drawn |= {f"failure {name}": ink.colour for name, ink in theme.failures.items()}
    drawn |= {"accent": theme.accent.colour, "selection": theme.selection, "dot": theme.dot}
    weak = [
        f"{what} on {where}: {contrast(colour, background):.2f}"
        for what, colour in drawn.items()
        for where, background in (("panel", theme.panel), ("card", theme.card))
        if contrast(colour, background) < GRAPHIC_MINIMUM
    ]
    assert weak == []


def lab(colour: str) -> tuple[float, float, float]:
    """CIE L*a*b* under D65, in which equal distances look about equally different."""
    red, green, blue = linear_rgb(colour)
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@themes
def test_failure_reasons_look_different_from_each_other(theme: Theme) -> None:
    places = {reason: lab(theme.failures[reason].colour) for reason in FAILURE_REASONS}
    closest = min(
        (math.dist(places[one], places[other]), one, other)
        for one, other in combinations(FAILURE_REASONS, 2)
    )
    assert closest[0] > 20, closest


@themes
def test_every_state_has_its_own_shape_and_word(theme: Theme) -> None:
    looks = [theme.state(name) for name in STATES]
    assert len({look.shape for look in looks}) == len(STATES)
    assert len({look.word for look in looks}) == len(STATES)


def test_unknown_names_fall_back_instead_of_breaking_a_paint() -> None:
    assert DARK.state("sleeping") is DARK.states["idle"]
    assert DARK.failure("gremlins") is DARK.failures["error"]
