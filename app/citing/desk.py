"""Remembers the last whole run of the open design, cites it on notes, and says which cited numbers hold in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from app.citing.card import CitingCard
from engine.catalog.citing import broken_citations, chips
from engine.model.citing import (
    citations_of,
    cited_by,
    cited_of,
    citing,
    new_note,
    replaced,
    uncited,
)
from engine.model.design import Note
from engine.model.fingerprint import fingerprint, runs_alike
from engine.model.ids import fresh_id
from widgets.canvas import NoteChip
from widgets.canvas.adding import free_centre

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.workbench import Workbench
    from engine.catalog.citing import Standing
    from engine.model.changes import Changes
    from engine.model.citing import Holder
    from engine.model.design import Design
    from widgets.canvas.health import State

_TONES: Final[dict[Standing, State]] = {
    "cited": "idle",
    "holds": "healthy",
    "fails": "failing",
    "other": "strained",
}
_WIDTH, _HEIGHT = 280.0, 110.0
_LARGE: Final = 300_000
"""Bytes of a design's file from which on its fingerprint takes noticeably long."""


class CitingDesk(QObject):
    """For one window."""

    shown = Signal(object)
    """The chips of the notes, by their ids."""
    comments_shown = Signal(object)
    """The chips of the comments, by their places in the design's list."""

    def __init__(self, bench: Workbench) -> None:
        """Nothing was measured yet."""
        super().__init__(bench)
        self._bench = bench
        self._result: Mapping[str, Any] | None = None
        self._run: Design | None = None
        """What the result is of."""
        self._is_of_this: bool | None = False
        """Whether that is the open design as it is, since an edit may be undone; None is not known yet."""
        self._present = ""
        """Fingerprint of the open design; empty where it is not known."""
        self._holder: Holder | None = None
        self._shown: dict[str, tuple[NoteChip, ...]] = {}
        self._of_comments: dict[int, tuple[NoteChip, ...]] = {}
        self._comments = 0
        self.card = CitingCard(bench.window, bench.look)
        self.card.cite_requested.connect(self.cite)
        self.card.drop_requested.connect(self._drop)
        self.card.tolerance_requested.connect(self._set_tolerance)
        services = bench.services
        # After the analysis has heard of the edit, so that it is asked about the design as it is.
        services.document.edited.connect(
            lambda _edit, changes: self._follow(services.document.design, changes)
        )
        services.document.replaced.connect(self._begin_anew)
        services.analysis.answered.connect(self._hear)
        services.run.measured.connect(self.take_result)
        measurement = services.measurement
        measurement.finished.connect(lambda result: self.take_result(result, measurement.design))
        measurement.progressed.connect(self.card.set_progress)
        self.card.measure_requested.connect(lambda: measurement.start(bench.design))

    def open(self) -> None:
        """Offer metrics: for the note that is selected, or for a new one."""
        chosen = self._bench.chosen
        self._holder = chosen if chosen in self._bench.design.note_by_id else None
        self._is_ready()
        self.card.open_on(self._bench.design, self._holder, self.result)

    def open_for_comment(self, place: int) -> None:
        """Choose a number for the comment at a place of the design's list."""
        self._holder = place
        self._is_ready()
        self.card.open_on(self._bench.design, place, self.result)

    def take_result(self, result: Mapping[str, Any], design: Design | None = None) -> None:
        """A whole run was measured: of a design as it was when that began, or of the open one."""
        if "stopped" in result:
            return
        self._result, self._is_of_this = result, None
        self._run = design if design is not None else self._bench.design
        self._show()
        if self.card.isVisible():
            self.card.show_result(self.result)

    @property
    def result(self) -> Mapping[str, Any] | None:
        """The last whole run of the open design as it is; None where there is none."""
        if self._is_of_this is None:
            self._is_of_this = self._run is not None and runs_alike(self._run, self._bench.design)
        return self._result if self._is_of_this else None

    def cite(self, metric: str) -> None:
        """Put a number on the note."""
        design, result = self._bench.design, self.result
        if result is None:
            return
        citation = cited_of(design, result, metric, self._present)
        if citation is None:
            return
        document = self._bench.services.document
        if isinstance(self._holder, int) or self._holder in design.note_by_id:
            document.push(citing(design, self._holder, citation))
            return
        shown = self._bench.views.canvas.camera.shown()
        at = free_centre(design, shown, (_WIDTH, _HEIGHT))
        taken = {
            *design.node_by_id,
            *design.link_by_id,
            *design.frame_by_id,
            *design.note_by_id,
        }
        note = Note(
            id=fresh_id("note", taken),
            text="",
            x=round(at.x() - _WIDTH / 2.0),
            y=round(at.y() - _HEIGHT / 2.0),
            width=_WIDTH,
            height=_HEIGHT,
            citations=(citation,),
        )
        if document.push(new_note(note)):
            self._holder = note.id
            self.card.set_note(note.id)
            self._bench.views.canvas.reveal(note.id)

    def _drop(self, place: int) -> None:
        """Take a citation off."""
        if self._holder is not None:
            self._bench.services.document.push(uncited(self._bench.design, self._holder, place))

    def _set_tolerance(self, place: int, share: float) -> None:
        """Another tolerance."""
        design = self._bench.design
        holder = self._holder
        cited = cited_by(design, holder) if holder is not None else ()
        if holder is None or place >= len(cited) or cited[place].tolerance == share:
            return
        citation = cited[place].model_copy(update={"tolerance": share})
        self._bench.services.document.push(replaced(design, holder, place, citation))

    def _follow(self, design: Design, changes: Changes) -> None:
        """The open design was edited: what was measured may be of another one."""
        if changes.affects_run:
            # Not found out before somebody asks: a large design takes a while.
            self._is_of_this, self._present = None, ""
        if isinstance(self._holder, int) and len(design.comments) != self._comments:
            self.card.close_card()  # a place of the list may be that of another comment now
        self._comments = len(design.comments)
        self.card.set_design(design)
        self._show()

    def _begin_anew(self, design: Design) -> None:
        """Another design was opened."""
        self._result, self._run, self._present = None, None, ""
        self._comments = len(design.comments)
        self.card.set_design(design)
        self._show()

    def _hear(self, topic: str, answer: object) -> None:
        """The fingerprint of a large design has come."""
        if topic == "fingerprint":
            self._present = str(answer or fingerprint(self._bench.design))
            self._show()

    def _is_ready(self) -> bool:
        """Whether the fingerprint of the open design is known; that of a large one is found beside the window."""
        design, analysis = self._bench.design, self._bench.services.analysis
        if not self._present and design.weight <= _LARGE:
            self._present = fingerprint(design)
        elif not self._present and not analysis.is_open("fingerprint"):
            analysis.ask("fingerprint")
        return bool(self._present)

    def _show(self) -> None:
        """Chips on the notes, and findings of what does not hold."""
        design = self._bench.design
        cites = next(citations_of(design), None) is not None
        if cites and not self._is_ready():
            return
        result, present = self.result if cites else None, self._present
        found = {
            holder: tuple(NoteChip(each.text, each.word, _TONES[each.standing]) for each in some)
            for holder, some in chips(design, result, present).items()
        }
        shown = {holder: some for holder, some in found.items() if isinstance(holder, str)}
        of_comments = {holder: some for holder, some in found.items() if isinstance(holder, int)}
        if of_comments != self._of_comments:
            self._of_comments = of_comments
            self.comments_shown.emit(of_comments)
        if shown != self._shown:
            self._shown = shown
            self._bench.views.canvas.show_chips(shown)
            self.shown.emit(shown)
        broken = tuple(broken_citations(design, result, present)) if result is not None else ()
        self._bench.services.findings.add_of_run(broken)
