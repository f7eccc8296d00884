"""The form of a study: its kind, and what that kind asks to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets.study.boxes import ChoiceBox, ListBox
from widgets.study.fields import Choice, Field, StudyRequest
from widgets.study.kinds import KINDS
from widgets.theme import set_flag, set_role
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BUTTON = 84
_MANY: Final = 1000
"""Choices from which on lists are filled in several turns of the event loop."""
_PAUSE_MS = 250
"""Quiet time after a key before the request is looked at."""


class StudyForm(QWidget):
    """Kind, fields, what it would take, and the button that starts it."""

    changed = Signal(object)
    """The ``StudyRequest`` as it stands, a moment after the last key."""
    started = Signal(object)
    """The ``StudyRequest`` to run."""
    cancelled = Signal()
    file_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the form of the first kind."""
        super().__init__(parent)
        set_role(self, "form")
        self._kind = KINDS[0]
        self._texts: dict[tuple[str, str], str] = {}
        self._editors: dict[str, QLineEdit | ChoiceBox] = {}
        self._settings: tuple[Choice, ...] = ()
        self._metrics: tuple[Choice, ...] = ()
        self._items: tuple[Choice, ...] = ()
        self._running = False
        self._ready = False
        self.turns = Turns(self)
        """Fill long lists of choices."""
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.changed.emit(self.request))
        self._kinds = QComboBox()
        self._question = set_role(QLabel(wordWrap=True), "caption")
        self._fields = QWidget()
        self._column = QVBoxLayout(self)
        self._note = set_role(QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText), "caption")
        self._start = set_role(QPushButton("Start"), "primary")
        self._build()
        self._show_kind()

    @property
    def request(self) -> StudyRequest:
        """What is asked for now."""
        texts = {name: _text_of(editor).strip() for name, editor in self._editors.items()}
        optional = {field.name for field in self._kind.fields if field.optional}
        kept = {name: text for name, text in texts.items() if text or name not in optional}
        return StudyRequest(self._kind.name, kept)

    def choose_kind(self, name: str) -> None:
        """Ask for another kind of study."""
        self._kinds.setCurrentIndex([kind.name for kind in KINDS].index(name))

    def add_file(self, path: str) -> None:
        """Fill the field of the present kind that names a file; one that names several gets one more."""
        field = next(each for each in self._kind.fields if each.editor in {"file", "files"})
        named = _text_of(self._editors[field.name]).strip()
        several = field.editor == "files" and named
        self.set_text(field.name, f"{named.rstrip('; ')}; {path}" if several else path)

    def set_text(self, name: str, text: str) -> None:
        """Fill a field of the present kind."""
        editor = self._editors[name]
        if isinstance(editor, ChoiceBox):
            editor.show_value(text)
        else:
            editor.setText(text)

    def set_choices(
        self,
        settings: Sequence[Choice],
        metrics: Sequence[Choice],
        items: Sequence[Choice] = (),
    ) -> None:
        """What fields may name: settings, metrics, and nodes, links and frames."""
        self._settings, self._metrics = tuple(settings), tuple(metrics)
        self._items = tuple(items)
        self._offer()

    def show_plan(self, text: str) -> None:
        """What the study would take; it can start."""
        self._note_as(text, "caption")
        self._ready = True
        self._light()

    def show_problem(self, text: str) -> None:
        """Why it cannot start."""
        self._note_as(text, "error")
        self._ready = False
        self._light()

    def set_running(self, running: bool) -> None:  # noqa: FBT001 - a state, as in Qt's setters
        """Offer to cancel, or to start."""
        self._running = running
        self._light()

    def _build(self) -> None:
        """From top to bottom."""
        self._kinds.setAccessibleName("Kind of study")
        self._start.setFixedWidth(_BUTTON)
        for kind in KINDS:
            self._kinds.addItem(kind.title)
        self._kinds.currentIndexChanged.connect(self._choose)
        self._start.clicked.connect(self._press)
        column = self._column
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._kinds, 1)
        first.addWidget(self._start)
        column.addLayout(first)
        column.addWidget(self._question)
        column.addWidget(self._note)
        column.addWidget(self._fields)
        column.addStretch(1)

    def _choose(self, index: int) -> None:
        """Another kind was chosen; what was typed for the old one is kept."""
        for name, editor in self._editors.items():
            self._texts[self._kind.name, name] = _text_of(editor)
        self._kind = KINDS[index]
        self._show_kind()

    def _show_kind(self) -> None:
        """Make the fields of the kind."""
        self._question.setText(self._kind.question)
        old, self._fields = self._fields, QWidget()
        grid = QGridLayout(self._fields)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 72)
        self._editors = {}
        for row, field in enumerate(self._kind.fields):
            label = set_role(QLabel(field.title), "field")
            label.setToolTip(field.help)
            grid.addWidget(label, row, 0)
            grid.addLayout(self._editor(field), row, 1)
        self._column.replaceWidget(old, self._fields)
        old.hide()
        old.deleteLater()
        self._offer()
        self._touched()

    def _editor(self, field: Field) -> QHBoxLayout:
        """The editor of a field, with a button where it names a file."""
        text = self._texts.get((self._kind.name, field.name), field.default)
        editor: QLineEdit | ChoiceBox
        if field.editor not in {"text", "file", "files"}:
            named = field.editor in {"metric", "setting", "item"}
            editor = ListBox() if field.editor in {"words", "items"} else ChoiceBox(named=named)
            line = editor.line
            editor.show_value(text)
            editor.editTextChanged.connect(self._touched)
        else:
            editor = line = QLineEdit(text)
            editor.textChanged.connect(self._touched)
        line.returnPressed.connect(self._return)
        line.setPlaceholderText(field.usual if field.optional else "")
        editor.setToolTip(field.help)
        editor.setAccessibleName(field.title)
        self._editors[field.name] = editor
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(editor, 1)
        if field.editor in {"file", "files"}:
            browse = QToolButton()
            browse.setText("…")
            browse.setToolTip("Choose a design")
            browse.clicked.connect(self.file_wanted)
            row.addWidget(browse)
        return row

    def _offer(self) -> None:
        """Fill the lists of choices, long ones in several turns of the event loop."""
        long = len(self._settings) + len(self._metrics) + len(self._items) > _MANY
        self.turns.forget()
        self.turns.do(self._offering(self._editors), is_long=long)

    def _offering(self, editors: Mapping[str, QLineEdit | ChoiceBox]) -> Iterator[None]:
        """Fill the lists of choices in steps."""
        for field in self._kind.fields:
            editor = editors.get(field.name)
            if isinstance(editor, ChoiceBox):
                yield from editor.offering(*self._offered(field))

    def _offered(self, field: Field) -> tuple[Sequence[Choice], str]:
        """What a field may name, and a plain word before it."""
        match field.editor:
            case "metric":
                return self._metrics, "p99"
            case "setting":
                return self._settings, "" if field.optional else "load"
            case "item" | "items":
                return self._items, ""
            case _:
                return field.offers, ""

    def _touched(self) -> None:
        """Something was typed: look at it in a moment."""
        self._ready = False
        self._light()
        self._pause.start()

    def _return(self) -> None:
        """Return starts what can be started."""
        if self._ready and not self._running:
            self.started.emit(self.request)

    def _press(self) -> None:
        """The button: start, or stop."""
        if self._running:
            self.cancelled.emit()
        else:
            self.started.emit(self.request)

    def _light(self) -> None:
        """The button says what it does, and whether it can."""
        self._start.setText("Cancel" if self._running else "Start")
        set_role(self._start, "danger" if self._running else "primary")
        self._start.setEnabled(self._running or self._ready)
        self._kinds.setEnabled(not self._running)
        self._fields.setEnabled(not self._running)

    def _note_as(self, text: str, role: str) -> None:
        """Show a line under the fields."""
        set_role(self._note, role)
        set_flag(self._note, "invalid", role == "error")
        self._note.setText(text)


def _text_of(editor: QLineEdit | ChoiceBox) -> str:
    """What stands in a field."""
    return editor.value() if isinstance(editor, ChoiceBox) else editor.text()
