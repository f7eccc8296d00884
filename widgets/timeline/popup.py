"""The small form in which an event is made or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.model.event_kinds import EVENT_KINDS, event_kind
from widgets.theme import set_flag, set_role
from widgets.timeline import edits, form

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine.model.design import Design, Event
    from engine.model.event_record import EventField, EventKind

_WIDTH = 290


class EventPopup(QFrame):
    """Asks what happens to whom, when and for how long; says it as one edit."""

    edit_requested = Signal(object)

    def __init__(
        self, design: Design, index: int | None, instant: float, parent: QWidget | None = None
    ) -> None:
        """Change the event at ``index`` of the scenario, or make a new one at ``instant``."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._design = design
        self._index = index
        self._event: Event | None = None if index is None else design.scenario.events[index]
        self.instant = instant
        """Where on the timeline the form belongs (s)."""
        self.change = QComboBox(self)
        self.target = QComboBox(self)
        self.inputs: dict[str, QLineEdit | QComboBox] = {}
        """Widgets of the fields that the chosen change has, by name."""
        self.error = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self.apply_button = QPushButton("Add" if index is None else "Apply", self)
        self._form = QFormLayout()
        self._labels: list[QLabel] = []
        self._build()

    def open_at(self, corner: QPoint) -> None:
        """Show it with this corner at the top left, moved onto the screen where it is not."""
        area = self.screen().availableGeometry()
        x = min(max(corner.x(), area.left() + 4), area.right() - self.width() - 4)
        y = min(max(corner.y(), area.top() + 4), area.bottom() - self.height() - 4)
        self.move(x, y)
        self.show()
        self.change.setFocus(Qt.FocusReason.PopupFocusReason)

    def apply(self) -> None:
        """Say the edit and close; or say what is wrong and stay."""
        try:
            event = form.build(self._raw())
        except ValueError as error:
            self.error.setText(str(error))
            self.error.show()
            self.adjustSize()
            return
        if self._index is None:
            self.edit_requested.emit(edits.add(self._design, event))
        elif event != self._event:
            edit = edits.replace(self._design, self._index, event, "Change event")
            self.edit_requested.emit(edit)
        self.close()

    def remove(self) -> None:
        """Say that the event goes, and close."""
        if self._index is not None:
            self.edit_requested.emit(edits.remove(self._design, self._index))
        self.close()

    def _build(self) -> None:
        """Choices, fields, buttons."""
        set_role(self, "card")
        self.setMinimumWidth(_WIDTH)
        for kind in EVENT_KINDS:
            self.change.addItem(kind.title, kind.name)
        self._form.setHorizontalSpacing(14)
        self._form.setVerticalSpacing(6)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        title = QLabel("New event" if self._index is None else "Event", self)
        set_role(title, "heading")
        set_role(self.error, "danger")
        self.error.setWordWrap(True)
        self.error.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(title)
        layout.addLayout(self._form)
        layout.addWidget(self.error)
        layout.addLayout(self._buttons())
        self._form.addRow("What", self.change)
        self._form.addRow("Where", self.target)
        if self._event is not None:
            self.change.setCurrentIndex(self.change.findData(self._event.change))
        self._show_change()
        self.change.currentIndexChanged.connect(self._show_change)

    def _buttons(self) -> QHBoxLayout:
        """Remove at the left, apply at the right."""
        row = QHBoxLayout()
        if self._index is not None:
            remove = set_role(QPushButton("Remove", self), "danger")
            remove.clicked.connect(self.remove)
            remove.setAutoDefault(False)
            row.addWidget(remove)
        row.addStretch(1)
        set_role(self.apply_button, "primary")
        self.apply_button.clicked.connect(self.apply)
        row.addWidget(self.apply_button)
        return row

    def _show_change(self) -> None:
        """Show the targets and the fields of the chosen change."""
        kind = self._kind()
        self._fill_items(self.target, kind, self._event.target if self._event else None)
        while self._form.rowCount() > 2:
            self._form.removeRow(2)
        self.inputs = {}
        for field in form.lines(kind):
            self._add_field(field, kind)
        self.adjustSize()

    def _kind(self) -> EventKind:
        """The chosen kind."""
        return event_kind(str(self.change.currentData()))

    def _add_field(self, field: EventField, kind: EventKind) -> None:
        """One line of the form."""
        known = self._event if self._event is not None and self._event.kind == kind else None
        source = self._event if field in {form.AT, form.DURATION} else known
        if field.sort == "item":
            choice = QComboBox(self)
            other = self._other() if field.required else None
            self._fill_items(choice, kind, getattr(known, field.attribute, None) or other, field)
            self.inputs[field.name] = choice
            self._form.addRow(field.title, choice)
            return
        line = QLineEdit(self)
        line.setPlaceholderText(field.hint)
        text = form.shown(field, source)
        if field is form.AT and source is None:
            text = f"{self.instant:g} s"
        line.setText(text)
        line.returnPressed.connect(self.apply)
        line.textEdited.connect(lambda _: set_flag(line, "invalid", value=False))
        self.inputs[field.name] = line
        self._form.addRow(field.title, line)

    def _other(self) -> str | None:
        """Another item than the target, for a field that names one."""
        items = (self.target.itemData(i) for i in range(self.target.count()))
        return next((each for each in items if each != self.target.currentData()), None)

    def _fill_items(
        self,
        box: QComboBox,
        kind: EventKind,
        chosen: str | None,
        field: EventField | None = None,
    ) -> None:
        """The items that a change can hit, or that one of its fields may name."""
        box.clear()
        for name, item in form.targets(self._design, kind, field):
            box.addItem(name, item)
        place = box.findData(chosen)
        if place < 0 and chosen is not None:
            box.addItem(chosen, chosen)
            place = box.count() - 1
        box.setCurrentIndex(max(place, 0))

    def _raw(self) -> dict[str, JsonValue]:
        """The event as a design file has it, with fields of newer versions kept."""
        kind = self._kind()
        raw: dict[str, JsonValue] = {}
        if self._event is not None:
            dumped = self._event.model_dump(mode="json", by_alias=True, exclude_unset=True)
            known = (each.name for other in EVENT_KINDS for each in form.lines(other))
            own = {"target", "duration", *known}
            raw = {key: value for key, value in dumped.items() if key not in own}
        raw |= {"change": kind.name, "target": self.target.currentData()}
        for field in form.lines(kind):
            widget = self.inputs.get(field.name)
            if isinstance(widget, QComboBox):
                raw[field.name] = widget.currentData()
            elif isinstance(widget, QLineEdit):
                set_flag(widget, "invalid", value=True)
                raw[field.name] = form.read(field, widget.text())
                set_flag(widget, "invalid", value=False)
        return raw
