"""The keys that mean the same in every window: close it, quit, help, and find anything that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut

from app.command_palette import CommandPalette

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QWidget

    from app.searching import Entry
    from app.workbench import Workbench


class WindowKeys(QObject):
    """Gives further windows their keys; those of the main window are its actions."""

    def __init__(self, bench: Workbench, find_help: Callable[[str], Iterable[Entry]]) -> None:
        """``find_help`` finds places of the help for what is typed into a search."""
        super().__init__(bench)
        self._bench, self._find_help = bench, find_help

    def give(
        self,
        window: QWidget,
        topic: Callable[[], tuple[str, int]],
        entries: Callable[[], Iterable[Entry]] | None,
    ) -> None:
        """Give a window its keys.

        Args:
            window: takes them.
            topic: page and section of the help that F1 opens there.
            entries: what Ctrl+K finds there; None where there is nothing to find.
        """
        bench = self._bench
        quits = bench.actions["file.quit"]
        if quits not in window.actions():
            window.addAction(quits)
        self._bind(window, ("Ctrl+W",), window.close)
        self._bind(window, ("F1",), lambda: bench.help.open(*topic(), apart=True))
        self._bind(window, ("Ctrl+F1",), lambda: bench.help.search(apart=True))
        if entries is not None:
            search = CommandPalette(window, bench.look, entries, self._find_help)
            bench.help.ready.connect(search.refresh)
            self._bind(window, ("Ctrl+K", "Ctrl+F"), search.open)

    def _bind(self, window: QWidget, keys: tuple[str, ...], act: Callable[[], object]) -> None:
        """Have keys do something in a window."""
        for each in keys:
            QShortcut(QKeySequence(each), window).activated.connect(act)
