"""The card of comments: what people say about items and moments of the open design, and answer."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Final

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

from app.comment_thread import LONGEST, Said, Thread, now
from app.naming import name_of
from app.overlay import Overlay
from engine.model.commenting import said
from engine.model.design import Comment, Design
from engine.model.units import format_instant
from widgets.theme import directed, menu_text, plain_tip, set_role
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from engine.model.edits import Edit
    from widgets.canvas import NoteChip
    from widgets.theme import ThemeManager

_WIDTH, _HEIGHT = 480, 560
MAX_SHOWN: Final = 100
_AT_ONCE: Final = 4
"""Comments and answers that are put on the card in a turn of the event loop."""
_ABOUT: Final = 180
"""Room for the name of what is commented on (logical pixels)."""
_NAME: Final = 100


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
        self.words = QLineEdit(maxLength=LONGEST)
        self.here = QCheckBox()
        self.now = QCheckBox()
        self.say = QPushButton("Comment")
        self._area = QScrollArea(widgetResizable=True)
        self._body = QWidget()
        """In the area; has the column."""
        self._column = QVBoxLayout()
        """Threads, and below them some words."""
        self._note = set_role(QLabel(), "muted")
        self.turns = Turns(self)
        """Put the threads on the card."""
        self._coming: Iterator[bool] = iter(())
        """Puts further threads on the card, some a step."""
        self._missing = False
        """Whether there are threads further down than somebody has looked."""
        self._settling = False
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
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._note)
        self._column.addStretch(1)
        self._body.setLayout(self._column)
        self._area.setWidget(self._body)
        bar = self._area.verticalScrollBar()
        bar.valueChanged.connect(self._go_on)
        bar.rangeChanged.connect(self._go_on)

    def _say(self) -> None:
        """Add a comment."""
        text = self.words.text().strip()
        if not text:
            return
        comment = Comment(text=text, author=self.author.text().strip(), written=now())
        about = self._about if self.here.isChecked() else None
        update = {"about": about} if about is not None else {}
        at = {"at": round(self._at, 3)} if self.now.isChecked() else {}
        before = len(self.design.comments)
        self.ask(said(self.design, comment.model_copy(update=update | at)))
        if len(self.design.comments) > before:
            self.words.clear()

    def _fill(self) -> None:
        """List the comments: those about the item first, then open ones, those done with last.

        Many of them, and long threads, come some a turn of the event loop, as far down as somebody looks; threads that
        are the same stay.
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
        self._coming = self._listing(wanted, note)
        self._missing = True
        self.turns.do(self._come(), is_long=True)

    def _come(self) -> Iterator[None]:
        """Put threads on the card until there are some below what is seen of it, in steps."""
        may_rest: bool | None = False
        while may_rest is not None:
            self._column.setEnabled(False)  # until there is room for what comes
            may_rest = next(self._coming, None)
            self._column.setEnabled(True)
            self._settle()
            if may_rest and self._is_filled():
                return
            if may_rest is not None:
                yield
        self._missing = False

    def _go_on(self) -> None:
        """Somebody looks further down."""
        if self._missing and not self.turns.is_busy and not self._settling:
            self.turns.do(self._come(), is_long=True)

    def _is_filled(self) -> bool:
        """Whether as much lies below what is seen of the list as is seen of it."""
        seen = self._area.viewport().height()
        return self._body.height() > self._area.verticalScrollBar().value() + 2 * seen

    def _settle(self) -> None:
        """Make room for what has come.

        Left to itself, layout squeezes all threads into the old height first, and lays each of their texts out twice.
        """
        body = self._body
        height = self._column.totalHeightForWidth(body.width())
        self._settling = True
        body.resize(body.width(), max(height, self._area.viewport().height()))
        self._settling = False

    def _said(self, place: int, comment: Comment) -> Said:
        """What is to be seen of a comment."""
        about = "" if comment.about is None else name_of(self.design, comment.about)
        return Said(place, comment, about, tuple(self.chips.get(place, ())))

    def _listing(self, wanted: list[Said], note: str) -> Iterator[bool]:
        """Have threads for these, in this order, and some words below them, in steps.

        Yields:
            Whether what is missing may as well come later: all that was there before is in its place.
        """
        typed = self._typed_in()
        kept = self._keep(wanted)
        if typed in kept:
            typed = None
        if typed is not None:
            self.words.setFocus()  # until what takes its place is there
        self._note.setText(note)
        self._note.setVisible(bool(note) and not wanted)
        done = 0
        waiting = {each.place for each in wanted if each.place in kept or each.place == typed}
        for place, each in enumerate(wanted):
            thread = kept.get(each.place) or Thread(each, self)
            self._put(place, thread)
            waiting.discard(each.place)
            if each.place == typed:
                thread.answer.setFocus()
            if thread.is_whole:
                continue
            for _ in thread.answering():
                done += 1
                if done % _AT_ONCE == 0:
                    thread.take_room(self._column.geometry().width())
                    yield not waiting
            done += 1
            thread.take_room(self._column.geometry().width())
            if done % _AT_ONCE == 0:
                yield not waiting
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


def _system_name() -> str:
    """By what the system knows the person; nothing where it does not."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
