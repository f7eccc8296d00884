"""The steps of a flow: a tree to arrange them in, a form for the one that is chosen, and the JSON behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPlainTextEdit, QPushButton, QToolButton

from engine.model import flow_edit
from engine.model.flow_edit import KINDS, WAY, WRAPS, Path
from engine.model.flow_text import flow_text, read_flow_text
from widgets.inspector.editors.step_fields import StepForm, step_fields, step_with
from widgets.inspector.editors.step_tree import StepTree
from widgets.inspector.editors.words import LinesEditor
from widgets.inspector.writing import InvalidValueError
from widgets.theme import set_flag, set_role

if TYPE_CHECKING:
    from pydantic import JsonValue

    from widgets.inspector.fields import Option
    from widgets.theme import ThemeManager

_LEAST: Final = 5
_MOST: Final = 22
"""Lines that the text shows at least and at most; it scrolls beyond."""
_SIGN: Final = 14
_TITLES: Final = {
    "work": "Work",
    "call": "Call",
    "sequence": "In order",
    "parallel": "At once",
    "choice": "Choice",
    "loop": "Again and again",
    "async": "Without waiting",
    "transaction": "Transaction",
}
_BUTTONS: Final = (
    ("add", "plus", "Add a step (Insert)"),
    ("up", "chevron-up", "Earlier (Alt+Up)"),
    ("down", "chevron-down", "Later (Alt+Down)"),
    ("into", "chevron-right", "Put into another step (Alt+Right)"),
    ("out", "chevron-left", "Take out of the step around it (Alt+Left)"),
    ("remove", "trash", "Remove (Delete)"),
)


class StepsEditor(LinesEditor):
    """A flow as a list of steps, or a button that writes out what holds without one."""

    def __init__(self, look: ThemeManager) -> None:
        """No flow."""
        super().__init__(look)
        set_role(self.paper, "code")
        self.paper.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.button = set_role(QPushButton("Write out the flow of the links"), "link")
        self.button.clicked.connect(self._write_out)
        self.tree = StepTree(look)
        self.tree.asked.connect(self.do)
        self.tree.dropped.connect(self._drop)
        self.tree.currentItemChanged.connect(lambda *_: self._show_step())
        self.form = StepForm(look)
        self.form.changed.connect(self._change)
        self.form.refused.connect(self.refused)
        self.tools = {name: self._tool(name, tip) for name, _, tip in _BUTTONS}
        self.as_text = set_role(QPushButton("As JSON"), "link")
        self.as_text.setCheckable(True)
        self.as_text.toggled.connect(lambda _on: self.refresh())
        self._chosen: Path | None = None
        self._is_text = True
        """Whether what was committed last was written as text."""
        bar = QHBoxLayout()
        bar.setSpacing(2)
        for tool in self.tools.values():
            bar.addWidget(tool)
        bar.addStretch(1)
        bar.addWidget(self.as_text)
        self._column.insertLayout(0, bar)
        self._column.insertWidget(1, self.tree)
        self._column.insertWidget(2, self.form)
        self._column.addWidget(self.button)

    def take_focus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Where there is no flow, to the button that writes one out; else into the steps or their text."""
        parts = (self.button, self.tree, self.paper)
        next((part for part in parts if not part.isHidden()), self.as_text).setFocus(reason)

    def refresh(self) -> None:
        """Show the flow, unless something is being written."""
        self.paper.setAccessibleName(f"{self.field.title} as JSON")
        self.paper.setPlaceholderText("mixed" if self.field.mixed else "")
        nothing = self.field.value is None and not self.field.mixed
        writing = self.paper.document().isModified()
        text_only = self.field.mixed or (not nothing and not isinstance(self.field.value, list))
        as_text = writing or text_only or (self.as_text.isChecked() and not nothing)
        self.paper.setVisible(as_text)
        self.button.setVisible(nothing and not writing and bool(self._written_out()))
        text = "" if nothing or self.field.mixed else flow_text(self.field.value)
        if not writing and text != self.paper.toPlainText():
            self.paper.setPlainText(text)
        self._fit()
        self._show_tree(shown=not as_text and not nothing)
        self.as_text.setVisible(not nothing and not text_only)

    def commit(self) -> None:
        """Commit what was written, where it can be read."""
        self.form.commit()
        if not self.paper.document().isModified():
            return
        try:
            value = read_flow_text(self.paper.toPlainText())
        except ValueError as error:
            set_flag(self.paper, "invalid", "true")
            self.refused.emit(str(error))
            return
        self.forget()
        self._is_text = True
        if self.field.mixed or value != self.field.value:
            self.committed.emit(value)
        self.refresh()

    def reject(self) -> None:
        """Keep refused text; a step that was refused shows again what holds."""
        if self._is_text:
            super().reject()
            self.paper.show()
        else:
            self.refresh()

    def forget(self) -> None:
        """Drop the drafts."""
        self.form.forget()
        super().forget()

    def do(self, what: str) -> None:
        """Do with the chosen step what a button or a key stands for."""
        flow, path = self._flow(), self.tree.chosen
        if what == "add":
            self._menu(self.add_entries(), self.tools["add"])
        elif path is None:
            return
        elif what == "edit":
            self.form.focus_first()
        elif what == "remove":
            self._take(flow_edit.removed(flow, path), self._before(path))
        elif what in ("up", "down"):
            self._take(*flow_edit.shifted(flow, path, -1 if what == "up" else 1))
        elif what == "out":
            self._take(*flow_edit.unwrapped(flow, path))
        elif what == "into":
            self._menu([(kind, _TITLES[kind]) for kind in WRAPS], self.tools["into"], wraps=True)

    def add_entries(self) -> list[tuple[str, str]]:
        """What can be added, as sort and title; a call only where there is a link."""
        links = bool(self._options("link"))
        found = [
            (kind, _TITLES[kind]) for kind in KINDS if kind not in ("call", "transaction") or links
        ]
        return [*found, (WAY, "Another way")] if self._choice() is not None else found

    def add(self, kind: str) -> None:
        """Add a step behind the chosen one, inside a way that is chosen, or a way to a choice."""
        flow, path = self._flow(), self.tree.chosen
        links = self._options("link")
        new = flow_edit.made(kind, link=str(links[0].value) if links else "")
        choice = self._choice()
        if kind == WAY and choice is not None:
            to: Path = (*choice, "choice", len(flow_edit.at(flow, choice)["choice"]))
        elif path is None:
            to = (len(flow),)
        elif len(path) > 1 and path[-2] == "choice":
            to = (*path, "do", len(flow_edit.at(flow, path).get("do", [])))
        else:
            to = (*path[:-1], int(path[-1]) + 1)
        self._take(flow_edit.inserted(flow, to, new), to)

    def wrap(self, kind: str) -> None:
        """Put the chosen step into a new one."""
        path = self.tree.chosen
        if path is None:
            return
        if len(path) > 1 and path[-2] == "choice":
            self.refused.emit("A way of a choice stays in it; put its steps into others instead")
            return
        self._take(*flow_edit.wrapped(self._flow(), path, kind))

    def _choice(self) -> Path | None:
        """The choice that is chosen, or around what is."""
        path = self.tree.chosen or ()
        for end in range(len(path), 0, -1):
            if (
                isinstance(path[end - 1], int)
                and flow_edit.kind_of(flow_edit.at(self._flow(), path[:end])) == "choice"
            ):
                return path[:end]
        return None

    def _menu(
        self, entries: list[tuple[str, str]], under: QToolButton, *, wraps: bool = False
    ) -> None:
        """Ask for a sort of step."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        act = self.wrap if wraps else self.add
        for kind, title in entries:
            menu.addAction(title).triggered.connect(lambda _on, it=kind: act(it))
        if entries:
            menu.setActiveAction(menu.actions()[0])
        menu.popup(under.mapToGlobal(under.rect().bottomLeft()))

    def _drop(self, path: Path, to: Path) -> None:
        """A step was dragged elsewhere."""
        self._take(*flow_edit.moved(self._flow(), path, to))

    def _change(self, path: tuple[str, ...], value: Any) -> None:
        """A setting of the chosen step was changed."""
        chosen = self.tree.chosen
        if chosen is None:
            return
        raw = flow_edit.at(self._flow(), chosen)
        try:
            new = step_with(self._kind(chosen), raw, path, value)
        except InvalidValueError as error:
            self.refused.emit(str(error))
            return
        self._take(flow_edit.replaced(self._flow(), chosen, new), chosen)

    def _take(self, flow: list[Any], chosen: Path | None) -> None:
        """Ask for another flow; without any step there is none."""
        self._chosen, self._is_text = chosen, False
        self.refused.emit("")
        if flow != self.field.value:
            self.committed.emit(flow or None)
        else:
            self.refresh()

    def _show_tree(self, *, shown: bool) -> None:
        """Show the steps, the tools and the form, or none of them."""
        had_focus = self.tree.hasFocus()
        self.tree.setVisible(shown)
        for name, icon, _ in _BUTTONS:
            tool = self.tools[name]
            tool.setVisible(shown)
            tool.setIcon(self.look.icons.icon(icon, self.look.theme.muted, _SIGN))
        if not shown:
            self.form.setVisible(False)
            return
        names = {str(option.value): option.label for option in self._options("link")}
        self.tree.show_flow(self._flow(), names, self._chosen or self.tree.chosen)
        if had_focus:
            self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_step()

    def _show_step(self) -> None:
        """Show the settings of the chosen step."""
        path = self.tree.chosen
        raw = flow_edit.at(self._flow(), path) if path is not None else None
        if path is None or not isinstance(raw, dict):
            self.form.show_fields(())
            return
        self._chosen = path
        self.form.show_fields(step_fields(self._kind(path), raw, self.field.options))

    def _kind(self, path: Path) -> str:
        """Sort of a step, or a way."""
        is_way = len(path) > 1 and path[-2] == "choice"
        return WAY if is_way else flow_edit.kind_of(flow_edit.at(self._flow(), path))

    def _before(self, path: Path) -> Path | None:
        """What is chosen once a step is gone: the one above it."""
        place = int(path[-1])
        if place > 0:
            return (*path[:-1], place - 1)
        return path[:-2] or (0,)

    def _flow(self) -> list[Any]:
        """The flow as it is."""
        return self.field.value if isinstance(self.field.value, list) else []

    def _options(self, sort: str) -> list[Option]:
        """Links or classes that steps may name."""
        return [option for option in self.field.options if option.help == sort]

    def _written_out(self) -> list[Option]:
        """The flow that the links tell."""
        return [option for option in self.field.options if isinstance(option.value, list)]

    def _write_out(self) -> None:
        """Begin with the flow that the links tell; the keyboard goes on in its steps."""
        typed = self.button.hasFocus()
        for option in self._written_out():
            value: JsonValue = option.value
            self.committed.emit(value)
        if typed and self.tree.isVisibleTo(self):
            self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tool(self, name: str, tip: str) -> QToolButton:
        """One of the buttons over the steps."""
        tool = set_role(QToolButton(), "flat")
        tool.setIconSize(QSize(_SIGN, _SIGN))
        tool.setToolTip(tip)
        tool.setAccessibleName(tip)
        tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tool.clicked.connect(lambda: self.do(name))
        return tool

    def _fit(self) -> None:
        """Be as high as the text, within bounds."""
        lines = min(max(self.paper.blockCount(), _LEAST), _MOST)
        self.paper.setFixedHeight(lines * self.paper.fontMetrics().lineSpacing() + 22)
