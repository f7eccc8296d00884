"""Going from one part of the window to the next by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget


def focus_next(panes: Sequence[QWidget], focus: QWidget | None) -> None:
    """Put the keyboard into the pane after the one that has it."""
    here = [
        number
        for number, pane in enumerate(panes)
        if focus is not None and (pane is focus or pane.isAncestorOf(focus))
    ]
    pane = panes[((here[0] if here else 0) + 1) % len(panes)]
    first_stop(pane).setFocus(Qt.FocusReason.TabFocusReason)


def first_stop(pane: QWidget) -> QWidget:
    """Where Tab would go first in a pane: itself, or the first of its parts that takes keys."""
    if pane.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return pane
    step: QWidget | None = pane.nextInFocusChain()
    while step is not None and step is not pane:
        takes_keys = bool(step.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if takes_keys and step.isVisible() and pane.isAncestorOf(step):
            return step
        step = step.nextInFocusChain()
    return pane
