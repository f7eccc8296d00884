"""One line of the form: title, changed-dot, editor, and below it an error or some help."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QGridLayout, QLabel, QSizePolicy, QWidget

from engine.model.edits import UNSET, Unset
from widgets.inspector.editors import make_editor
from widgets.inspector.editors.choice import options_of, spelled
from widgets.inspector.lawtext import SAME, law_text
from widgets.inspector.quantities import shown
from widgets.theme import breakable, plain_tip, set_role

if TYPE_CHECKING:
    from pydantic import JsonValue

    from widgets.inspector.fields import Field
    from widgets.theme import ThemeManager

FIELD_WIDTH = 108
"""Least width of the editors' column, in logical pixels."""
_WIDEST = 170
"""The most that a value is given beside its title, which is broken where that leaves too little."""
LINE_HEIGHT = 24
_INDENT = 12
_WITHOUT_DEFAULT = ("nested", "optional", "laws", "item", "add", "lines", "shares", "by_name")


class Dot(QAbstractButton):
    """The dot beside a field that differs from its default; a click takes it back."""

    def __init__(self, look: ThemeManager, parent: QWidget) -> None:
        """Hidden until something differs."""
        super().__init__(parent)
        self._look = look
        self.setFixedSize(QSize(12, LINE_HEIGHT))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A small disc; a ring around it while hovered or focused."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            accent = QColor(self._look.theme.accent.colour)
            centre = QPointF(self.width() / 2, self.height() / 2)
            if self.underMouse() or self.hasFocus():
                painter.setPen(accent)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(centre, 5.5, 5.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            painter.drawEllipse(centre, 2.75, 2.75)


class Title(QLabel):
    """Title of a field; a click shows or hides its help."""

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell a click."""
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class Row(QWidget):
    """A field with everything around its editor."""

    changed = Signal(object, object)
    """Path and new value (JSON, or ``UNSET`` for the default)."""
    file_wanted = Signal()
    """A person wants to take the value from a file."""

    def __init__(self, field: Field, look: ThemeManager) -> None:
        """Row for ``field``; later fields shown in it must have the same shape."""
        super().__init__()
        self.field = field
        self.editor = make_editor(field.shape, look)
        self.title = set_role(Title(), "field")
        self.title.setWordWrap(True)
        self.title.clicked.connect(self.toggle_help)
        self.dot = Dot(look, self)
        self.dot.clicked.connect(lambda: self.changed.emit(self.field.path, UNSET))
        self.error = set_role(QLabel(), "error")
        self.help = set_role(QLabel(), "caption")
        for label in (self.error, self.help):
            label.setWordWrap(True)
            label.hide()
        self._wide: bool | None = None
        self._said: tuple[str, str, str, bool] | None = None
        """What is said around the editor."""
        self._lay_out()
        if self.editor is not None:
            self.editor.committed.connect(lambda value: self.changed.emit(self.field.path, value))
            self.editor.refused.connect(self.show_error)
            self.editor.file_wanted.connect(self.file_wanted)
            self.title.setBuddy(self.editor)
        self.show_field(field)

    def show_field(self, field: Field) -> None:
        """Take over a field's new value."""
        self.field = field
        default = default_text(field)
        said = (field.title, field.help, default, field.changed)
        if said != self._said:
            self._said = said
            self._say(field, default)
        if self.editor is not None:
            self.editor.show_field(field)
            self._place_editor()
            self._make_room()

    def showEvent(self, event: QShowEvent) -> None:
        """Only now is it known in which font it is written."""
        super().showEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Give a value that would be cut what its title leaves; others keep to their column."""
        needed = 0 if self.editor is None else self.editor.needed_width()
        self._grid.setColumnMinimumWidth(2, max(FIELD_WIDTH, min(needed, _WIDEST)))

    def _say(self, field: Field, default: str) -> None:
        """Title, dot and help of a field with a default."""
        self.title.setText(field.title)
        self.dot.setVisible(field.changed and field.shape.sort not in ("item", "add"))
        self.dot.setToolTip(plain_tip(f"Changed from the default, {default}. Click to go back."))
        self.dot.setAccessibleName(f"Reset {field.title} to {default}")
        about = "\n".join(part for part in (field.help, default and f"Default: {default}") if part)
        self.title.setToolTip(plain_tip(about))
        self.help.setText(about)

    def show_error(self, message: str) -> None:
        """Say below the field what is wrong; an empty message takes it away."""
        self.error.setText(breakable(message))
        self.error.setVisible(bool(message))

    def refuse(self, message: str) -> None:
        """The committed value was not accepted."""
        if self.editor is not None:
            self.editor.reject()
        self.show_error(message)

    def stops(self) -> list[QWidget]:
        """Where Tab stops in this line, in order."""
        if self.editor is None:
            return [self.dot]
        parts = [self.editor, *self.editor.findChildren(QWidget)]
        return [*(part for part in parts if _takes_tab(part)), self.dot]

    def toggle_help(self) -> None:
        """Show or hide the help below the field."""
        self.help.setVisible(self.help.isHidden() and bool(self.help.text()))

    def _lay_out(self) -> None:
        """Title, dot and editor side by side; messages below."""
        indent = _INDENT * self.field.level
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(1)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 56)
        self._grid.setColumnStretch(2, 44)
        self._grid.setColumnMinimumWidth(2, FIELD_WIDTH)
        for label in (self.title, self.error, self.help):
            label.setContentsMargins(indent, 0, 0, 0)
        self.title.setMinimumHeight(LINE_HEIGHT)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._grid.addWidget(self.title, 0, 0)
        self._grid.addWidget(self.dot, 0, 1, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self.error, 2, 0, 1, 3)
        self._grid.addWidget(self.help, 3, 0, 1, 3)
        if self.field.shape.sort in ("item", "add"):
            self.title.hide()
            self._grid.removeWidget(self.dot)

    def _place_editor(self) -> None:
        """TheorySection the title, or below it where the value wants the width."""
        if self.editor is None or self.editor.wide() == self._wide:
            return
        self._wide = self.editor.wide()
        if self._wide:
            self.editor.setContentsMargins(_INDENT * self.field.level, 0, 0, 0)
            self._grid.addWidget(self.editor, 1, 0, 1, 3)
        else:
            self.editor.setContentsMargins(0, 0, 0, 0)
            self._grid.addWidget(self.editor, 0, 2, Qt.AlignmentFlag.AlignTop)


def _takes_tab(part: QWidget) -> bool:
    """Whether Tab stops at a part itself, and not at what it belongs to."""
    by_tab = bool(part.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return by_tab and not isinstance(part.parentWidget(), QComboBox)


def default_text(field: Field) -> str:
    """The default as the form would write it; empty where there is none to speak of."""
    value, sort = field.default, field.shape.sort
    if sort == "recording":
        return "none"
    if isinstance(value, Unset) or sort in _WITHOUT_DEFAULT:
        return ""
    if value is None:
        return {"names": "all", "law": SAME}.get(sort, "none")
    if sort in ("choice", "variant"):
        tag = value.get(field.shape.tag) if isinstance(value, dict) else value
        return next((o.label for o in options_of(field) if o.value == tag), spelled(str(tag)))
    return _written(value, field)


def _written(value: JsonValue, field: Field) -> str:
    """A default that is not null and not a choice."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.shape.sort == "law":
        return " ".join(part for part in law_text(value) if part)
    if isinstance(value, int | float):
        return " ".join(part for part in shown(value, field.unit, value) if part)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
