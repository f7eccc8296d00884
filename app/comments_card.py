"""The card of comments: what people say about items and moments of the open design, and answer."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.naming import name_of
from app.overlay import Overlay
from engine.model.commenting import answered, resolved, said, taken_back
from engine.model.design import Comment, Design, Reply
from engine.model.units import format_instant
from widgets.theme import breakable, directed, menu_text, plain_tip, set_role
from widgets.theme.shapes import state_pixmap
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from engine.model.edits import Edit
    from widgets.canvas import NoteChip
    from widgets.theme import ThemeManager

_WIDTH, _HEIGHT = 480, 560
MAX_SHOWN: Final = 100
_AT_ONCE: Final = 10
"""Comments and answers that are put on the card in a turn of the event loop."""
_ABOUT: Final = 180
"""Room for the name of what is commented on (logical pixels)."""
_LONGEST: Final = 5_000
_NAME: Final = 100


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

    def __init__(self, said: Said, card: CommentsCard) -> None:
        """The comment without its answers."""
        super().__init__()
        self.said, self._card = said, card
        self.index = place = said.place
        self.is_whole = False
        """Whether it has all its answers."""
        comment = said.comment
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 8)
        column.setSpacing(3)
        column.addLayout(self._head(comment, said.about))
        column.addWidget(_text(comment.text, "muted" if comment.resolved else ""))
        for chip in said.chips:
            column.addLayout(self._cited(chip))
        self._answers = QVBoxLayout()
        self._answers.setSpacing(3)
        column.addLayout(self._answers)
        self.answer = QLineEdit(placeholderText="Reply…", maxLength=_LONGEST)
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
            line.addWidget(_text(_signed(reply.author, reply.written), "caption"))
            line.addWidget(_text(reply.text, "muted" if comment.resolved else ""))
            self._answers.addLayout(line)
        self.is_whole = True

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
        sign.setPixmap(state_pixmap(style, 10, self._card.devicePixelRatioF()))
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
            reply = Reply(text=text, author=self._card.author.text().strip(), written=_now())
            self._card.ask(answered(self._card.design, self.index, reply))


class CommentsCard(Overlay):
    """Floats over the right of the canvas."""

    edit_requested = Signal(object)
    """An ``Edit`` that says, answers, resolves or deletes."""
    cite_requested = Signal(int)
    """Place of a comment that is to cite a number."""
    jump_requested = Signal(str)
    moment_requested = Signal(float)
    """A simulated moment (s) to be looked at."""
    author_changed = Signal(str)

    def __init__(self, window: QWidget, look: ThemeManager) -> None:
        """Nothing is said yet."""
        super().__init__(window, look)
        self.setAccessibleName("Comments")
        self.design = Design()
        self.threads: list[Thread] = []
        self.chips: Mapping[int, tuple[NoteChip, ...]] = {}
        """What comments cite, by their places in the design's list."""
        self._about: str | None = None
        self._at = 0.0
        self._first: Collection[int] = ()
        """Places of the comments that are to be on top."""
        self.author = QLineEdit(maxLength=_NAME)
        self.words = QLineEdit(maxLength=_LONGEST)
        self.here = QCheckBox()
        self.now = QCheckBox()
        self.say = QPushButton("Comment")
        self._area = QScrollArea(widgetResizable=True)
        self._column = QVBoxLayout()
        """Threads, and below them some words."""
        self._note = set_role(QLabel(), "muted")
        self.turns = Turns(self)
        """Put the threads on the card."""
        self._built = False

    def set_author(self, name: str) -> None:
        """Who writes; the name by which the system knows the person where nobody said another."""
        self.author.setText(name or _system_name())

    def set_design(self, design: Design) -> None:
        """Follow the open design."""
        self.design = design
        if self.isVisible():
            self._fill()

    def show_chips(self, chips: Mapping[int, tuple[NoteChip, ...]]) -> None:
        """Show what comments cite, and what became of it."""
        self.chips = chips
        if self.isVisible():
            self._fill()

    def come_back(self, holder: object) -> None:
        """The card by which a comment cites was closed: show that comment again."""
        if isinstance(holder, int) and holder < len(self.design.comments):
            self.open_on((holder,))

    def ask(self, edit: Edit) -> None:
        """Ask for an edit; when it is done, the card has heard of it."""
        self.edit_requested.emit(edit)

    def open_on(self, places: Collection[int]) -> None:
        """Show some comments on top of the others, ready to write one more about that moment.

        Args:
            places: where they are in the design's list.
        """
        comments = self.design.comments
        here = [comments[place] for place in places if place < len(comments)]
        if here:
            self.open_about(here[0].about, here[0].at, places)

    def open_about(
        self, item_id: str | None, at: float | None, first: Collection[int] = ()
    ) -> None:
        """Show all comments, ready to write one about an item, a moment or both.

        Args:
            item_id: what is written about; None for the whole design.
            at: the moment (s) that can be written about; None for none.
            first: places in the design's list of the comments that are to be on top.
        """
        if not self._built:
            self._build()
        self._about = item_id
        self._at = at or 0.0
        self._first = first
        name = name_of(self.design, item_id) if item_id else "an item"
        cut = self.here.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _ABOUT)
        self.here.setText(f"About {menu_text(directed(cut))}")
        self.here.setAccessibleName(f"About {name}")
        self.here.setToolTip(plain_tip(name))
        self.here.setEnabled(item_id is not None)
        self.here.setChecked(item_id is not None)
        self.now.setText(f"At {format_instant(self._at)}" if at is not None else "At a moment")
        self.now.setEnabled(at is not None)
        self.now.setChecked(bool(first) and at is not None)
        self._fill()
        super().open()
        self.words.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Sit at the right, over the canvas."""
        height = min(_HEIGHT, self.host.height() - 120)
        width = min(_WIDTH, self.host.width() - 40)
        self.setGeometry(self.host.width() - width - 12, 56, width, height)

    def _build(self) -> None:
        """Made when it is first asked for, since most starts never ask."""
        self._built = True
        self.author.setPlaceholderText("Your name")
        self.author.setAccessibleName("Your name")
        self.author.setFixedWidth(140)
        self.author.editingFinished.connect(
            lambda: self.author_changed.emit(self.author.text().strip())
        )
        self.words.setPlaceholderText("Say something about it…")
        self.words.setAccessibleName("Comment")
        self.words.returnPressed.connect(self._say)
        self.say.clicked.connect(self._say)
        head = QHBoxLayout()
        head.addWidget(set_role(QLabel("Comments"), "title"), 1)
        name = set_role(QLabel("Your name"), "caption")
        name.setBuddy(self.author)
        head.addWidget(name)
        head.addWidget(self.author)
        targets = QHBoxLayout()
        targets.addWidget(self.here)
        targets.addWidget(self.now)
        targets.addStretch(1)
        targets.addWidget(self.say)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.words)
        column.addLayout(targets)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._area, 1)
        body = QWidget()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._note)
        self._column.addStretch(1)
        body.setLayout(self._column)
        self._area.setWidget(body)

    def _say(self) -> None:
        """Add a comment."""
        text = self.words.text().strip()
        if not text:
            return
        comment = Comment(text=text, author=self.author.text().strip(), written=_now())
        about = self._about if self.here.isChecked() else None
        update = {"about": about} if about is not None else {}
        at = {"at": round(self._at, 3)} if self.now.isChecked() else {}
        before = len(self.design.comments)
        self.ask(said(self.design, comment.model_copy(update=update | at)))
        if len(self.design.comments) > before:
            self.words.clear()

    def _fill(self) -> None:
        """List the comments: those about the item first, then open ones, those done with last.

        Many of them, and long threads, come some a turn of the event loop; threads that are the same stay.
        """
        found = list(enumerate(self.design.comments))
        found.sort(
            key=lambda pair: (
                pair[0] not in self._first,
                pair[1].resolved,
                pair[1].about != self._about,
                -pair[0],
            )
        )
        wanted = [self._said(*pair) for pair in found[:MAX_SHOWN]]
        note = ""
        if not found:
            note = "Nobody has said anything yet."
        elif len(found) > MAX_SHOWN:
            note = f"{len(found) - MAX_SHOWN} more; resolve or delete some to see them"
        self.turns.forget()
        self.turns.do(self._listing(wanted, note), is_long=True)

    def _said(self, place: int, comment: Comment) -> Said:
        """What is to be seen of a comment."""
        about = "" if comment.about is None else name_of(self.design, comment.about)
        return Said(place, comment, about, tuple(self.chips.get(place, ())))

    def _listing(self, wanted: list[Said], note: str) -> Iterator[None]:
        """Have threads for these, in this order, and some words below them, in steps."""
        typed = self._typed_in()
        kept = self._keep(wanted)
        if typed in kept:
            typed = None
        if typed is not None:
            self.words.setFocus()  # until what takes its place is there
        self._note.setText(note)
        self._note.setVisible(bool(note) and not wanted)
        done = 0
        for place, each in enumerate(wanted):
            thread = kept.get(each.place) or Thread(each, self)
            self._put(place, thread)
            if each.place == typed:
                thread.answer.setFocus()
            for _ in () if thread.is_whole else _each(thread.answering()):
                done += 1
                if done % _AT_ONCE == 0:
                    yield
        self._note.setVisible(bool(note))

    def _keep(self, wanted: list[Said]) -> dict[int, Thread]:
        """Threads that are wanted, by the places of their comments; the others go."""
        kept: dict[int, Thread] = {}
        for thread in self.threads:
            if thread.is_whole and thread.said in wanted:
                kept[thread.index] = thread
            else:
                self._column.removeWidget(thread)
                thread.hide()
                thread.deleteLater()  # not at once: one of its buttons may have asked for this
        self.threads = list(kept.values())
        return kept

    def _put(self, place: int, thread: Thread) -> None:
        """Have a thread at a place of the list."""
        if place < len(self.threads) and self.threads[place] is thread:
            return
        if thread in self.threads:
            self.threads.remove(thread)
        self.threads.insert(place, thread)
        self._column.insertWidget(place, thread)
        thread.show()

    def _typed_in(self) -> int | None:
        """Place of the comment below which the keyboard is, such as in its reply."""
        focus: QWidget | None = self.window().focusWidget()
        if focus is None:
            return None
        return next((each.index for each in self.threads if each.isAncestorOf(focus)), None)


def _each(steps: Iterator[None]) -> Iterator[None]:
    """The steps, and one more at their end."""
    yield from steps
    yield


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


def _now() -> str:
    """This minute, as a design file has it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _system_name() -> str:
    """By what the system knows the person; nothing where it does not."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
