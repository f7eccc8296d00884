"""The right panel: header, findings, form and measurements of what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from engine.model.design import Design
from engine.model.edits import EditError, Foreseen
from widgets.inspector.causes_section import CausesSection
from widgets.inspector.comparing import (
    Comparison,
    averages_of,
    compare_client,
    compare_node,
    describe_design,
)
from widgets.inspector.form import Form
from widgets.inspector.header import Header, guide_html
from widgets.inspector.instance_bars import ArrivalWindow, InstanceBars
from widgets.inspector.measured import WINDOW, Measured, Window
from widgets.inspector.shard_bars import ShardBars, ShardWindow
from widgets.inspector.subjects import DESIGN_KEY, subject_of
from widgets.inspector.theory_section import TheorySection
from widgets.inspector.writing import InvalidValueError
from widgets.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.model.component import Component
    from engine.model.edits import Edit
    from engine.model.findings import Finding
    from engine.model.prediction import Theory
    from engine.sim.snapshot import Snapshot
    from widgets.inspector.fields import Path
    from widgets.inspector.row import Row
    from widgets.inspector.subjects.base import Subject
    from widgets.theme import Theme, ThemeManager

_TURN = 0.01
"""Seconds of a turn of the event loop in which the fields of many items are found out."""
_ROUNDS = 3
"""Of layout until nothing moves: the lines, the scroll bar beside them, and what wraps where that is."""
_LOOKING = "Looking at what they have in common …"
_REFRESH_MS = 200
"""Measured numbers change at most this often: faster than five times a second nobody reads them."""


class InspectorPanel(QWidget):
    """Shows what is selected and asks for edits; the design itself when nothing is.

    The application tells it of every change of the design, also of those that it asked for.
    """

    edit_requested = Signal(object)
    """An :class:`engine.model.edits.Edit` that was checked against the design shown."""
    recording_wanted = Signal(str)
    """Load a recording of arrivals into this node."""
    keyboard_freed = Signal()
    """The field that had the keyboard is gone: what it belonged to was undone, deleted or replaced."""

    def __init__(
        self, components: Sequence[Component], look: ThemeManager, parent: QWidget | None = None
    ) -> None:
        """Know ``components`` (those of the catalog, handed in by the application)."""
        super().__init__(parent)
        self._look = look
        self._components = {component.kind: component for component in components}
        self._design = Design()
        self._selected: tuple[str, ...] = ()
        self._event: int | None = None
        self._shown = ""
        """Of which subject the form shows the fields: those of many items come some turns late."""
        self._findings: tuple[Finding, ...] = ()
        self._drafts: dict[str, dict[Path, str]] = {}
        self._window = Window()
        self._arrivals = ArrivalWindow(WINDOW)
        self._loads = ShardWindow(WINDOW)
        self._subject: Subject = subject_of(self._design, (), None, self._components)
        self.header = Header(look)
        self._forms: dict[str, Form] = {}
        self.form = self._form_of(self._subject)
        self.beside = TheorySection(look)
        self._theory: Theory | None = None
        self._is_predicting = False
        self.causes = CausesSection(look)
        self.measured = Measured(look)
        self.instances = InstanceBars(look)
        self.shards = ShardBars(look)
        self.guide = set_role(QLabel(), "help")
        self._nothing = set_role(QLabel(), "muted")
        self._later = QTimer(self, singleShot=True, interval=0)
        """Finds out more about many items."""
        self._later.timeout.connect(self._show_later)
        self._timer = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._timer.timeout.connect(self._show_measured)
        self._lay_out()
        self.header.renamed.connect(self._rename)
        self.header.help_toggled.connect(self._toggle_guide)
        look.changed.connect(self._restyle)
        self._show_subject()

    def sizeHint(self) -> QSize:
        """Wide enough for the titles of most fields on one line."""
        return QSize(320, 600)

    def set_design(self, design: Design) -> None:
        """The design changed, here or elsewhere; the cursor stays where it is."""
        typed = self._typed_in()
        self._design = design
        before = self._subject.key
        self._subject = self._find_subject()
        if self._subject.key != before:
            self._start_over(before)
        self._show_subject()
        self._free_keyboard(typed)

    def set_selection(self, ids: Sequence[str]) -> None:
        """Other items are selected; none shows the design."""
        self._select(tuple(ids), None)

    def select_event(self, index: int | None) -> None:
        """Show an event of the scenario, until something else is selected."""
        self._select(() if index is not None else self._selected, index)

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """All findings of the design; those of the selection are shown."""
        self._findings = tuple(findings)
        self._show_form()
        self._settle()

    def set_theory(self, theory: Theory | None) -> None:
        """What theory predicts of the design; None where it cannot run."""
        self._theory, self._is_predicting = theory, False
        self._show_compared()

    def expect_theory(self) -> None:
        """Theory is not ready yet: what it predicted of something else is not shown meanwhile."""
        self._is_predicting = True
        self._show_compared()

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """New measurements of the run."""
        self._window.add(snapshot)
        self._arrivals.add(snapshot)
        self._loads.add(snapshot)
        if not self._timer.isActive():
            self._timer.start()

    def show_moment(self, snapshots: Sequence[Snapshot]) -> None:
        """Measurements of another moment, in place of those that are shown."""
        self._window.clear()
        self._arrivals.clear()
        self._loads.clear()
        for snapshot in snapshots:
            self._window.add(snapshot)
            self._arrivals.add(snapshot)
            self._loads.add(snapshot)
        self._show_measured()

    def clear_measurements(self) -> None:
        """The run was reset: what was measured no longer holds."""
        self._window.clear()
        self._arrivals.clear()
        self._loads.clear()
        self._show_measured()

    def focus_name(self) -> None:
        """Put the cursor into the name, all of it selected."""
        self.header.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.header.name.selectAll()

    def refuse(self, path: str, message: str) -> None:
        """Say below a field, given as a dotted path, what could not be done with it."""
        row = self._reveal(tuple(path.split(".")))
        if row is not None:
            row.show_error(message)

    def focus_field(self, path: str) -> None:
        """Put the cursor into a field, given as a dotted path such as ``config.workers``."""
        if self._shown != self._subject.key:
            self._subject.fields()
            self._show_form()
        parts = tuple(path.split("."))
        self._seek(parts)
        for depth in range(len(parts), 0, -1):
            row = self.form.reveal(parts[:depth])
            if row is not None and row.editor is not None:
                self._scroll.ensureWidgetVisible(row)
                row.editor.take_focus(Qt.FocusReason.ShortcutFocusReason)
                return

    def asked_about(self) -> tuple[str, tuple[str, ...]]:
        """What is shown, by its family, and the path of the field that has the keyboard; no path where none has."""
        return self._subject.family, self.form.path_of(self.window().focusWidget())

    def show_guide(self) -> None:
        """Show the help about the kind, from its beginning."""
        self.guide.show()
        self._scroll.verticalScrollBar().setValue(0)

    def _lay_out(self) -> None:
        """Header above a scrolling column."""
        set_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(240)
        self.guide.setWordWrap(True)
        self.guide.setTextFormat(Qt.TextFormat.RichText)
        self.guide.hide()
        inside = set_role(QWidget(), "form")
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        below = (self.beside, self.causes, self.measured, self.instances, self.shards)
        for part in (self.guide, self._nothing, self.form, *below):
            column.addWidget(part)
        column.addStretch(1)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inside)
        self._column = column
        self._scroll.verticalScrollBar().rangeChanged.connect(
            lambda _low, high: column.setContentsMargins(16, 12, 6 if high else 16, 16)
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._scroll, 1)

    def _find_subject(self) -> Subject:
        """Subject of the selection in the design."""
        return subject_of(self._design, self._selected, self._event, self._components)

    def _select(self, ids: tuple[str, ...], event: int | None) -> None:
        """Show another subject; what was typed for the old one is committed or kept."""
        if (ids, event) == (self._selected, self._event):
            return
        typed = self._typed_in()
        self.form.commit()
        before = self._subject.key
        self._selected, self._event = ids, event
        self._subject = self._find_subject()
        if self._subject.key != before:
            self._start_over(before)
        self._show_subject()
        self._scroll.verticalScrollBar().setValue(0)
        self._free_keyboard(typed)

    def _typed_in(self) -> QWidget | None:
        """The part of the form that has the keyboard."""
        focus: QWidget | None = self.window().focusWidget()
        return focus if focus is not None and self.form.isAncestorOf(focus) else None

    def _free_keyboard(self, typed: QWidget | None) -> None:
        """Say so where what had the keyboard is gone: Qt gives it to whatever was made after it."""
        if typed is not None and not (isValid(typed) and typed.isVisibleTo(self)):
            self.keyboard_freed.emit()

    def _start_over(self, before: str) -> None:
        """Empty the form for another subject, keeping what the old one did not accept."""
        if self._shown == before:
            self._drafts[before] = self.form.drafts()
        self._shown = ""
        self.form.forget()
        self.guide.hide()
        self.header.name.setModified(False)
        form = self._form_of(self._subject)
        if form is not self.form:
            self._column.replaceWidget(self.form, form)
            self.form.hide()
            self.form = form

    def _form_of(self, subject: Subject) -> Form:
        """Form of a subject's family: made once, since making one takes longer than filling it."""
        form = self._forms.get(subject.family)
        if form is None:
            form = Form(self._look)
            form.changed.connect(self._change)
            form.fix_requested.connect(self.edit_requested)
            form.file_wanted.connect(self._want_recording)
            form.grown.connect(self._follow_form)
            form.reached_on.connect(self._reach_on)
            form.tab_after = self.header.help
            self._forms[subject.family] = form
        return form

    def _show_subject(self) -> None:
        """Bring everything up to date."""
        self.header.show_subject(self._subject)
        self.guide.setText(guide_html(self._subject.help))
        anew = self._shown != self._subject.key
        self._show_form()
        if self.form.is_whole:
            self._show_measured()
        elif anew:  # in a turn of their own, when all lines are there
            self._show_numbers_of("")
            self.beside.show_comparison(None)
        self._settle()

    def _reveal(self, path: Path) -> Row | None:
        """Row of a field, wherever it stands."""
        self._seek(path)
        return self.form.reveal(path)

    def _seek(self, path: Path) -> None:
        """Have a field among those that are shown, where it is in an entry of a long list."""
        if self.form.seek(path):
            self._show_form()

    def _reach_on(self) -> None:
        """Show more of a long list."""
        self._show_form()
        self._settle()

    def _follow_form(self, whole: bool) -> None:  # noqa: FBT001 - a Qt slot
        """More lines of the form are there; numbers come below them when all are."""
        if whole:
            self._show_measured()
        self._settle()

    def _show_later(self) -> None:
        """Go on finding out about many items."""
        self._show_form()
        self._settle()

    def _settle(self) -> None:
        """Put everything in its place before it is painted.

        Left to itself, layout comes level by level over some turns of the event loop, and squeezed lines are seen
        meanwhile.
        """
        for _ in range(_ROUNDS if self.isVisible() else 0):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

    def _show_form(self) -> None:
        """Fields with the findings of the subject; those of many items in a turn to come."""
        if not self._subject.advance(_TURN):
            if self._shown != self._subject.key:
                self.form.hide()
                self._say_instead(_LOOKING)
            self._later.start()
            return
        self._later.stop()
        self._shown = self._subject.key
        ids = frozenset(self._subject.ids)
        whole = self._subject.key == DESIGN_KEY
        about = [f for f in self._findings if f.id in ids or (whole and f.id is None)]
        fields = self._subject.lines(self.form.reach)
        self.form.show_fields(fields, about)
        self.form.show()
        self._say_instead("" if fields else "Nothing to set here.")
        for path, draft in self._drafts.pop(self._subject.key, {}).items():
            row = self._reveal(path)
            if row is not None and row.editor is not None:
                row.editor.restore(draft)

    def _say_instead(self, text: str) -> None:
        """Say something where there are no fields."""
        self._nothing.setText(text)
        self._nothing.setVisible(bool(text))

    def _show_measured(self) -> None:
        """Numbers of the one node or link that is selected."""
        self._show_numbers_of(self._subject.ids[0] if len(self._subject.ids) == 1 else "")
        self._show_compared()

    def _show_numbers_of(self, one: str) -> None:
        """Numbers of a node or a link; none without an id."""
        snapshot = self._window.snapshot
        node = self._design.node_by_id.get(one)
        if node is not None:
            component = self._components.get(node.kind)
            lines = self._window.node_lines(one, component.metrics if component else ())
        else:
            lines = self._window.link_lines(one)
        self.measured.show_lines(lines, snapshot.time if snapshot is not None else None)
        self.instances.show_bars([] if node is None else self._arrivals.bars(one))
        self.shards.show_shards(self._loads.shards(one))

    def _show_compared(self) -> None:
        """Predictions of the one node that is selected, or of the design, beside what was measured."""
        self.beside.show_comparison(self._comparison())

    def _comparison(self) -> Comparison | None:
        """What there is to compare, if anything."""
        theory = self._theory
        one = self._subject.ids[0] if len(self._subject.ids) == 1 else ""
        if self._is_predicting:
            predicted = self._subject.key == DESIGN_KEY or one in self._design.node_by_id
            return Comparison(notes=("…",)) if predicted else None
        if theory is None:
            return None
        if self._subject.key == DESIGN_KEY:
            told = describe_design(theory, self._design)
            return told if told.notes else None
        node, client = theory.nodes.get(one), theory.clients.get(one)
        measured = averages_of(one, self._window.samples)
        if node is not None:
            return compare_node(node, measured)
        return compare_client(client, measured) if client is not None else None

    def _change(self, path: Path, value: object) -> None:
        """Turn a changed field into an edit, or say why it cannot be."""
        row = self.form.row(path)
        try:
            edit = self._subject.edit(path, value)  # type: ignore[arg-type]  # JSON by contract
            tried = Foreseen.of(
                edit, self._design
            )  # whoever puts it into effect need not try again
        except (InvalidValueError, EditError) as error:
            if row is not None:
                row.refuse(str(error))
            return
        if row is not None:
            row.show_error("")
        self.edit_requested.emit(tried)

    def _want_recording(self) -> None:
        """Ask for a recording for the one node that is shown."""
        if len(self._subject.ids) == 1:
            self.recording_wanted.emit(self._subject.ids[0])

    def _rename(self, name: str) -> None:
        """Ask for another name."""
        edit: Edit = self._subject.rename(name)
        self.edit_requested.emit(edit)

    def _toggle_guide(self) -> None:
        """Show or hide the help about the kind."""
        self.guide.setVisible(self.guide.isHidden())

    def _restyle(self, _theme: Theme) -> None:
        """Icons and painted parts in the new theme."""
        self._show_subject()
        self.beside.restyle()
        self.update()
