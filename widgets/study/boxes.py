"""Fields that offer choices and take anything else that is typed: one word, or a list of words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QCompleter

from widgets.theme import plain_tip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QKeyEvent, QWheelEvent
    from PySide6.QtWidgets import QLineEdit

    from widgets.study.fields import Choice


_AT_ONCE: Final = 1000
"""Choices that are made in a step."""
_LIST_MARGIN = 40
"""Room beside the names of a list: its frame, its scroll bar (logical pixels)."""


class ChoiceBox(QComboBox):
    """A field that offers choices and takes anything else that is typed."""

    def __init__(self, *, named: bool = False) -> None:
        """Make an empty box; in a ``named`` one choices stand by the names that people know."""
        super().__init__()
        self._is_named = named
        self.setEditable(True)
        self.line = cast("QLineEdit", self.lineEdit())
        """Where text is typed; an editable box has one."""
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_choices(self, choices: Sequence[Choice], extra: str) -> None:
        """Offer these, the plain word ``extra`` first; what is typed stays."""
        for _ in self.offering(choices, extra):
            pass

    def offering(self, choices: Sequence[Choice], extra: str) -> Iterator[None]:
        """The same in steps, of which the last one puts the new choices in the place of the old ones."""
        offered = QStandardItemModel(self)
        if extra:
            offered.appendRow(QStandardItem(extra))
        for choice in choices:
            shown, told = choice.value, choice.text
            if self._is_named:
                shown, told = told, shown
            item = QStandardItem(shown)
            item.setData(choice.value, Qt.ItemDataRole.UserRole)
            item.setToolTip(plain_tip(told))
            offered.appendRow(item)
            if offered.rowCount() % _AT_ONCE == 0:
                yield
        text = self.value()
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.setModel(offered)
        self._complete()
        self.show_value(text)
        self.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def value(self) -> str:
        """What stands there: the value of a choice, or what was typed."""
        typed = self.currentText().strip()
        place = self.findText(
            typed, Qt.MatchFlag.MatchFixedString | Qt.MatchFlag.MatchCaseSensitive
        )
        known = self.itemData(place) if place >= 0 else None
        return known if isinstance(known, str) else typed

    def show_value(self, value: str) -> None:
        """Show a value, by its name where it is one of the choices."""
        place = self.findData(value)
        self.setEditText(self.itemText(place) if place >= 0 else value)
        self.line.setCursorPosition(0)

    def showPopup(self) -> None:
        """Let the list be as wide as its longest name."""
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + _LIST_MARGIN)
        super().showPopup()

    def _complete(self) -> None:
        """Complete what is typed from the choices, wherever in them it stands."""
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel."""
        event.ignore()


class ListBox(ChoiceBox):
    """A field for several words with commas between: an offered one is added, or taken out again."""

    def __init__(self) -> None:
        """Make an empty box."""
        super().__init__()
        self._before: str | None = None
        """The list as it was when the choices were opened; None while none are."""
        # Else Return in the field counts as choosing what is typed, where that is one of the choices.
        self.setDuplicatesEnabled(True)
        self.activated.connect(self._toggle)

    def showPopup(self) -> None:
        """Offer the choices; those that are in the list already are ticked."""
        before = self.currentText()
        chosen = words_in(before)
        self._before = None
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.setCurrentIndex(
            -1
        )  # else the ticks of the current choice would put it in place of the list
        for place in range(self.count()):
            is_in = self.itemText(place) in chosen
            state = Qt.CheckState.Checked if is_in else Qt.CheckState.Unchecked
            self.setItemData(place, state, Qt.ItemDataRole.CheckStateRole)
        super().showPopup()
        self.setEditText(before)
        self.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._before = before

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down open the choices: they would put one in place of the list otherwise."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def _complete(self) -> None:
        """A list is not completed from single words."""
        self.setCompleter(cast("QCompleter", None))

    def _toggle(self, place: int) -> None:
        """Add what was chosen to what was there before, or take it out."""
        if self._before is None:
            return
        word, words = self.itemText(place), words_in(self._before)
        kept = [each for each in words if each != word]
        self._before = None
        self.setEditText(", ".join(kept if word in words else [*words, word]))


def words_in(text: str) -> list[str]:
    """The words of a list with commas between, none twice."""
    return list(dict.fromkeys(word for each in text.split(",") if (word := each.strip())))
