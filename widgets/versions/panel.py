"""The page with the versions of a key: which key, the picture, and how the replicas differ now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from widgets.theme import set_role
from widgets.versions.strip import VersionStrip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from widgets.theme import ThemeManager
    from widgets.versions.history import VersionHistory

_SPANS: Final = {"10 s": 10.0, "30 s": 30.0, "2 min": 120.0, "10 min": 600.0}
_EMPTY: Final = (
    "Run a design with a key-value cluster to see which replica holds which version of a key."
)
_LARGEST: Final = 2**53


class VersionsPanel(QWidget):
    """Shows one key of one cluster."""

    key_wanted = Signal(object)
    """The number of a key; None for the one that is written most."""

    def __init__(self, look: ThemeManager) -> None:
        """Show nothing yet."""
        super().__init__()
        self.title = set_role(QLabel(), "muted")
        self.key = QLineEdit(clearButtonEnabled=True)
        self.key.setAccessibleName("Key")
        self.key.setPlaceholderText("written most")
        self.key.setToolTip("The number of a key; the lower, the more popular where keys are Zipf")
        self.key.setFixedWidth(120)
        self.key.editingFinished.connect(self._want)
        self.span = QComboBox()
        self.span.setAccessibleName("Time shown")
        self.span.addItems(list(_SPANS))
        self.span.setCurrentText("30 s")
        self.span.currentTextChanged.connect(self._stretch)
        self.strip = VersionStrip(look)
        self.note = set_role(QLabel(), "caption")
        self.note.setWordWrap(True)
        self._wanted: int | None = None
        self.empty = set_role(QLabel(_EMPTY, wordWrap=True), "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setMargin(16)
        self._shown = QWidget()
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        for part in (QLabel("Key"), self.key, QLabel("Last"), self.span):
            row.addWidget(part)
        column = QVBoxLayout(self._shown)
        column.setContentsMargins(16, 4, 12, 4)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.strip)
        column.addWidget(self.note)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.empty)
        whole.addWidget(self._shown)
        self._shown.hide()

    def show_history(self, title: str, history: VersionHistory, names: Mapping[int, str]) -> None:
        """Show this of a cluster.

        Args:
            title: its name.
            history: of the key that is looked at.
            names: of the instances, by their numbers.
        """
        key = "nothing is written yet" if history.key is None else f"key {history.key}"
        self.title.setText(f"{title} · {key}" if title else "")
        self.strip.show_history(history, names)
        self._shown.setVisible(bool(title))
        self.empty.setVisible(not title)
        self.note.setText(said(history, names) if title else "")

    def forget_key(self) -> None:
        """Another cluster: its hottest key again."""
        self._wanted = None
        self.key.clear()

    def _want(self) -> None:
        """A key was typed, or taken away."""
        text = self.key.text().strip()
        if text and not (text.isascii() and text.isdigit() and int(text) < _LARGEST):
            self.note.setText(f"“{text}” is no key: keys are numbers from 0 on.")
            return
        wanted = int(text) if text else None
        if wanted != self._wanted:
            self._wanted = wanted
            self.key_wanted.emit(wanted)

    def _stretch(self, text: str) -> None:
        """Another part of the time was chosen."""
        self.strip.span = _SPANS[text]
        self.strip.update()


def said(history: VersionHistory, names: Mapping[int, str]) -> str:
    """Who holds which version now."""
    if not history.owners:
        return "Nothing is known of the key yet."
    by: dict[int, list[str]] = {}
    for instance in history.owners:
        name = names.get(instance, f"Instance {instance + 1}")
        by.setdefault(history.version(instance), []).append(name)
    if len(by) == 1:
        version = next(iter(by))
        return f"All replicas hold version {version}." if version else "No replica holds the key."
    parts = [
        f"{', '.join(holders)}: {f'version {version}' if version else 'nothing'}"
        for version, holders in sorted(by.items(), reverse=True)
    ]
    return f"The replicas differ. {'; '.join(parts)}."
