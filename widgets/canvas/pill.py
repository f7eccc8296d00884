"""A sign of one policy on the canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["", "idle", "healthy", "strained", "saturated", "failing", "down", "fault"]
"""None, that of a state, or that of a fault which acts."""


@dataclass(frozen=True, slots=True)
class Pill:
    """One policy: a sign and a word or two, in the colour of its state."""

    icon: str
    """Without one it wears the shape of the state that is its tone."""
    text: str
    tone: Tone = ""
