"""The palette: all components by category, searched as one types, dragged or placed with Enter."""

from __future__ import annotations

from widgets.palette.model import KIND_MIME_TYPE
from widgets.palette.panel import PalettePanel

__all__ = ["KIND_MIME_TYPE", "PalettePanel"]
