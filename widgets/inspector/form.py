"""The form: rows of fields under group headings, kept alive while the design changes."""

from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.inspector.findings import FindingCard
from widgets.inspector.folding import Folding, contents
from widgets.inspector.group_heading import GroupHeading
from widgets.inspector.reach import Reach
from widgets.inspector.row import Row
from widgets.theme import set_role
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QShowEvent

    from engine.model.findings import Finding
    from widgets.inspector.fields import Field, Path
    from widgets.theme import ThemeManager

_Key = tuple["Path", str]
AT_ONCE: Final = 5
"""Lines that are made in one turn at most: each takes milliseconds, and more of them until it is seen."""
CARDS: Final = 5
"""Findings that are told below a group at most: of thousands of items that are selected, each may have some."""
_TURN: Final = 0.012
"""Seconds of processor time after which a turn makes no more: a choice among hundreds takes as long as five others."""


_LONG: Final = 5
"""Parts of a value from which on its line is made in a turn of its own."""


class Form(QWidget):
    """Shows fields and tells what a person changes.

    A row lives as long as its field is there with the same sort of value, so that the cursor stays
    where it is when a value arrives from elsewhere. Long forms fold, group by group; the rows of a
    group are made when it is first seen open, since each takes its time.
    """

    changed = Signal(object, object)
    """Path and new value (JSON, or ``UNSET``)."""
    file_wanted = Signal()
    """A person wants to take a recording from a file."""
    fix_requested = Signal(object)
    """The edit of a finding's remedy."""
    reached_on = Signal()
    """A person wants to see more lines of a list, of which only heads may be known yet."""
    grown = Signal(bool)
    """More lines are there, which come some turns late where they are many; whether these are all."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty form."""
        super().__init__()
        self._look = look
        self._fields: dict[_Key, Field] = {}
        self._rows: dict[_Key, Row] = {}
        """Of the fields whose lines somebody has wanted to see."""
        self._headings: list[GroupHeading] = []
        self._folding = Folding()
        self._cards: list[FindingCard | QLabel] = []
        self._order: list[tuple[str, _Key]] = []
        self.reach = Reach()
        """The lines that are made, and that fields are wanted for."""
        self._told: list[Finding] = []
        """The findings of these, in the order in which they came."""
        self._about: dict[str | None, list[Finding]] = {}
        """The same by the group below which they stand; none where there are no lines."""
        self._troubled: set[str | None] = set()
        """Groups of which a field has a finding."""
        self._more: dict[str, QPushButton] = {}
        """Below the lines of a group that has still more."""
        self.tab_after: QWidget | None = None
        """What has the keyboard before the form."""
        self._chain: list[QWidget] = []
        self._goes_on_for = ""
        """Group whose button for more of it was taken away while it had the keyboard."""
        self._goes_on: _Key | None = None
        """Field whose row was made anew while it had the keyboard."""
        self._turns = Turns(self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(7)

    def show_fields(self, fields: Sequence[Field], findings: Sequence[Finding] = ()) -> None:
        """Show other fields or other values of the same fields, and findings under their groups."""
        order = [(field.group, _key(field)) for field in fields]
        self._fields = {_key(field): field for field in fields}
        for field in fields:
            row = self._rows.get(_key(field))
            if row is not None and row.field.shape == field.shape:
                row.show_field(field)
            elif row is not None:
                self._replace(field)
        rearranged = order != self._order
        self._order = order
        if rearranged or self._told != list(findings):
            self._told = list(findings)
            self._assign(findings)
            self._arrange()
        changed = {field.group for field in fields if field.changed}
        sizes = Counter(group for group, _ in order)
        self._folding.see(sizes, {group for group in changed | self._troubled if group is not None})
        self._fold()
        row = self._rows.get(self._goes_on) if self._goes_on is not None else None
        self._goes_on = None
        if row is not None and row.editor is not None:
            row.editor.take_focus()

    @property
    def is_whole(self) -> bool:
        """Whether all lines are there that are to be seen."""
        return not self._turns.is_busy

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
        key = next((key for key in self._fields if key[0] == path), None)
        return None if key is None else self._made(key)

    def seek(self, path: Path) -> bool:
        """Want the field at a path; tells whether it has to be shown first."""
        missing = all(key[0] != path for key in self._fields)
        if missing:
            self.reach = self.reach.to(path)
        return missing

    def reveal(self, path: Path) -> Row | None:
        """Row of a field, with its group open, and all others there, so that it stays in its place."""
        row = self.row(path)
        if row is not None:
            self._folding.reveal(row.field.group)
            self._fold()
            self._turns.finish()
        return row

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
        self._turns.forget()
        self._folding.start_over()
        self.reach = Reach()
        for row in self._rows.values():
            row.show_error("")
            if row.editor is not None:
                row.editor.forget()

    def _replace(self, field: Field) -> None:
        """A new row for a field in the place of one for another sort of value."""
        old = self._rows.pop(_key(field))
        if old.isAncestorOf(self.window().focusWidget()):
            self._goes_on = _key(field)
        _discard(old)
        self._add(field)
        self._order = []

    def _add(self, field: Field) -> Row:
        """A row for a field, which is nowhere yet."""
        row = self._rows[_key(field)] = Row(field, self._look)
        row.changed.connect(self.changed)
        row.file_wanted.connect(self.file_wanted)
        return row

    def _made(self, key: _Key) -> Row:
        """The row of a field, below the heading of its group."""
        row = self._rows.get(key)
        if row is None:
            field = self._fields[key]
            group = [each for name, each in self._order if name == field.group]
            above = sum(each in self._rows for each in group[: group.index(key)])
            heading = next(each for each in self._headings if each.name == field.group)
            row = self._add(field)
            self._layout.insertWidget(self._layout.indexOf(heading) + 1 + above, row)
            row.setVisible(self._folding.is_open(field.group))
        return row

    def _assign(self, findings: Sequence[Finding]) -> None:
        """Each finding to the group of the field that it names; to the first group where it names none."""
        groups: dict[Path, str] = {}
        for group, (path, _) in self._order:
            groups.setdefault(path, group)
        first = self._order[0][0] if self._order else None
        self._about, self._troubled = {}, set()
        for finding in findings:
            path = tuple((finding.field or "").split("."))
            depths = range(len(path), 0, -1)
            named = next((groups[path[:end]] for end in depths if path[:end] in groups), first)
            self._about.setdefault(named, []).append(finding)
            if finding.field is not None:
                self._troubled.add(named)

    def _arrange(self) -> None:
        """Put rows, headings and findings in order; rows that are gone are dropped."""
        wanted = {key for _, key in self._order}
        for key in [key for key in self._rows if key not in wanted]:
            _discard(self._rows.pop(key))
        typed = {heading.name for heading in self._headings if heading.hasFocus()}
        asked = (group for group, more in self._more.items() if more.hasFocus())
        self._goes_on_for = next(asked, self._goes_on_for)
        gone = (*self._headings, *self._cards, *self._more.values())
        # Not ``takeAt``: what it gives lives on, and a line that is put in again keeps the height that it had.
        for widget in (*self._rows.values(), *gone):
            self._layout.removeWidget(widget)
        for widget in gone:
            _discard(widget)
        self._headings, self._cards, self._more = [], [], {}
        groups = list(dict.fromkeys(group for group, _ in self._order))
        for group in groups:
            self._add_group(group)
            self._add_cards(self._about.get(group, []))
        for heading in self._headings:
            if heading.name in typed:
                heading.setFocus()

    def _add_group(self, group: str) -> None:
        """Heading and rows of a group."""
        heading = GroupHeading(group, self._look)
        heading.clicked.connect(lambda opened: self._choose(group, opened=opened))
        self._headings.append(heading)
        self._layout.addWidget(heading)
        heading.show()
        for name, key in self._order:
            if name == group and key in self._rows:
                self._layout.addWidget(self._rows[key])

    def _choose(self, group: str, *, opened: bool) -> None:
        """A person opens or folds a group."""
        self._folding.choose(group, opened=opened)
        self._fold()

    def _fold(self) -> None:
        """Show the lines of the groups that are open, and of the others what is in them: many of them in turns."""
        self._turns.forget()
        wanted = (key for heading in self._headings for key in self._open_keys(heading))
        missing = [key for key in wanted if key not in self._rows]
        many = len(missing) > AT_ONCE or any(_is_long(self._fields[key]) for key in missing)
        place = self.parentWidget()
        seen = place is not None and place.isVisible()
        self._turns.do(self._unfold(), is_long=seen and many)

    def _keys(self, heading: GroupHeading) -> list[_Key]:
        """The fields of a group."""
        return [key for group, key in self._order if group == heading.name]

    def _open_keys(self, heading: GroupHeading) -> list[_Key]:
        """Those whose lines are to be seen."""
        opened = self._folding.is_open(heading.name)
        return self._keys(heading)[: int(self.reach.of(heading.name)) if opened else 0]

    def _unfold(self) -> Iterator[None]:
        """Headings first, then lines from above, some a step."""
        above = False
        for heading in self._headings:
            keys, opened = self._keys(heading), self._folding.is_open(heading.name)
            for key in keys:
                if key in self._rows:
                    self._rows[key].setVisible(opened)
            apart = (opened or above) and heading is not self._headings[0]
            inside = contents(heading.name, [self._fields[key] for key in keys])
            heading.show_state(inside, opened=opened, apart=apart)
            above = opened
        made, turns, end = 0, 1, time.thread_time() + _TURN
        for heading in self._headings:
            for key in self._open_keys(heading):
                if key in self._rows:
                    continue
                late = time.thread_time() > end or _is_long(self._fields[key])
                if made == AT_ONCE or (made and late):
                    self.grown.emit(False)  # noqa: FBT003 - Qt's signature
                    yield
                    made, turns, end = 0, turns + 1, time.thread_time() + _TURN
                self._made(key).show()
                made += 1
            opened = self._folding.is_open(heading.name)
            self._offer_more(heading, self._keys(heading) if opened else [])
        self._chain_tabs()
        if turns > 1:
            self.grown.emit(False)  # noqa: FBT003 - Qt's signature
            yield
            self.grown.emit(True)  # noqa: FBT003 - Qt's signature

    def _offer_more(self, heading: GroupHeading, keys: Sequence[_Key]) -> None:
        """Say below the lines of a group how many more there are, where not all are made."""
        made = sum(key in self._rows for key in keys)
        old = self._more.pop(heading.name, None)
        had_keyboard = self._goes_on_for == heading.name or (old is not None and old.hasFocus())
        if old is not None:
            _discard(old)
        if made == len(keys):
            return
        items = sum(self._fields[key].shape.sort == "item" for key in keys)
        many = f"{items} {heading.name.lower()}" if items else f"{len(keys)} lines"
        more = set_role(QPushButton(f"Show more of {many}"), "link")
        more.clicked.connect(lambda: self._reach_on(heading.name))
        self._more[heading.name] = more
        self._layout.insertWidget(self._layout.indexOf(heading) + 1 + made, more)
        more.show()
        if had_keyboard:
            self._goes_on_for = ""
            more.setFocus()

    def _reach_on(self, group: str) -> None:
        """A person wants to see more lines of a group."""
        self.reach = self.reach.more_of(group)
        self.reached_on.emit()
        self._fold()

    def _add_cards(self, findings: Sequence[Finding]) -> None:
        """The first findings of a group below it, and how many more there are."""
        made: list[FindingCard | QLabel] = []
        for finding in findings[:CARDS]:
            card = FindingCard(finding, self._look)
            card.fix_requested.connect(self.fix_requested)
            made.append(card)
        more = len(findings) - CARDS
        if more > 0:
            made.append(set_role(QLabel(f"{more:,} more in the list of findings"), "caption"))
        for each in made:
            self._layout.addWidget(each)
            each.show()
        self._cards += made

    def _chain_tabs(self) -> None:
        """Tab goes down the form in the order that is seen, from what stands above it on."""
        chain: list[QWidget] = [] if self.tab_after is None else [self.tab_after]
        for heading in self._headings:
            chain.append(heading)
            for group, key in self._order:
                if group == heading.name and key in self._rows:
                    chain += self._rows[key].stops()
            if heading.name in self._more:
                chain.append(self._more[heading.name])
        window = self.window()
        chain = [stop for stop in chain if stop.window() is window]
        if chain != self._chain:
            self._chain = chain
            for before, after in pairwise(chain):
                QWidget.setTabOrder(before, after)


def _is_long(field: Field) -> bool:
    """Whether a line has many lines of its own, which take a turn."""
    parts = field.options if field.shape.sort == "shares" else field.value
    return isinstance(parts, tuple | list | dict) and len(parts) > _LONG


def _key(field: Field) -> _Key:
    """Identity of a row."""
    return field.path, field.shape.sort


def _discard(widget: QWidget) -> None:
    """Take a widget away for good."""
    widget.hide()
    widget.deleteLater()
