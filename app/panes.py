"""Going through the window by key: from one part of it to the next, and where Tab halts in one.

Nobody asks ``nextInFocusChain`` or ``previousInFocusChain``: PySide takes the widget that they return for a
child of the one that was asked. Once that one is deleted, what Qt itself had made behind it in the chain (the
viewport of the canvas, a scroll bar) could not be used any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


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
    if takes_tab(pane):
        return pane
    return next(stops_in(pane), None)


def stops_in(pane: QWidget) -> Iterator[QWidget]:
    """The parts of a pane at which Tab halts now, in the order in which they were put into it."""
    for part in pane.findChildren(QWidget):
        if takes_tab(part) and part.isVisible() and part.isEnabled():
            yield part


def takes_tab(part: QWidget) -> bool:
    """Whether Tab ever halts at a part."""
    return bool(part.focusPolicy() & Qt.FocusPolicy.TabFocus)
