"""Laws of durations: one line to type in, and a menu of laws for those who do not know the words."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMenu, QToolButton

from engine.model.edits import UNSET
from widgets.inspector.editors.line import LineEditor
from widgets.inspector.lawtext import SAME, WORDS, law_text, mean_of, read_law, with_law
from widgets.theme import plain_tip, set_role

if TYPE_CHECKING:
    from widgets.theme import ThemeManager


class LawEditor(LineEditor):
    """``exp 85`` with ``ms`` behind it. Choosing another law keeps the mean."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty editor."""
        super().__init__(look)
        self.button = set_role(QToolButton(), "flat")
        self.button.setAccessibleName("Choose a law")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setIconSize(QSize(11, 11))
        self.button.clicked.connect(self.open_menu)
        self.line.add_button(self.button)

    def refresh(self) -> None:
        """Show the law; the tool tip says what it is."""
        super().refresh()
        self.button.setIcon(self.look.icons.icon("chevron-down", self.look.theme.muted, 11))
        self.line.setToolTip(plain_tip(self._about()))

    def written(self) -> tuple[str, str]:
        """The law's word and its mean."""
        return law_text(self.field.value)

    def read(self, text: str) -> object:
        """The law as JSON."""
        if self.field.shape.nullable and text.strip().casefold() in ("", "none", SAME):
            return UNSET
        current = None if self.field.mixed else self.field.value
        plain = self.field.shape.plain_number
        return read_law(text, self.line.suffix(), current, plain_number=plain)

    def step(self, by: int) -> None:
        """Move the mean by about a tenth of its size."""
        mean = mean_of(self.field.value)
        if self.field.mixed or not mean or mean + by * mean / 10 <= 0:
            return
        self.commit()
        text, suffix = law_text(round(mean * (1 + by / 10), 12))
        plain = self.field.shape.plain_number
        self.committed.emit(read_law(text, suffix, self.field.value, plain_number=plain))

    def menu(self) -> QMenu:
        """Menu of all laws, the one in force checked."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        value = self.field.value
        current = value.get("law") if isinstance(value, dict) else "constant"
        if self.field.shape.nullable:
            action = menu.addAction(f"{SAME}   The law of all other classes")
            action.setCheckable(True)
            action.setChecked(value is None)
            action.triggered.connect(lambda: self.committed.emit(UNSET))
            current = current if value is not None else None
        for name, model in self.field.shape.models.items():
            action = menu.addAction(f"{WORDS.get(name, name)}   {_first_sentence(model)}")
            action.setCheckable(True)
            action.setChecked(name == current)
            action.triggered.connect(lambda _on=False, name=name: self._choose(name))
        return menu

    def open_menu(self) -> None:
        """Open the menu under the field."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _choose(self, name: str) -> None:
        """Put another law in force."""
        value = None if self.field.mixed else self.field.value
        self._accept()
        self.committed.emit(with_law(value, name))

    def _about(self) -> str:
        """What the law in force is."""
        value = self.field.value
        name = value.get("law") if isinstance(value, dict) else "constant"
        model = self.field.shape.models.get(str(name))
        text = f"{_first_sentence(model)}\n" if model else ""
        return f"{self.field.help}\n{text}Type a law and a mean, such as lognormal 20 ms."


def _first_sentence(model: type[object]) -> str:
    """First line of a law's description."""
    return (inspect.getdoc(model) or "").split("\n")[0].split(";")[0].rstrip(".")
