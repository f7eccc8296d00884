"""Editors of values that hold no other editors, by the sort of their shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from widgets.inspector.editors.choice import ChoiceEditor, PresenceEditor, SwitchEditor
from widgets.inspector.editors.law import LawEditor
from widgets.inspector.editors.number import JsonEditor, NumberEditor, NumbersEditor, TextEditor
from widgets.inspector.editors.recording import RecordingEditor
from widgets.inspector.editors.rows import RowsEditor
from widgets.inspector.editors.table import NamedNumbersEditor, RateEditor, SharesEditor
from widgets.inspector.editors.words import AddEditor, ItemEditor, LinesEditor, NamesEditor

if TYPE_CHECKING:
    from widgets.inspector.editors.base import Editor
    from widgets.inspector.shapes import Shape
    from widgets.theme import ThemeManager

_KINDS: Final[dict[str, type[Editor]]] = {
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
    "rows": RowsEditor,
    "shares": SharesEditor,
    "by_name": NamedNumbersEditor,
    "names": NamesEditor,
    "frames": NamesEditor,
    "numbers": NumbersEditor,
    "recording": RecordingEditor,
    "item": ItemEditor,
    "add": AddEditor,
}


def single_editor(shape: Shape, look: ThemeManager) -> Editor:
    """Editor for a shape; what no editor knows is edited as JSON."""
    return _KINDS.get(shape.sort, JsonEditor)(look)
