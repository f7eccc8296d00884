"""The settings of one step of a flow, made from the records of ``engine.model.flow`` as any other form is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.model.edits import Unset
from engine.model.fields import Config, setting
from engine.model.flow import (
    SERVICE_TIME,
    AsyncStep,
    CallStep,
    ChoiceBranch,
    LoopStep,
    ParallelStep,
    SequenceStep,
    TransactionStep,
)
from engine.model.flow_edit import WAY
from engine.model.laws import Law
from widgets.inspector.editors.single import single_editor
from widgets.inspector.fields import Field, Option, config_fields
from widgets.inspector.shapes import Shape
from widgets.inspector.writing import InvalidValueError, written
from widgets.theme import plain_tip, set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel, JsonValue

    from widgets.inspector.editors.base import Editor
    from widgets.inspector.fields import Path
    from widgets.theme import ThemeManager


class _OwnWork(Config):
    """A work with a law of its own."""

    work: Law = setting(title="Time", unit="s", help="How long the work takes.")


_RECORDS: Final[dict[str, type[BaseModel]]] = {
    "call": CallStep,
    "sequence": SequenceStep,
    "parallel": ParallelStep,
    "loop": LoopStep,
    "async": AsyncStep,
    "transaction": TransactionStep,
    WAY: ChoiceBranch,
}
_OWN: Final[dict[str, JsonValue]] = {"law": "exponential", "mean": 0.01}
"""A law to begin with."""
_WORKS: Final = (
    Option(SERVICE_TIME, "Service time", "The station's own."),
    Option("law", "Of its own", "A law for this step."),
)
_INNER: Final = ("steps", "json", "nested")
"""Shapes of what holds other steps, which are lines of the tree, or other fields, which are lines of their own."""


def step_fields(kind: str, raw: dict[str, Any], options: Sequence[Option]) -> list[Field]:
    """Lines of the form of a step; ``options`` are the links and classes that it may name."""
    if kind == "work":
        own = raw.get("work") != SERVICE_TIME
        choice = Field(
            ("work",),
            Shape("choice"),
            "Work",
            help="Done by a worker of the station: its own service time, or another law.",
            value="law" if own else SERVICE_TIME,
            options=_WORKS,
        )
        law = [replace(each, level=1) for each in config_fields(_OwnWork, raw)] if own else []
        return [choice, *law]
    record = _RECORDS.get(kind)
    if record is None:
        return []
    links = tuple(option for option in options if option.help == "link")
    classes = tuple(option for option in options if option.help == "class")
    fields: list[Field] = []
    for field in config_fields(record, raw):
        if field.shape.sort in _INNER:
            continue
        if field.path == ("call",):
            field = replace(field, shape=Shape("choice"), options=links)  # noqa: PLW2901 - as made
        elif field.path[-1] in ("participants", "compensate"):
            field = replace(field, options=links)  # noqa: PLW2901 - as made
        elif field.path == ("class",):
            shown = (Option(None, "Any"), *classes)
            field = replace(field, shape=Shape("choice"), options=shown)  # noqa: PLW2901 - as made
        fields.append(field)
    return fields


def step_with(kind: str, raw: dict[str, Any], path: Path, value: JsonValue | Unset) -> Any:
    """A step with another value at a path. Raises ``InvalidValueError`` for what has no place there."""
    if kind == "work":
        if path == ("work",) and value in (SERVICE_TIME, "law"):
            return {"work": SERVICE_TIME if value == SERVICE_TIME else _OWN}
        return {**raw, "work": written(_OwnWork, raw, path, value)}
    record = _RECORDS.get(kind)
    if record is None:
        msg = f"{kind} has no settings"
        raise InvalidValueError(msg)
    new = written(record, raw, path, value)
    made = {name: each for name, each in raw.items() if name != path[0]}
    if new is None or isinstance(new, Unset):
        return made
    return {**made, path[0]: new}


class StepForm(QWidget):
    """Shows the settings of a step, and says what a person changes."""

    changed = Signal(object, object)
    """Path and new value (JSON, or ``UNSET``)."""
    refused = Signal(str)

    def __init__(self, look: ThemeManager) -> None:
        """No step."""
        super().__init__()
        self._look = look
        self.editors: dict[Path, Editor] = {}
        self._shapes: tuple[tuple[Path, Shape], ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(14, 0, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 45)
        self._grid.setColumnStretch(1, 55)

    def show_fields(self, fields: Sequence[Field]) -> None:
        """Show other fields or other values of the same ones."""
        shapes = tuple((field.path, field.shape) for field in fields)
        if shapes != self._shapes:
            self._shapes = shapes
            self._build(fields)
        for (_, editor), field in zip(self.editors.items(), fields, strict=True):
            editor.show_field(field)
        self.setVisible(bool(fields))

    def focus_first(self) -> None:
        """Begin to edit."""
        for editor in self.editors.values():
            editor.take_focus()
            return

    def commit(self) -> None:
        """Take what is being typed."""
        for editor in [*self.editors.values()]:
            editor.commit()

    def forget(self) -> None:
        """Drop the drafts."""
        for editor in self.editors.values():
            editor.forget()

    def _build(self, fields: Sequence[Field]) -> None:
        """A line for each field."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.editors = {}
        for row, field in enumerate(fields):
            label = set_role(QLabel(field.title), "field")
            label.setWordWrap(True)
            label.setToolTip(plain_tip(field.help))
            editor = single_editor(field.shape, self._look)
            label.setBuddy(editor)
            editor.committed.connect(self._telling(field.path))
            editor.refused.connect(self.refused)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(editor, row, 1)
            key = field.path if field.path not in self.editors else (*field.path, "law")
            self.editors[key] = editor

    def _telling(self, path: Path) -> Any:
        """What passes on a value of a field."""
        return lambda value: self.changed.emit(path, value)
