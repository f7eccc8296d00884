"""Design tokens: every colour that the interface uses, named by its job, in dark and in light.

Colours are plain ``#rrggbb`` strings, so that tokens stay comparable, printable and free of Qt;
``QColor(token)`` and pyqtgraph both take them as they are. A colour that is drawn *and* written
with comes as an :class:`Ink`: ``colour`` for strokes and fills, ``text`` for letters. In light
mode the two differ, because a fresh green that reads well as a bar is too pale for small letters
(WCAG 2.2 asks for 4.5:1 there). The values live in ``palettes.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.model.failures import FAILURE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

Shape = Literal["ring", "circle", "triangle", "square", "cross", "diamond"]
"""Outline that tells a state apart for people who do not see its colour."""

STATES = ("idle", "healthy", "strained", "saturated", "failing", "down")
"""Node states, calm to broken; the order in which a worst state is chosen."""

FAILURE_REASONS = FAILURE_NAMES
"""The closed set of failure reasons, in the order in which charts stack and list them."""


@dataclass(frozen=True, slots=True)
class Ink:
    """One hue in its two strengths."""

    colour: str
    """For strokes, fills and dots (at least 3:1 on panels and cards)."""
    text: str
    """For letters (at least 4.5:1 on every surface it is written on)."""


@dataclass(frozen=True, slots=True)
class StateStyle:
    """How one node state looks: never by colour alone, always with a word and a shape."""

    name: str
    """Key, one of :data:`STATES`."""
    word: str
    """The word written on the card and read by screen readers."""
    shape: Shape
    """Badge outline."""
    colour: str
    """Fill of badge, bar and cells."""
    text: str
    """The word's colour on a card."""
    on: str
    """Letters on a fill of ``colour``, such as the failing node's reason badge."""


@dataclass(frozen=True, slots=True)
class Theme:
    """All colours of one appearance.

    Surfaces from back to front: ``canvas`` < ``panel`` < ``card`` < ``field``.
    """

    name: Literal["dark", "light"]
    window: str
    """Behind everything; the window before its panels are laid out."""
    panel: str
    """Side panels, bars, chart background, menus."""
    status_bar: str
    """The strip at the bottom of the window."""
    canvas: str
    grid_dot: str
    card: str
    card_border: str
    text: str
    muted: str
    """Secondary text: labels, units, section titles."""
    disabled: str
    """Text of controls that cannot be used now (exempt from the contrast minimum)."""
    accent: Ink
    """The one highlight: primary buttons, component icons, changed-from-default dots."""
    on_accent: str
    """Letters and icons on a fill of the accent."""
    load: Ink
    """The load dial and load events."""
    danger: Ink
    """Destructive or alarming actions, invalid input."""
    field: str
    """Inputs and quiet buttons."""
    field_hover: str
    field_pressed: str
    hairline: str
    """One-pixel separators between panels."""
    chart_grid: str
    track: str
    """Empty part of sliders, bars and waterfalls."""
    selection: str
    """Ring around selected items."""
    selected_row: str
    """Background of the selected entry in lists, menus and selected text."""
    link: str
    """A calm link's stroke."""
    dot: str
    """A sampled request on its way."""
    frame_fill: str
    """Title tab of a frame; its body is transparent."""
    frame_border: str
    sticky: str
    sticky_text: str
    warning_panel: str
    warning_text: str
    tooltip: str
    tooltip_text: str
    cell_empty: str
    """An instance cell that is not there (down or not started)."""
    shadow: str
    """Shadow colour under cards and menus; use with ``shadow_alpha``."""
    shadow_alpha: float
    """Opacity of the shadow, 0 to 1."""
    states: Mapping[str, StateStyle]
    """Look of each of :data:`STATES`."""
    series: Mapping[str, Ink]
    """Chart lines: p50, p90, p95, p99 (one hue, stronger and stronger), offered, goodput, failed, and s1 to s6 for
    the rest, none of them a colour of a state."""
    failures: Mapping[str, Ink]
    """One hue for each of :data:`FAILURE_REASONS`."""
    phases: Mapping[str, Ink]
    """What a request spends its time on, as in ``engine.traces.span.PARTS``."""

    @property
    def is_dark(self) -> bool:
        """Whether letters are lighter than their background."""
        return self.name == "dark"

    def state(self, name: str) -> StateStyle:
        """Look of state ``name``; an unknown state looks idle instead of breaking a paint."""
        return self.states.get(name, self.states["idle"])

    def failure(self, reason: str) -> Ink:
        """Hue of failure ``reason``; a reason from a newer engine looks like ``error``."""
        return self.failures.get(reason, self.failures["error"])
