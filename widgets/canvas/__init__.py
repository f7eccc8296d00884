"""The canvas: draws designs, shows them alive, and turns gestures into edits.

``CanvasView`` is all that others need, and ``BlastMap`` where failures are to be painted on it. Inside,
what is shown (``faces``, ``health``), where it is (``geometry``, ``wires``) and how it is painted
(``*_painter``) are apart; items are thin.
"""

from __future__ import annotations

from widgets.canvas.aligning import WAYS
from widgets.canvas.blast_map import BlastMap, BlastMark, Ghost
from widgets.canvas.hint import BEGIN, Hint
from widgets.canvas.note_painter import NoteChip
from widgets.canvas.outlines import Outline
from widgets.canvas.view import CanvasView
from widgets.canvas.where import place_of, states_of

__all__ = [
    "BEGIN",
    "WAYS",
    "BlastMap",
    "BlastMark",
    "CanvasView",
    "Ghost",
    "Hint",
    "NoteChip",
    "Outline",
    "place_of",
    "states_of",
]
