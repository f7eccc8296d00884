"""Long texts, sets of names, and the head and foot of a list of things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from engine.model.edits import UNSET
from widgets.inspector.editors.base import Editor
from widgets.theme import ElidedButton, ElidedLabel, menu_text, plain_tip, set_flag, set_role

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QFocusEvent, QKeyEvent

    from widgets.theme import ThemeManager


_ENDLESS_WORD: Final = 2_000
"""Letters without a space among them that are no word any more."""


class Paper(QPlainTextEdit):
    """Several lines of text, entered when the focus leaves or with Ctrl+Enter."""

    entered = Signal()
    reverted = Signal()

    def show_text(self, text: str) -> None:
        """Write a text in place of the one before."""
        self._break_endless(text)
        self.setPlainText(text)
        if not _is_endless(text):  # not while the text before is there, which would be broken anew
            self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Paste, or take what was dropped."""
        self._break_endless(source.text())
        super().insertFromMimeData(source)

    def _break_endless(self, text: str) -> None:
        """Break lines anywhere, where a text has a word that is none."""
        if _is_endless(text):
            self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter enters, Escape goes back."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape and self.document().isModified():
            self.reverted.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the text enters it."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.entered.emit()


def _is_endless(text: str) -> bool:
    """Whether a word of a text is longer than any: to look for where it could be broken takes Qt seconds."""
    return max(map(len, text.split()), default=0) > _ENDLESS_WORD


class LinesEditor(Editor):
    """A text of several lines."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty text."""
        super().__init__(look)
        self.paper = Paper()
        self.paper.setTabChangesFocus(True)
        self.paper.setFixedHeight(116)
        self.paper.entered.connect(self.commit)
        self.paper.reverted.connect(self._revert)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.paper)
        self.entrance = self.paper

    def wide(self) -> bool:
        """Always."""
        return True

    def refresh(self) -> None:
        """Show the text, unless something is being written."""
        self.paper.setAccessibleName(self.field.title)
        text = "" if self.field.value is None else str(self.field.value)
        if not self.paper.document().isModified() and text != self.paper.toPlainText():
            self.paper.show_text(text)

    def commit(self) -> None:
        """Commit what was written."""
        if not self.paper.document().isModified():
            return
        self.paper.document().setModified(False)
        set_flag(self.paper, "invalid", "false")
        self.refused.emit("")
        if self.paper.toPlainText() != self.field.value:
            self.committed.emit(self.paper.toPlainText())

    def reject(self) -> None:
        """Keep the refused text, outlined in red."""
        self.paper.document().setModified(True)
        set_flag(self.paper, "invalid", "true")

    def draft(self) -> str | None:
        """Text that was not accepted."""
        return self.paper.toPlainText() if self.paper.document().isModified() else None

    def restore(self, draft: str) -> None:
        """Bring back refused text."""
        self.paper.show_text(draft)
        self.paper.document().setModified(True)
        self.commit()

    def forget(self) -> None:
        """Drop the draft."""
        self.paper.document().setModified(False)
        set_flag(self.paper, "invalid", "false")
        self.refused.emit("")

    def _revert(self) -> None:
        """Back to the text that is there."""
        self.forget()
        self.refresh()


class NamesEditor(Editor):
    """Some of the design's names, or all of them: a menu of check marks."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty editor."""
        super().__init__(look)
        self.button = ElidedButton()
        self.button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_role(self.button, "field")
        self.button.clicked.connect(self._open)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.button)
        self.entrance = self.button

    def refresh(self) -> None:
        """Show the names."""
        chosen = self._chosen()
        labels = {str(option.value): option.label for option in self.field.options}
        told = ", ".join(labels.get(each, each) for each in chosen or [])
        words = "mixed" if self.field.mixed else "all" if chosen is None else told
        self.button.setText(menu_text(words or "none"))
        self.button.setToolTip(plain_tip(words.replace(", ", "\n")))
        self.button.setAccessibleName(f"{self.field.title}: {words}")

    def menu(self) -> QMenu:
        """Menu of all names; the first entry chooses all."""
        menu = QMenu(self)
        chosen = self._chosen()
        if self.field.shape.nullable:
            action = menu.addAction("All")
            action.setCheckable(True)
            action.setChecked(chosen is None)
            action.triggered.connect(lambda: self.committed.emit(None))
            menu.addSeparator()
        labels = {str(option.value): option.label for option in self.field.options}
        names = [*labels, *(name for name in dict.fromkeys(chosen or []) if name not in labels)]
        for name in names:
            action = menu.addAction(menu_text(labels.get(name, name)))
            action.setCheckable(True)
            action.setChecked(chosen is not None and name in chosen)
            action.triggered.connect(lambda on, name=name: self._toggle(name, wanted=on))
        if not names:
            frames = self.field.shape.sort == "frames"
            reason = "The design has no frames" if frames else "The design has one class only"
            menu.addAction(reason).setEnabled(False)
        return menu

    def _open(self) -> None:
        """Open the menu under the field."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _chosen(self) -> list[str] | None:
        """Names in force; none stands for all."""
        value = self.field.value
        return [str(name) for name in value] if isinstance(value, list) else None

    def _toggle(self, name: str, *, wanted: bool) -> None:
        """Take a name in or out."""
        names = [each for each in self._chosen() or [] if each != name]
        self.committed.emit([*names, name] if wanted else names)


class ItemEditor(Editor):
    """Head of one thing in a list: its name, and a button that removes it."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty head."""
        super().__init__(look)
        self.label = set_role(ElidedLabel(), "strong")
        self.remove = set_role(QToolButton(), "flat")
        self.remove.setIconSize(QSize(13, 13))
        self.remove.clicked.connect(lambda: self.committed.emit(UNSET))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.remove)
        self.entrance = self.remove

    def wide(self) -> bool:
        """Always."""
        return True

    def refresh(self) -> None:
        """Show the name."""
        self.label.set_full_text(self.field.title)
        self.remove.setIcon(self.look.icons.icon("trash", self.look.theme.muted, 13))
        self.remove.setToolTip(plain_tip(f"Remove {self.field.title}"))
        self.remove.setAccessibleName(f"Remove {self.field.title}")


class AddEditor(Editor):
    """Foot of a list: a button that adds a thing."""

    def __init__(self, look: ThemeManager) -> None:
        """A button."""
        super().__init__(look)
        self.button = set_role(QPushButton(), "link")
        self.button.clicked.connect(lambda: self.committed.emit(None))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.button)
        layout.addStretch(1)
        self.entrance = self.button

    def wide(self) -> bool:
        """Always."""
        return True

    def refresh(self) -> None:
        """Show what it adds."""
        self.button.setText(self.field.title)
        self.button.setIcon(self.look.icons.icon("plus", self.look.theme.accent.text, 12))
        self.button.setIconSize(QSize(12, 12))
