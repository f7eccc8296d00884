"""Everything that a person can do from a menu or the keyboard, declared as data.

A handler is bound to each name by ``app.wiring``; menus, the command palette and the shortcut list
are all made from these records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action."""

    name: str
    """``menu.action``, the name by which it is bound and found."""
    text: str
    """What menus call it; ``&`` marks the mnemonic."""
    keys: tuple[str, ...] = ()
    """Shortcuts, the first one shown."""
    icon: str = ""
    """Name in ``assets/icons``."""
    checkable: bool = False


ACTIONS: Final = (
    ActionSpec("file.new", "&New", ("Ctrl+N",), "new"),
    ActionSpec("file.new_window", "New &window", ("Ctrl+Shift+N",), "window"),
    ActionSpec("file.open", "&Open…", ("Ctrl+O",), "open"),
    ActionSpec("file.save", "&Save", ("Ctrl+S",), "save"),
    ActionSpec("file.save_as", "Save &as…", ("Ctrl+Shift+S",)),
    ActionSpec("file.compare", "Co&mpare with…", (), "compare"),
    ActionSpec("file.side_by_side", "Side by si&de with…", (), "compare"),
    ActionSpec("file.twin", "Compare with its fi&x", (), "compare"),
    ActionSpec("file.export", "E&xport picture…", ("Ctrl+E",), "export"),
    ActionSpec("file.animation", "Export ani&mation…", (), "export"),
    ActionSpec("file.save_run", "Save this r&un…", (), "save"),
    ActionSpec("file.quit", "&Quit", ("Ctrl+Q",)),
    ActionSpec("edit.undo", "&Undo", ("Ctrl+Z",), "undo"),
    ActionSpec("edit.redo", "&Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), "redo"),
    ActionSpec("edit.cut", "Cu&t", ("Ctrl+X",), "cut"),
    ActionSpec("edit.copy", "&Copy", ("Ctrl+C",), "copy"),
    ActionSpec("edit.copy_picture", "Copy p&icture", ("Ctrl+Shift+C",)),
    ActionSpec("edit.paste", "&Paste", ("Ctrl+V",), "paste"),
    ActionSpec("edit.duplicate", "&Duplicate", ("Ctrl+D",)),
    ActionSpec("edit.delete", "De&lete", ("Del", "Backspace"), "trash"),
    ActionSpec("edit.rename", "Rena&me", ("F2",), "edit"),
    ActionSpec("edit.select_all", "Select &all", ("Ctrl+A",)),
    ActionSpec("edit.find", "&Find anything…", ("Ctrl+K", "Ctrl+F"), "search"),
    ActionSpec("view.zoom_in", "Zoom &in", ("Ctrl++", "Ctrl+="), "zoom-in"),
    ActionSpec("view.zoom_out", "Zoom &out", ("Ctrl+-",), "zoom-out"),
    ActionSpec("view.zoom_reset", "&Actual size", ("Ctrl+0",)),
    ActionSpec("view.fit", "&Fit everything", ("Ctrl+9",), "fit"),
    ActionSpec("view.layout", "Arrange a&utomatically", ("Ctrl+Shift+L",), "layout"),
    ActionSpec("view.path", "Only the &path of the selection", ("P",), "link", checkable=True),
    ActionSpec("align.left", "Align &left edges"),
    ActionSpec("align.centre", "Align &centres"),
    ActionSpec("align.right", "Align &right edges"),
    ActionSpec("align.top", "Align &top edges"),
    ActionSpec("align.middle", "Align &middles"),
    ActionSpec("align.bottom", "Align &bottom edges"),
    ActionSpec("align.across", "Distribute &across"),
    ActionSpec("align.down", "Distribute &down"),
    ActionSpec("view.outline", "&Outline", ("Ctrl+Shift+O",), "outline", checkable=True),
    ActionSpec("view.another", "Another &view of this design", ("Ctrl+Shift+V",), "window"),
    ActionSpec("view.present", "P&resent", ("Ctrl+F5",), "play"),
    ActionSpec("view.steps", "Steps of the presentat&ion…", ("Ctrl+Shift+P",), "outline"),
    ActionSpec("view.findings", "Fin&dings", ("Ctrl+Shift+F",), "warning"),
    ActionSpec("view.distances", "D&istances between frames…", ("Ctrl+Shift+D",), "frame"),
    ActionSpec("view.next_pane", "&Next pane", ("F6",)),
    ActionSpec("view.previous_pane", "Pr&evious pane", ("Shift+F6",)),
    ActionSpec("view.theme_system", "&Like the system", checkable=True),
    ActionSpec("view.theme_dark", "&Dark", (), "moon", checkable=True),
    ActionSpec("view.theme_light", "&Light", (), "sun", checkable=True),
    ActionSpec("view.reduced_motion", "&Reduced motion", checkable=True),
    ActionSpec("insert.component", "&Component…", ("A",), "plus"),
    ActionSpec("insert.link", "&Link", ("L",), "link"),
    ActionSpec("insert.note", "&Note", ("N",), "note"),
    ActionSpec("insert.citation", "C&ite a metric of the run…", ("Ctrl+Shift+M",), "chart"),
    ActionSpec("insert.comment", "C&omment…", ("C",), "comment"),
    ActionSpec("insert.frame", "&Frame", ("G",), "frame"),
    ActionSpec("run.toggle", "&Run or pause", ("Space", "F5"), "play"),
    ActionSpec("run.step_time", "Step one &second", (".",), "step"),
    ActionSpec("run.step_request", "Step one re&quest", (",",), "step"),
    ActionSpec("run.breakpoints", "Pa&use when…", ("Ctrl+Shift+B",), "pause"),
    ActionSpec("run.back", "Look &back one second", ("Alt+Left",), "step"),
    ActionSpec("run.forward", "Look f&orward one second", ("Alt+Right",), "step"),
    ActionSpec("run.fork", "&Go on from this moment", ("Ctrl+Shift+G",), "restart"),
    ActionSpec("run.live", "Back to &now", ("Alt+End",), "play"),
    ActionSpec("run.restart", "Res&tart", ("Ctrl+R",), "restart"),
    ActionSpec("run.history", "Kept runs…", ("Ctrl+H",), "open"),
    ActionSpec("run.keep", "&Keep this run", (), "save"),
    ActionSpec("run.measure", "&Measure from the start", ("M",), "chart"),
    ActionSpec("run.why", "&Why did it go wrong?", ("W",), "help"),
    ActionSpec("run.what_if", "W&hat could help?", (), "compare"),
    ActionSpec("run.traces", "&Traces: the slowest requests", ("T",), "outline"),
    ActionSpec("run.show_p99", "Show me a &p99 request", (), "search"),
    ActionSpec("run.show_failed", "Show me a failed re&quest", (), "search"),
    ActionSpec("run.record_traces", "Record &traces", (), checkable=True),
    ActionSpec("run.study", "St&udy many runs", ("S",), "compare"),
    ActionSpec("run.faster", "&Faster", ("]",)),
    ActionSpec("run.slower", "S&lower", ("[",)),
    ActionSpec("run.repair", "Re&pair", ("Ctrl+Shift+R",), "check"),
    ActionSpec("help.open", "&Help", ("F1",), "help"),
    ActionSpec("help.search", "&Search the help…", ("Ctrl+F1",), "search"),
    ActionSpec("help.tour", "Start the &tour", (), "play"),
    ActionSpec("help.shortcuts", "&Keyboard shortcuts", ("?",)),
    ActionSpec("help.about", "&About Windtunnel", (), "info"),
)

OWN: Final = frozenset({"help.open", "help.search", "edit.find"})
"""Actions that each further window has in a way of its own (``app.window_keys``): theirs would open behind it."""


@dataclass(frozen=True, slots=True)
class MenuSpec:
    """A menu: names of actions, ``-`` for a line, ``>name`` for a submenu filled when it opens."""

    title: str
    entries: tuple[str, ...]


MENUS: Final = (
    MenuSpec(
        "&File",
        (
            "file.new", "file.new_window", "file.open", ">recent", ">examples", "-",
            "file.save", "file.save_as", ">versions", "-",
            "file.compare", "file.side_by_side", "file.twin", "-", "file.export", "file.animation", "file.save_run", "-", "file.quit",
        ),
    ),
    MenuSpec(
        "&Edit",
        (
            "edit.undo", "edit.redo", "-",
            "edit.cut", "edit.copy", "edit.copy_picture", "edit.paste", "edit.duplicate",
            "edit.delete", "-", "edit.rename", "edit.select_all", "-", "edit.find",
        ),
    ),
    MenuSpec(
        "&View",
        (
            "view.zoom_in", "view.zoom_out", "view.zoom_reset", "view.fit", "-", "view.layout", ">align", "view.path", "-",
            "view.outline", "view.findings", "view.distances", "view.next_pane", "view.previous_pane", "-",
            "view.another", "view.present", "view.steps", "-", ">theme", "view.reduced_motion",
        ),
    ),
    MenuSpec(
        "&Insert",
        ("insert.component", "insert.link", "insert.note", "insert.frame", "insert.comment", "insert.citation", "-", ">components"),
    ),
    MenuSpec(
        "&Run",
        (
            "run.toggle", "run.step_time", "run.step_request", "run.breakpoints", "run.restart", "run.measure",
            "run.study", "run.why", "run.what_if", "-",
            "run.traces", "run.show_p99", "run.show_failed", "run.record_traces", "-",
            "run.back", "run.forward", "run.fork", "run.live", "-",
            "run.history", "run.keep", "-", "run.faster", "run.slower", "-", ">break", "run.repair", "-", ">memory",
        ),
    ),
    MenuSpec("&Help", ("help.open", "help.search", "help.tour", "-", "help.shortcuts", "-", "help.about")),
)  # fmt: skip

SUBMENUS: Final = {
    "recent": "Open &recent",
    "examples": "&Examples",
    "versions": "Earlier &versions",
    "theme": "&Theme",
    "align": "Ali&gn and distribute",
    "components": "Component &by kind",
    "break": "&Break it",
    "memory": "&Memory of a run",
}
"""Titles of the submenus."""


class ActionSet(QObject):
    """The Qt actions made from the records, all of them belonging to one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._actions = {spec.name: self._made(spec, window) for spec in ACTIONS}

    def __getitem__(self, name: str) -> QAction:
        """The action of that name."""
        return self._actions[name]

    def __iter__(self) -> Iterator[tuple[ActionSpec, QAction]]:
        """Records and their actions, in menu order."""
        return ((spec, self._actions[spec.name]) for spec in ACTIONS)

    def bind(self, handlers: dict[str, Callable[[], object]]) -> None:
        """Say what each action does; an action without a handler, or the reverse, is a mistake."""
        if wrong := handlers.keys() ^ self._actions.keys():
            msg = f"actions and handlers differ: {', '.join(sorted(wrong))}"
            raise KeyError(msg)
        for name, handler in handlers.items():
            self._actions[name].triggered.connect(lambda _checked, call=handler: call())

    def _made(self, spec: ActionSpec, window: QWidget) -> QAction:
        """One Qt action, live in the whole window."""
        action = QAction(spec.text, window)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(spec.checkable)
        window.addAction(action)
        return action
