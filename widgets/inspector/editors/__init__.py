"""Editors of single values, one for each sort of :class:`widgets.inspector.shapes.Shape`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.inspector.editors.single import single_editor
from widgets.inspector.editors.steps import StepsEditor

if TYPE_CHECKING:
    from widgets.inspector.editors.base import Editor
    from widgets.inspector.shapes import Shape
    from widgets.theme import ThemeManager

__all__ = ["make_editor"]


def make_editor(shape: Shape, look: ThemeManager) -> Editor | None:
    """Editor for a shape; none for nested configs and laws by name, whose fields have editors of their own."""
    if shape.sort in ("nested", "laws"):
        return None
    return StepsEditor(look) if shape.sort == "steps" else single_editor(shape, look)
