"""The only modal dialogs there are: files, and what to do with unsaved changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

Answer = Literal["save", "discard", "cancel"]
SUFFIX = ".windtunnel"
RUN_SUFFIX = ".windtunnel-run"
_DESIGNS = f"Windtunnel designs (*{SUFFIX});;All files (*)"
_RUNS = f"Recorded runs (*{RUN_SUFFIX})"
_TABLES = "CSV table (*.csv);;JSON (*.json);;Parquet (*.parquet)"
_RECORDINGS = "Recordings (*.csv *.tsv *.txt *.log *.jtl *.json *.jsonl *.gz);;All files (*)"
_CHARTS = "PNG picture (*.png);;SVG drawing (*.svg);;CSV table (*.csv)"
_ANIMATIONS = "GIF animation (*.gif);;WebP animation (*.webp);;WebM video (*.webm)"
_PICTURES = "SVG drawing (*.svg);;PNG picture (*.png)"


class Dialogs(Protocol):
    """Questions that need an answer before work can go on."""

    def open_path(self, folder: Path) -> Path | None:
        """Which design to open."""

    def save_path(self, suggestion: Path) -> Path | None:
        """Where to store a design."""

    def picture_path(self, suggestion: Path) -> Path | None:
        """Where to store a picture."""

    def table_path(self, suggestion: Path) -> Path | None:
        """Where to store numbers."""

    def chart_path(self, suggestion: Path) -> Path | None:
        """Where to store a chart."""

    def animation_path(self, suggestion: Path) -> Path | None:
        """Where to store an animation."""

    def recording_path(self, folder: Path) -> Path | None:
        """Which recording to load."""

    def run_path(self, suggestion: Path) -> Path | None:
        """Where to store a run."""

    def unsaved(self, title: str) -> Answer:
        """What to do with unsaved changes."""


class QtDialogs:
    """The questions as dialogs over a window."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def open_path(self, folder: Path) -> Path | None:
        """Ask for a design to open."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open design", str(folder), _DESIGNS)
        self._return()
        return Path(name) if name else None

    def save_path(self, suggestion: Path) -> Path | None:
        """Ask where to store the design; the suffix is added when left out."""
        return self._save_path("Save design", suggestion, _DESIGNS, SUFFIX)

    def recording_path(self, folder: Path) -> Path | None:
        """Ask for a recording of arrivals."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Load recorded arrivals", str(folder), _RECORDINGS
        )
        self._return()
        return Path(name) if name else None

    def picture_path(self, suggestion: Path) -> Path | None:
        """Ask where to store a picture; SVG unless the name says PNG."""
        return self._save_path("Export picture", suggestion, _PICTURES, ".svg")

    def chart_path(self, suggestion: Path) -> Path | None:
        """Ask where to store a chart; PNG unless the name says SVG or CSV."""
        return self._save_path("Export chart", suggestion, _CHARTS, ".png")

    def animation_path(self, suggestion: Path) -> Path | None:
        """Ask where to store an animation; GIF unless the name says otherwise."""
        return self._save_path("Export animation", suggestion, _ANIMATIONS, ".gif")

    def table_path(self, suggestion: Path) -> Path | None:
        """Ask where to store numbers; CSV unless the name says otherwise."""
        return self._save_path("Export numbers", suggestion, _TABLES, ".csv")

    def run_path(self, suggestion: Path) -> Path | None:
        """Ask where to store a run; the suffix is added when left out."""
        return self._save_path("Save this run", suggestion, _RUNS, RUN_SUFFIX)

    def unsaved(self, title: str) -> Answer:
        """Ask what to do with unsaved changes."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setTextFormat(Qt.TextFormat.PlainText)  # titles come from files
        box.setWindowTitle("Unsaved changes")
        box.setText(f"Save the changes to “{' '.join(title.split())}”?")
        box.setInformativeText("Without saving, the changes since the last save are lost.")
        # Buttons of our own words: the standard ones bring pictures of another style.
        roles = QMessageBox.ButtonRole
        save = box.addButton("&Save", roles.AcceptRole)
        discard = box.addButton("&Don’t save", roles.DestructiveRole)
        cancel = box.addButton("&Cancel", roles.RejectRole)
        box.setDefaultButton(save)
        box.setEscapeButton(cancel)
        box.exec()
        self._return()
        if box.clickedButton() is save:
            return "save"
        return "discard" if box.clickedButton() is discard else "cancel"

    def _save_path(self, title: str, suggestion: Path, filters: str, suffix: str) -> Path | None:
        """Ask where to store a file.

        A suffix that is left out is added before the dialog looks whether there is such a file already.
        """
        dialog = QFileDialog(self._window, title, str(suggestion.parent), filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix(suffix)
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix(_suffix_of(chosen, suffix))
        )
        dialog.selectFile(suggestion.name)
        names = dialog.selectedFiles() if dialog.exec() else []
        dialog.deleteLater()
        self._return()
        return Path(names[0]) if names else None

    def _return(self) -> None:
        """Take the keyboard back; where there is no window manager nobody else does."""
        self._window.activateWindow()


def _suffix_of(chosen: str, usual: str) -> str:
    """The suffix of a filter such as ``PNG picture (*.png)``."""
    found = chosen.rpartition("(*")[2].rstrip(")")
    return found if found.startswith(".") and " " not in found else usual
