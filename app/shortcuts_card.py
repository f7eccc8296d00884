"""Cards of words: the keyboard shortcuts, and what this application is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.actions import MENUS
from app.overlay import Overlay
from engine.release import engine_version
from widgets.theme import section_label, set_role

if TYPE_CHECKING:
    from app.actions import ActionSet
    from widgets.theme import ThemeManager

_ON_CANVAS: Final = (
    ("Walk the nodes", "Tab"),
    ("Move the selection", "Arrows"),
    ("Edit the selected item", "Enter"),
    ("Add one and link it with the selected node", "Shift+Enter"),
    ("All menus", "F10"),
    ("Menu of what is selected", "Shift+F10"),
    ("Pan", "Middle button, or Space and drag"),
    ("Zoom to the pointer", "Wheel"),
    ("Ignore the grid", "Alt"),
)
_ON_TIMELINE: Final = (
    ("Look at a moment of the run", "Drag, or Page Up and Page Down"),
    ("Back to now", "End"),
    ("Pan", "Shift and drag"),
    ("Select an event", "Left and Right"),
    ("Add an event", "+"),
)
_COLUMNS: Final = (("File", "Edit", "Timeline"), ("View", "Insert", "Help"), ("Run", "Canvas"))
"""Groups below each other, so that the columns are about equally long."""
_AIR: Final = 12
"""Least distance from the edges of the window (logical pixels)."""
_ROUND: Final = 28
"""Of the card around what it scrolls, a scroll bar included (logical pixels)."""
_SCROLLING: Final = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
)
_WHAT: Final = (
    "A wind tunnel for system designs: draw one, load it, break it, and see with measured numbers "
    "why it holds or falls."
)
_LICENCES: Final = (
    "Apache License 2.0. With Qt for Python (LGPL 3), pyqtgraph, NumPy, SimPy, NetworkX, pydantic; "
    "typefaces Inter and JetBrains Mono (SIL OFL 1.1)."
)


class ShortcutsCard(Overlay):
    """Every action that has a key, by menu."""

    def __init__(self, window: QWidget, look: ThemeManager, actions: ActionSet) -> None:
        super().__init__(window, look)
        self.setAccessibleName("Keyboard shortcuts")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._actions = actions
        self._inside: QWidget | None = None
        self._scroll: QScrollArea | None = None

    def _build(self) -> None:
        """List everything; done when it is first asked for, since most starts never ask."""
        actions = self._actions
        inside = QWidget()
        outer = QVBoxLayout(inside)
        outer.setContentsMargins(16, 14, 20, 14)
        outer.addWidget(set_role(QLabel("Keyboard shortcuts"), "title"))
        self._inside, scroll = inside, QScrollArea(widgetResizable=True)
        scroll.setWidget(inside)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName("Keyboard shortcuts")
        self._scroll = scroll
        QVBoxLayout(self).addWidget(scroll)
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        outer.addLayout(grid)
        groups = [(menu.title.replace("&", ""), _keys_of(menu.entries, actions)) for menu in MENUS]
        groups += [("Canvas", list(_ON_CANVAS)), ("Timeline", list(_ON_TIMELINE))]
        of = dict(groups)
        for column, names in enumerate(_COLUMNS):
            stack = QVBoxLayout()
            for title in names:
                stack.addWidget(_group(title, of[title]))
            stack.addStretch(1)
            grid.addLayout(stack, 0, column)
            grid.setColumnStretch(column, 1)

    def open(self) -> None:
        """Show it, with the focus, so that Escape closes it."""
        if self.layout() is None:
            self._build()
        super().open()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def sizeHint(self) -> QSize:
        """Room for all of it, where the window has so much; the rest is reached by the arrow keys."""
        if self._inside is None:
            return super().sizeHint()
        return self._inside.sizeHint() + QSize(_ROUND, _ROUND)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and pages scroll."""
        if self._scroll is not None and event.key() in _SCROLLING:
            self._scroll.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def place(self) -> None:
        """Sit in the middle."""
        _centre(self)


class AboutCard(Overlay):
    """Name, version, licence."""

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        super().__init__(window, look)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("About Windtunnel")

    def _build(self) -> None:
        """Write it; done when it is first asked for."""
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 22, 28, 24)
        column.setSpacing(8)
        column.addWidget(set_role(QLabel("Windtunnel"), "title"))
        for text in (f"Version {engine_version()}", _WHAT, _LICENCES):
            label = set_role(QLabel(text, wordWrap=True), "muted")
            label.setMinimumWidth(380)
            column.addWidget(label)

    def open(self) -> None:
        """Show it, with the focus, so that Escape closes it."""
        if self.layout() is None:
            self._build()
        super().open()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Sit in the middle."""
        _centre(self)


def _keys_of(entries: tuple[str, ...], actions: ActionSet) -> list[tuple[str, str]]:
    """Text and keys of a menu's actions."""
    rows: list[tuple[str, str]] = []
    for spec, _action in actions:
        if spec.name in entries and spec.keys:
            native = QKeySequence.SequenceFormat.NativeText
            keys = "  or  ".join(QKeySequence(key).toString(native) for key in spec.keys)
            rows.append((spec.text.replace("&", "").rstrip("…"), keys))
    return rows


def _group(title: str, rows: list[tuple[str, str]]) -> QWidget:
    """One menu's shortcuts."""
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 10, 0, 0)
    grid.setVerticalSpacing(5)
    grid.setHorizontalSpacing(20)
    grid.addWidget(section_label(title), 0, 0)
    for row, (text, keys) in enumerate(rows, 1):
        grid.addWidget(QLabel(text), row, 0)
        label = set_role(QLabel(keys), "muted")
        grid.addWidget(label, row, 1, Qt.AlignmentFlag.AlignRight)
    return box


def _centre(card: Overlay) -> None:
    """Put a card in the middle of its window, as large as it needs."""
    window = card.host
    size = card.sizeHint().boundedTo(window.size() - QSize(2 * _AIR, 2 * _AIR))
    card.resize(size)
    card.move((window.width() - size.width()) // 2, (window.height() - size.height()) // 3)
