"""What is made in turns gets its looks in turns as well: Qt would look up all rules of the sheet when it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AT_ONCE: Final = 16
"""Widgets of a step."""


def polishing(top: QWidget) -> Iterator[None]:
    """Dress a widget that is not shown yet, with all in it that will be seen, some widgets a step."""
    seen = [each for each in (top, *top.findChildren(QWidget)) if each.isVisibleTo(top)]
    for begin in range(0, len(seen), AT_ONCE):
        for each in seen[begin : begin + AT_ONCE]:
            each.ensurePolished()
        yield


def rehearsing(parts: Iterable[QWidget]) -> Iterator[None]:
    """Paint parts of a window that is not shown yet, one a step: the first time takes longest."""
    for each in parts:
        each.grab()
        yield
