"""The form: rows of fields under group headings, kept alive while the design changes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.inspector.findings import FindingCard
from widgets.inspector.row import Row
from widgets.theme import section_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QShowEvent
    from PySide6.QtWidgets import QLabel

    from engine.model.findings import Finding
    from widgets.inspector.fields import Field, Path
    from widgets.theme import ThemeManager

_Key = tuple["Path", str]


class Form(QWidget):
    """Shows fields and tells what a person changes.

    A row lives as long as its field is there with the same sort of value, so that the cursor stays
    where it is when a value arrives from elsewhere.
    """

    changed = Signal(object, object)
    """Path and new value (JSON, or ``UNSET``)."""
    file_wanted = Signal()
    """A person wants to take a recording from a file."""
    fix_requested = Signal(object)
    """The edit of a finding's remedy."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty form."""
        super().__init__()
        self._look = look
        self._rows: dict[_Key, Row] = {}
        self._headings: list[QLabel] = []
        self._cards: list[FindingCard] = []
        self._order: list[tuple[str, _Key]] = []
        self.tab_after: QWidget | None = None
        """What has the keyboard before the form."""
        self._chain: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(7)

    def show_fields(self, fields: Sequence[Field], findings: Sequence[Finding] = ()) -> None:
        """Show other fields or other values of the same fields, and findings under their groups."""
        order = [(field.group, _key(field)) for field in fields]
        for field in fields:
            row = self._rows.get(_key(field))
            if row is not None and row.field.shape == field.shape:
                row.show_field(field)
            else:
                self._replace(field)
        if order != self._order or [card.finding for card in self._cards] != list(findings):
            self._order = order
            self._arrange(findings)
        self._chain_tabs()

    def showEvent(self, event: QShowEvent) -> None:
        """Only now it is in the window, behind what stands above it."""
        super().showEvent(event)
        self._chain_tabs()

    def path_of(self, widget: QWidget | None) -> Path:
        """Path of the field that a widget belongs to; empty where it belongs to none."""
        return next(
            (
                path
                for (path, _), row in self._rows.items()
                if widget is not None and row.isAncestorOf(widget)
            ),
            (),
        )

    def row(self, path: Path) -> Row | None:
        """Row of a field."""
        return next((row for key, row in self._rows.items() if key[0] == path), None)

    def commit(self) -> None:
        """Take what is being typed as final."""
        for row in list(self._rows.values()):
            if row.editor is not None:
                row.editor.commit()

    def drafts(self) -> dict[Path, str]:
        """Texts that were typed and not accepted."""
        found: dict[Path, str] = {}
        for (path, _), row in self._rows.items():
            draft = row.editor.draft() if row.editor is not None else None
            if draft is not None:
                found[path] = draft
        return found

    def forget(self) -> None:
        """Drop what was typed and not accepted, before the same fields of another item are shown."""
        for row in self._rows.values():
            row.show_error("")
            if row.editor is not None:
                row.editor.forget()

    def _replace(self, field: Field) -> None:
        """A new row for a field."""
        old = self._rows.pop(_key(field), None)
        if old is not None:
            _discard(old)
        row = Row(field, self._look)
        row.changed.connect(self.changed)
        row.file_wanted.connect(self.file_wanted)
        self._rows[_key(field)] = row
        self._order = []

    def _arrange(self, findings: Sequence[Finding]) -> None:
        """Put rows, headings and findings in order; rows that are gone are dropped."""
        wanted = {key for _, key in self._order}
        for key in [key for key in self._rows if key not in wanted]:
            _discard(self._rows.pop(key))
        while self._layout.count():
            self._layout.takeAt(0)
        for widget in (*self._headings, *self._cards):
            _discard(widget)
        self._headings, self._cards = [], []
        groups = list(dict.fromkeys(group for group, _ in self._order))
        for i, group in enumerate(groups):
            self._add_group(group, first=i == 0)
            for finding in findings:
                if self._group_of(finding) == (group if groups else None):
                    self._add_card(finding)

    def _add_group(self, group: str, *, first: bool) -> None:
        """Heading and rows of a group."""
        if not first:
            self._layout.addSpacing(9)
        heading = section_label(group)
        self._headings.append(heading)
        self._layout.addWidget(heading)
        heading.show()
        for name, key in self._order:
            if name == group:
                self._layout.addWidget(self._rows[key])
                self._rows[key].show()

    def _add_card(self, finding: Finding) -> None:
        """A finding below the group that it is about."""
        card = FindingCard(finding, self._look)
        card.fix_requested.connect(self.fix_requested)
        self._cards.append(card)
        self._layout.addWidget(card)
        card.show()

    def _group_of(self, finding: Finding) -> str | None:
        """Group of the field that a finding names; the first group where it names none."""
        path = tuple((finding.field or "").split("."))
        for depth in range(len(path), 0, -1):
            for group, (row_path, _) in self._order:
                if row_path == path[:depth]:
                    return group
        return self._order[0][0] if self._order else None

    def _chain_tabs(self) -> None:
        """Tab goes down the form in the order that is seen, from what stands above it on."""
        chain = [] if self.tab_after is None else [self.tab_after]
        for _, key in self._order:
            chain += self._rows[key].stops()
        window = self.window()
        chain = [stop for stop in chain if stop.window() is window]
        if chain != self._chain:
            self._chain = chain
            for before, after in pairwise(chain):
                QWidget.setTabOrder(before, after)


def _key(field: Field) -> _Key:
    """Identity of a row."""
    return field.path, field.shape.sort


def _discard(widget: QWidget) -> None:
    """Take a widget away for good."""
    widget.hide()
    widget.deleteLater()
