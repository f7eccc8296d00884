"""A comment with the answers to it, as the card of comments shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine.model.commenting import answered, resolved, taken_back
from engine.model.design import Comment, Reply
from engine.model.units import format_instant
from widgets.theme import breakable, set_role
from widgets.theme.shapes import state_pixmap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import SignalInstance

    from engine.model.design import Design
    from engine.model.edits import Edit
    from widgets.canvas import NoteChip
    from widgets.theme import ThemeManager

LONGEST: Final = 5_000
"""Characters of a comment or an answer."""


class Card(Protocol):
    """What a thread needs of the card that it is on."""

    design: Design
    look: ThemeManager
    author: QLineEdit

    @property
    def cite_requested(self) -> SignalInstance:
        """Tells the place of a comment that is to cite a number."""

    @property
    def jump_requested(self) -> SignalInstance:
        """Tells an item to go to."""

    @property
    def moment_requested(self) -> SignalInstance:
        """Tells a moment (s) to look at."""

    def ask(self, edit: Edit) -> None:
        """Ask for an edit."""


class Said(NamedTuple):
    """All that is seen of a comment: where this is the same, its thread is."""

    place: int
    """In the design's list."""
    comment: Comment
    about: str
    """Name of what it is about."""
    chips: tuple[NoteChip, ...]
    """What it cites, and what became of it."""


class Thread(QWidget):
    """A comment with the answers to it, which come one by one."""

    def __init__(self, said: Said, card: Card) -> None:
        """The comment without its answers."""
        super().__init__()
        self.said, self._card = said, card
        self.index = place = said.place
        self.is_whole = False
        """Whether it has all its answers."""
        comment = said.comment
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 8)
        column.setSpacing(3)
        column.addLayout(self._head(comment, said.about))
        column.addWidget(_text(comment.text, "muted" if comment.resolved else ""))
        for chip in said.chips:
            column.addLayout(self._cited(chip))
        self._answers = QVBoxLayout()
        self._answers.setSpacing(3)
        column.addLayout(self._answers)
        self.answer = QLineEdit(placeholderText="Reply…", maxLength=LONGEST)
        self.answer.setAccessibleName(f"Reply to {comment.author or 'the comment'}")
        self.answer.returnPressed.connect(self._reply)
        self.settle = set_role(QPushButton("Reopen" if comment.resolved else "Resolve"), "link")
        self.cite = set_role(QPushButton("Cite…"), "link")
        self.cite.setToolTip("Cite a number of a run in this comment")
        self.cite.clicked.connect(lambda: card.cite_requested.emit(place))
        self.settle.clicked.connect(
            lambda: card.ask(resolved(card.design, place, done=not comment.resolved))
        )
        self.delete = set_role(QPushButton("Delete"), "link")
        self.delete.clicked.connect(lambda: card.ask(taken_back(card.design, place)))
        tools = QHBoxLayout()
        tools.addWidget(self.answer, 1)
        tools.addWidget(self.cite)
        tools.addWidget(self.settle)
        tools.addWidget(self.delete)
        column.addLayout(tools)

    def answering(self) -> Iterator[None]:
        """Put the answers on, one a step."""
        comment = self.said.comment
        for reply in comment.replies:
            yield
            line = QVBoxLayout()
            line.setContentsMargins(16, 2, 0, 0)
            line.setSpacing(1)
            who = _text(_signed(reply.author, reply.written), "caption")
            what = _text(reply.text, "muted" if comment.resolved else "")
            line.addWidget(who)
            line.addWidget(what)
            self._answers.addLayout(line)
            self._column.setEnabled(False)  # until there is room
            for label in (who, what):
                label.show()  # now: layout gives no room to what is shown some events later
        self.is_whole = True

    def take_room(self, width: int) -> None:
        """Be as high as what has come asks for, before layout fits it into the old height."""
        self._column.setEnabled(True)
        self.resize(width, self.heightForWidth(width))
        self.updateGeometry()

    def _head(self, comment: Comment, name: str) -> QHBoxLayout:
        """Who, and what it is about: a click goes there."""
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(_text(_signed(comment.author, comment.written), "caption"), 1)
        if comment.about is not None:
            about = comment.about
            where = set_role(QPushButton(name.replace("&", "&&")), "link")
            where.clicked.connect(lambda: self._card.jump_requested.emit(about))
            row.addWidget(where)
        if comment.at is not None:
            at = comment.at
            when = set_role(QPushButton(format_instant(at)), "link")
            when.setToolTip("Look at this moment of the run")
            when.clicked.connect(lambda: self._card.moment_requested.emit(at))
            row.addWidget(when)
        return row

    def _cited(self, chip: NoteChip) -> QHBoxLayout:
        """A number that the comment cites, and what became of it."""
        style = self._card.look.theme.state(chip.tone)
        sign, row = QLabel(), QHBoxLayout()
        sign.setPixmap(state_pixmap(style, 10, self.devicePixelRatioF()))
        row.setContentsMargins(2, 1, 0, 1)
        row.setSpacing(6)
        row.addWidget(sign)
        text = _text(chip.text, "caption")
        row.addWidget(text, 1)
        if chip.word:
            word = QLabel(chip.word)
            word.setStyleSheet(f"color: {style.text}; font-weight: 600")
            row.addWidget(word)
        return row

    def _reply(self) -> None:
        """Answer."""
        text = self.answer.text().strip()
        if text:
            reply = Reply(text=text, author=self._card.author.text().strip(), written=now())
            self._card.ask(answered(self._card.design, self.index, reply))


def _text(text: str, role: str) -> QLabel:
    """What somebody wrote: always plain text."""
    label = QLabel(breakable(text), wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return set_role(label, role) if role else label


def _signed(author: str, written: str) -> str:
    """Who wrote when: ``Ada · 29 Nov 2026, 16:05``."""
    try:
        when = datetime.fromisoformat(written).astimezone().strftime("%d %b %Y, %H:%M")
    except ValueError:
        when = ""
    return " · ".join(part for part in (author or "Somebody", when) if part)


def now() -> str:
    """This minute, as a design file has it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")
