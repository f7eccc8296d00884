"""The card of the presentation: its steps in order, made from what the window shows just now."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.overlay import Overlay
from engine.model import presenting
from engine.model.design import Design, Step, View
from engine.model.units import format_figure, format_instant
from widgets.own_keys import OwnKeys
from widgets.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QEvent, QObject, QRectF

    from widgets.theme import ThemeManager

_WIDTH, _HEIGHT = 360, 560
_TITLE: Final = 200
_TEXT: Final = 2_000
_NONE: Final = (
    "No step yet. Look at a part of the design and at a moment of the run, then add a step."
)

_DIAL: Final = (
    "The load dial stands at × {}. What is presented is the design’s own run, at × 1: "
    "put a load event on the timeline to present it."
)


class StepsCard(Overlay):
    """Stands over the right of the window; a click on the canvas leaves it open, so that a view can be chosen."""

    edit_requested = Signal(object)
    """An ``Edit`` of the steps."""
    show_requested = Signal(int)
    """A step was chosen: show what it shows."""
    present_requested = Signal(int)
    """Present from this step on."""

    def __init__(
        self,
        window: QWidget,
        look: ThemeManager,
        seen: Callable[[], QRectF],
        moment: Callable[[], float],
        load: Callable[[], float] = lambda: 1.0,
    ) -> None:
        """Show no steps yet.

        Args:
            window: the window that it stands in.
            look: colours.
            seen: the view that a step takes (scene units).
            moment: the moment that a step takes (s, NaN for none).
            load: where the load dial stands, which is no part of what is presented.
        """
        super().__init__(window, look)
        self.setAccessibleName("Presentation")
        self._seen, self._moment, self._load = seen, moment, load
        self.design = Design()
        self._is_built = False
        self._fills = False
        self.steps = QListWidget()
        self.steps.setWordWrap(True)  # a long title goes on below, not beyond the edge
        self.title = QLineEdit(maxLength=_TITLE)
        self.words = QPlainTextEdit()
        self.note = set_role(QLabel(wordWrap=True), "muted")
        self.buttons: dict[str, QPushButton] = {}

    @property
    def chosen(self) -> int:
        """Place of the chosen step; -1 for none."""
        return self.steps.currentRow()

    def set_design(self, design: Design) -> None:
        """Follow the open design."""
        before, self.design = self.design, design
        if self._is_built and before.presentation != design.presentation:
            self._fill()

    def open(self) -> None:
        """Show the steps."""
        if not self._is_built:
            self._build()
        self._fill()
        super().open()
        begins = self.steps if self.steps.count() else self.buttons["Add step"]
        begins.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Sit at the right, below the top bar."""
        height = min(_HEIGHT, self.host.height() - 100)
        width = min(_WIDTH, self.host.width() - 24)
        self.setGeometry(self.host.width() - width - 12, 56, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay open while the canvas and the timeline are used; follow the window's size."""
        if event.type() == event.Type.MouseButtonPress:
            return False
        return super().eventFilter(watched, event)

    def close_card(self) -> None:
        """Keep what is being written, then hide it."""
        if self.isVisible():
            self._write()
        super().close_card()

    def add(self) -> None:
        """Add a step after the chosen one, from what the window shows just now."""
        self._write()
        place = self.chosen + 1 if self.chosen >= 0 else len(self.design.presentation)
        self.edit_requested.emit(presenting.added(self.design, self._present_step(), place))
        self.steps.setCurrentRow(place)
        self.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def retake(self) -> None:
        """Give the chosen step the present view and moment."""
        self._write()
        if self.chosen >= 0:
            step = self.design.presentation[self.chosen]
            fresh = self._present_step()
            update = {"view": fresh.view} | ({} if fresh.at is None else {"at": fresh.at})
            self._change(step.model_copy(update=update), "Change view of step")

    def shift(self, by: int) -> None:
        """Put the chosen step earlier or later."""
        self._write()
        to = self.chosen + by
        if self.chosen >= 0 and 0 <= to < len(self.design.presentation):
            self.edit_requested.emit(presenting.moved(self.design, self.chosen, to))
            self.steps.setCurrentRow(to)

    def delete(self) -> None:
        """Delete the chosen step."""
        place = self.chosen
        if place >= 0:
            self.edit_requested.emit(presenting.deleted(self.design, place))
            self.steps.setCurrentRow(min(place, len(self.design.presentation) - 1))

    def present(self) -> None:
        """Present from the chosen step on."""
        self._write()
        if self.design.presentation:
            start = max(self.chosen, 0)
            self.close_card()
            self.present_requested.emit(start)

    def _present_step(self) -> Step:
        """What the window shows just now."""
        rect, at = self._seen(), self._moment()
        sides = (rect.x(), rect.y(), rect.width(), rect.height())
        x, y, width, height = (round(each, 1) for each in sides)
        view = View(x=x, y=y, width=max(width, 1.0), height=max(height, 1.0))
        return Step(view=view) if math.isnan(at) else Step(view=view, at=round(at, 3))

    def _change(self, step: Step, label: str) -> None:
        """Another step in the place of the chosen one."""
        if step != self.design.presentation[self.chosen]:
            self.edit_requested.emit(presenting.changed(self.design, self.chosen, step, label))

    def _write(self) -> None:
        """Take over what was written, if anything was."""
        if self._fills or not 0 <= self.chosen < len(self.design.presentation):
            return
        step = self.design.presentation[self.chosen]
        text = self.words.toPlainText()[:_TEXT]
        if (self.title.text(), text) != (step.title, step.text):
            written = {"title": self.title.text(), "text": text}
            self._change(step.model_copy(update=written), "Write step")

    def _choose(self, row: int) -> None:
        """Another step: its words, and what it shows."""
        if self._fills:
            return
        self._show_words()
        if row >= 0:
            self.show_requested.emit(row)

    def _fill(self) -> None:
        """List the steps anew; the same place stays chosen."""
        place, self._fills = self.chosen, True
        self.steps.clear()
        for number, step in enumerate(self.design.presentation):
            first = step.text.strip().partition("\n")[0]
            what = step.title or first or "Untitled"
            when = f"  ·  {format_instant(step.at)}" if step.at is not None else ""
            self.steps.addItem(f"{number + 1}   {what}{when}")
        count = self.steps.count()
        self.steps.setCurrentRow(min(max(place, 0), count - 1) if count else -1)
        self._fills = False
        self._show_words()

    def _show_words(self) -> None:
        """The words of the chosen step, to be written."""
        steps = self.design.presentation
        step = steps[self.chosen] if 0 <= self.chosen < len(steps) else None
        if step is None or self.title.text() != step.title:
            self.title.setText(step.title if step is not None else "")
        if step is None or self.words.toPlainText() != step.text:
            self.words.setPlainText(step.text if step is not None else "")
        self._show_note()
        for part in (self.title, self.words):
            part.setEnabled(step is not None)
        for name, button in self.buttons.items():
            button.setEnabled(name == "Add step" or step is not None)
        if step is not None:
            self.buttons["Up"].setEnabled(self.chosen > 0)
            self.buttons["Down"].setEnabled(self.chosen < len(steps) - 1)

    def _show_note(self) -> None:
        """How to begin; or that what is presented is not what the window shows just now."""
        load = self._load()
        turned = load != 1.0 and bool(self.design.presentation)
        self.note.setText(_DIAL.format(format_figure(load)) if turned else _NONE)
        self.note.setVisible(turned or not self.design.presentation)

    def _build(self) -> None:
        """Made when it is first asked for, since most starts never ask."""
        self._is_built = True
        self.steps.setAccessibleName("Steps")
        self.steps.currentRowChanged.connect(self._choose)
        self.steps.itemActivated.connect(lambda _item: self.title.setFocus())
        self.title.setPlaceholderText("Title")
        self.title.setAccessibleName("Title of the step")
        self.title.editingFinished.connect(self._write)
        self.words.setPlaceholderText("What is said to it. Plain text.")
        self.words.setAccessibleName("Text of the step")
        self.words.setTabChangesFocus(True)
        self.words.setFixedHeight(96)
        self.words.focusOutEvent = self._left_words  # type: ignore[method-assign]
        head = QHBoxLayout()
        head.addWidget(set_role(QLabel("Presentation"), "title"), 1)
        head.addWidget(self._button("Present", "Full screen, from this step on", self.present))
        set_role(self.buttons["Present"], "primary")
        tools = QHBoxLayout()
        tools.setSpacing(6)
        for text, tip, act in (
            ("Add step", "From the present view of the canvas and the moment that is shown", self.add),
            ("Take view", "Give this step the present view and moment", self.retake),
        ):  # fmt: skip
            tools.addWidget(self._button(text, tip, act))
        order = QHBoxLayout()
        order.setSpacing(6)
        for text, tip, act in (
            ("Up", "Earlier (Alt+Up)", lambda: self.shift(-1)),
            ("Down", "Later (Alt+Down)", lambda: self.shift(1)),
            ("Delete", "Delete this step (Del)", self.delete),
        ):
            order.addWidget(self._button(text, tip, act))
        OwnKeys(
            self.steps,
            {
                "Alt+Up": lambda: self.shift(-1),
                "Alt+Down": lambda: self.shift(1),
                "Del": self.delete,
                "Backspace": self.delete,
            },
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.note)
        column.addWidget(self.steps, 1)
        column.addWidget(self.title)
        column.addWidget(self.words)
        column.addLayout(tools)
        column.addLayout(order)

    def _left_words(self, event: object) -> None:
        """The text was left: take it over."""
        QPlainTextEdit.focusOutEvent(self.words, event)  # type: ignore[arg-type]
        self._write()

    def _button(self, text: str, tip: str, act: Callable[[], object]) -> QPushButton:
        """A button of the card."""
        button = self.buttons[text] = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda _checked: act())
        return button
