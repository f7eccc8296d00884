"""Editors of single values, one for each sort of :class:`widgets.inspector.shapes.Shape`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.inspector.editors.choice import ChoiceEditor, PresenceEditor, SwitchEditor
from widgets.inspector.editors.law import LawEditor
from widgets.inspector.editors.number import JsonEditor, NumberEditor, NumbersEditor, TextEditor
from widgets.inspector.editors.recording import RecordingEditor
from widgets.inspector.editors.rows import RowsEditor
from widgets.inspector.editors.steps import StepsEditor
from widgets.inspector.editors.table import NamedNumbersEditor, RateEditor, SharesEditor
from widgets.inspector.editors.words import AddEditor, ItemEditor, LinesEditor, NamesEditor

if TYPE_CHECKING:
    from widgets.inspector.editors.base import Editor
    from widgets.inspector.shapes import Shape
    from widgets.theme import ThemeManager

__all__ = ["make_editor"]


def make_editor(shape: Shape, look: ThemeManager) -> Editor | None:
    """Editor for a shape; none for nested configs and laws by name, whose fields have editors of their own."""
    if shape.sort in ("nested", "laws"):
        return None
    kinds: dict[str, type[Editor]] = {
        "choice": ChoiceEditor,
        "variant": ChoiceEditor,
        "law": LawEditor,
        "number": NumberEditor,
        "integer": NumberEditor,
        "switch": SwitchEditor,
        "optional": PresenceEditor,
        "text": TextEditor,
        "lines": LinesEditor,
        "rate": RateEditor,
        "steps": StepsEditor,
        "rows": RowsEditor,
        "shares": SharesEditor,
        "by_name": NamedNumbersEditor,
        "names": NamesEditor,
        "numbers": NumbersEditor,
        "recording": RecordingEditor,
        "item": ItemEditor,
        "add": AddEditor,
    }
    return kinds.get(shape.sort, JsonEditor)(look)
