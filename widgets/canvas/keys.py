"""Which key does what on the canvas."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

from widgets.canvas.commands import FAR_NUDGE, NUDGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent

    from widgets.canvas.commands import Commands
    from widgets.canvas.keyboard_navigation import Step

_ARROWS: Final = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
_STEPS: Final[dict[Qt.Key, Step]] = {
    Qt.Key.Key_Right: "on",
    Qt.Key.Key_Left: "back",
    Qt.Key.Key_Down: "next",
    Qt.Key.Key_Up: "previous",
}
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CONTROL: Final = Qt.KeyboardModifier.ControlModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
_ALT: Final = Qt.KeyboardModifier.AltModifier


class Keys:
    """A table from keys to commands."""

    def __init__(self, commands: Commands, extra: dict[str, Callable[[], None]]) -> None:
        """``extra`` are the view's own: zooming, adding, linking, the clipboard."""
        self._commands = commands
        self._plain: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Delete: commands.delete,
            Qt.Key.Key_Backspace: commands.delete,
            Qt.Key.Key_F2: commands.rename,
            Qt.Key.Key_Return: commands.activate,
            Qt.Key.Key_Enter: commands.activate,
            Qt.Key.Key_A: extra["add"],
            Qt.Key.Key_L: extra["link"],
            Qt.Key.Key_Escape: extra["deselect"],
        }
        self._with_shift: dict[int, Callable[[], None]] = {
            **dict.fromkeys(_ENTER, extra["add_linked"]),
            # On Windows the system opens menus by this key itself.
            **({} if sys.platform == "win32" else {Qt.Key.Key_F10: commands.ask_for_menu}),
        }
        self._with_control: dict[int, Callable[[], None]] = {
            Qt.Key.Key_A: commands.select_all,
            Qt.Key.Key_D: commands.duplicate,
            Qt.Key.Key_C: extra["copy"],
            Qt.Key.Key_X: extra["cut"],
            Qt.Key.Key_V: extra["paste"],
            Qt.Key.Key_Plus: extra["zoom_in"],
            Qt.Key.Key_Equal: extra["zoom_in"],
            Qt.Key.Key_Minus: extra["zoom_out"],
            Qt.Key.Key_0: extra["zoom_reset"],
        }

    def ask_for_menu(self) -> None:
        """Open the menu of what is selected."""
        self._commands.ask_for_menu()

    def press(self, event: QKeyEvent, pan: Callable[[float, float], None]) -> bool:
        """Do what the key stands for; tells whether it stands for anything."""
        held = event.modifiers()
        arrow = _ARROWS.get(Qt.Key(event.key()))
        if arrow is not None and not held & (_CONTROL | _ALT):
            step = FAR_NUDGE if held & _SHIFT else NUDGE
            if not self._commands.nudge(arrow[0] * step, arrow[1] * step):
                pan(-arrow[0] * FAR_NUDGE, -arrow[1] * FAR_NUDGE)
            return True
        if arrow is not None and held & _CONTROL:
            self._commands.follow(_STEPS[Qt.Key(event.key())])
            return True
        if held & _CONTROL:
            command = self._with_control.get(event.key())
        elif held & _SHIFT and not held & _ALT:
            command = self._with_shift.get(event.key())
        elif held & _ALT:
            command = None
        else:
            command = self._plain.get(event.key())
        if command is None:
            return False
        command()
        return True
