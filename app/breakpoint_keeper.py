"""Keeps breakpoints for the next time that a design is open: they belong to it, but not into its file.

Whoever gets the file would have the run pause for reasons of somebody else. So they are among what the application
remembers on this computer, by the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from engine.run.breakpoints import raw_of, read

if TYPE_CHECKING:
    from app.document import DesignDocument
    from app.file_controller import FileController
    from app.run_controller import RunController
    from app.settings import Settings
    from engine.model.design import Design


class BreakpointKeeper(QObject):
    """Sets the breakpoints of the design that is opened, and stores them whenever they change."""

    def __init__(
        self,
        document: DesignDocument,
        files: FileController,
        run: RunController,
        settings: Settings,
    ) -> None:
        """Follow a document and its run; what is taken from the settings goes to them again."""
        super().__init__(document)
        self._document, self._files, self._run, self._settings = document, files, run, settings
        self._recalls = False
        document.replaced.connect(self._recall)
        run.breakpoints_changed.connect(self._keep)
        files.saved.connect(self._keep)

    @property
    def _key(self) -> str | None:
        """The file that the open design is in, or is a copy of; None where it is in none."""
        path = self._document.path or self._files.origin
        return None if path is None else str(path)

    def _recall(self, design: Design) -> None:
        """Pause where the person wanted it when this design was open last; an unknown one pauses nowhere."""
        kept = read(self._settings.breakpoints_of(self._key)) if self._key is not None else ()
        items = {*design.node_by_id, *design.link_by_id, ""}
        self._recalls = (
            True  # what an earlier version of the design has not is kept for the later one
        )
        self._run.set_breakpoints(tuple(each for each in kept if each.item in items))
        self._recalls = False

    def _keep(self) -> None:
        """Remember them, once the design is in a file."""
        if self._key is not None and not self._recalls:
            self._settings.note_breakpoints(
                self._key, [raw_of(each) for each in self._run.breakpoints]
            )
