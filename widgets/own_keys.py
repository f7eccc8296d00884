"""Keys that mean something of their own in a widget: no shortcut of the window gets them while it has the focus.

Without that, Delete in a list of steps would delete the node that the steps belong to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QWidget


class OwnKeys(QObject):
    """Keeps keys for the widget that has the focus, and does what they stand for there."""

    def __init__(self, widget: QWidget, acts: Mapping[str, Callable[[], object] | None]) -> None:
        """Watch a widget for as long as it lives.

        Args:
            widget: has keys of its own.
            acts: what each does, by its name such as ``Alt+Up``; None where the widget itself handles the key.
        """
        super().__init__(widget)
        self._acts = {QKeySequence(keys).toString(): act for keys, act in acts.items()}
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002 - Qt's signature
        """Claim the keys before a shortcut does; the key itself then comes here."""
        kind = event.type()
        if kind not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        if not isinstance(event, QKeyEvent):
            return False
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        keys = QKeySequence(QKeyCombination(held, Qt.Key(event.key()))).toString()
        if keys not in self._acts:
            return False
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        act = self._acts[keys]
        if act is not None:
            act()
        return act is not None
