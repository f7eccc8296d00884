"""Going from one part of the window to the next by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget


def focus_next(panes: Sequence[QWidget], focus: QWidget | None, step: int = 1) -> None:
    """Put the keyboard into the next pane that takes keys; with ``step`` -1 into the one before."""
    here = [
        number
        for number, pane in enumerate(panes)
        if focus is not None and (pane is focus or pane.isAncestorOf(focus))
    ]
    place = here[0] if here else 0
    for _ in panes:
        place = (place + step) % len(panes)
        stop = first_stop(panes[place])
        if stop is not None:
            stop.setFocus(Qt.FocusReason.TabFocusReason)
            return


def first_stop(pane: QWidget) -> QWidget | None:
    """Where Tab would go first in a pane: itself, or the first of its parts that takes keys; None where nothing does."""
    if not pane.isVisible():
        return None
    if pane.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return pane
    step: QWidget | None = pane.nextInFocusChain()
    while step is not None and step is not pane:
        takes_keys = bool(step.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if takes_keys and step.isVisible() and step.isEnabled() and pane.isAncestorOf(step):
            return step
        step = step.nextInFocusChain()
    return None
