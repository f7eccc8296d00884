"""The card of comments: said, answered, resolved, and shown on what they are about."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app.comments_card import CommentsCard
from app.document import DesignDocument
from engine.model.design import Comment, Design, Link, Node, Reply
from engine.model.edits import SetField
from widgets.canvas import NoteChip
from widgets.theme import ThemeManager

SHOP = Design(
    nodes=(Node(id="web", kind="service", name="Web"), Node(id="db", kind="sql_database")),
    links=(Link(id="web-db", source="web", target="db"),),
)


@pytest.fixture
def card(qtbot, qapp) -> CommentsCard:
    """A card over a window, whose edits are put into effect by a document."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    made = CommentsCard(window, ThemeManager(qapp, "dark"))
    made.document = document = DesignDocument(made)  # type: ignore[attr-defined]  # for the tests
    document.changed.connect(lambda design, _changes: made.set_design(design))
    document.replaced.connect(made.set_design)
    made.edit_requested.connect(document.push)
    made.set_author("Ada")
    document.replace(SHOP, None)
    return made


def say(card: CommentsCard, qtbot: Any, text: str) -> None:
    card.words.setText(text)
    qtbot.keyClick(card.words, Qt.Key.Key_Return)


def texts(card: CommentsCard) -> list[str]:
    return [
        label.text().replace("\u200b", "")
        for thread in card.threads
        for label in thread.findChildren(QLabel)
    ]


def test_a_comment_about_an_item_at_a_moment_is_one_step(card, qtbot) -> None:
    card.open_about("web", 61.5)
    assert card.here.text() == "About Web"
    card.now.setChecked(True)
    say(card, qtbot, "Why here?")
    (comment,) = card.design.comments
    assert (comment.text, comment.author, comment.about, comment.at) == (
        "Why here?",
        "Ada",
        "web",
        61.5,
    )
    assert comment.written
    assert card.words.text() == ""
    card.document.stack.undo()
    assert card.design == SHOP
    assert card.threads == []


def test_a_comment_without_an_item_is_about_the_design(card, qtbot) -> None:
    card.open_about(None, None)
    assert not card.here.isEnabled()
    assert not card.now.isEnabled()
    say(card, qtbot, "Well done")
    say(card, qtbot, "   ")
    (comment,) = card.design.comments
    assert comment.about is None
    assert comment.at is None


def test_comments_are_answered_resolved_and_deleted(card, qtbot) -> None:
    card.open_about("web", None)
    say(card, qtbot, "Why?")
    (thread,) = card.threads
    thread.answer.setText("Because.")
    qtbot.keyClick(thread.answer, Qt.Key.Key_Return)
    assert [reply.text for reply in card.design.comments[0].replies] == ["Because."]
    assert "Because." in texts(card)
    card.threads[0].settle.click()
    assert card.design.comments[0].resolved
    assert card.threads[0].settle.text() == "Reopen"
    card.threads[0].settle.click()
    assert not card.design.comments[0].resolved
    card.threads[0].delete.click()
    assert card.design.comments == ()
    for _ in range(5):
        card.document.stack.undo()
    assert card.design == SHOP


def test_a_click_goes_to_the_item_and_to_the_moment(card, qtbot) -> None:
    made = Comment(text="x", about="web-db", at=12.0)
    card.document.replace(SHOP.model_copy(update={"comments": (made,)}), None)
    jumps: list[str] = []
    moments: list[float] = []
    card.jump_requested.connect(jumps.append)
    card.moment_requested.connect(moments.append)
    card.open_about(None, None)
    for button in card.threads[0].findChildren(QPushButton):
        if button.text() not in ("Resolve", "Delete"):
            button.click()
    assert jumps == ["web-db"]
    assert moments == [12.0]


def test_those_about_the_item_come_first_and_those_done_with_last(card) -> None:
    comments = (
        Comment(text="done", about="web", resolved=True),
        Comment(text="design"),
        Comment(text="web", about="web"),
        Comment(text="link", about="web-db"),
    )
    card.document.replace(SHOP.model_copy(update={"comments": comments}), None)
    card.open_about("web", None)
    said = [each for each in texts(card) if each in {"done", "design", "web", "link"}]
    assert said == ["web", "link", "design", "done"]


def test_what_people_write_is_never_markup(card) -> None:
    made = Comment(text="<b>bold</b>", author="<i>Eve</i>", written="soon")
    card.document.replace(SHOP.model_copy(update={"comments": (made,)}), None)
    card.open_about(None, None)
    labels = card.threads[0].findChildren(QLabel)
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
    assert "<b>bold</b>" in texts(card)
    assert "<i>Eve</i>" in texts(card)


def test_comments_that_are_asked_for_are_on_top_and_the_next_is_about_their_moment(
    card, qtbot
) -> None:
    for moment in (10.0, 20.0, 30.0):
        card.open_about(None, moment)
        card.now.setChecked(True)
        say(card, qtbot, f"at {moment:g}")
    card.open_on((1,))
    said = [text for text in texts(card) if text.startswith("at ")]
    assert said == ["at 20", "at 30", "at 10"]
    assert card.now.text() == "At 20 s"
    say(card, qtbot, "And then?")
    assert card.design.comments[-1].at == 20.0
    card.open_about(None, 40.0)
    said = [text for text in texts(card) if text.startswith("at ")]
    assert said == ["at 30", "at 20", "at 10"]
    assert not card.now.isChecked()


def test_a_comment_shows_what_it_cites_and_asks_for_more(card, qtbot) -> None:
    card.open_about("web", None)
    say(card, qtbot, "Too slow")
    card.show_chips({0: (NoteChip("Web: p99 48 ms · run 3f2a8c1e", "now 95 ms", "failing"),)})
    assert {"Web: p99 48 ms · run 3f2a8c1e", "now 95 ms"} <= set(texts(card))
    asked: list[int] = []
    card.cite_requested.connect(asked.append)
    card.threads[0].cite.click()
    assert asked == [0]
    card.close_card()
    card.come_back("note")  # a note was cited on: nothing of this card
    assert not card.isVisible()
    card.come_back(0)
    assert card.isVisible()
    say(card, qtbot, "And at no moment")
    assert [each.at for each in card.design.comments] == [None, None]


def test_the_keyboard_stays_in_the_card_when_the_list_is_made_anew(card, qtbot) -> None:
    card.open_about(None, None)
    say(card, qtbot, "First")
    say(card, qtbot, "Second")
    below = next(thread for thread in card.threads if thread.index == 0)
    below.answer.setFocus()
    below.answer.setText("An answer")
    qtbot.keyClick(below.answer, Qt.Key.Key_Return)
    (again,) = [thread for thread in card.threads if thread.index == 0]
    assert again is not below
    assert card.window().focusWidget() is again.answer
    card.document.stack.undo()
    assert card.isAncestorOf(card.window().focusWidget())


def test_many_comments_and_answers_come_some_a_turn(card, qtbot) -> None:
    reply = Reply(text="Yes", author="Bo")
    comments = tuple(Comment(text=f"No. {place}", replies=(reply,) * 7) for place in range(30))
    card.document.replace(SHOP.model_copy(update={"comments": comments}), None)
    card.open_about(None, None)
    seen = [len(texts(card))]
    while card.turns.is_busy:
        card.turns.turn()
        seen.append(len(texts(card)))
    steps = [after - before for before, after in pairwise([0, *seen])]
    # Of a comment two labels with its head, of an answer two.
    assert max(steps) <= 10
    assert sum(steps) < 30 * (2 + 7 * 2) / 2, "nobody has looked at those further down"
    scroll_to_the_end(card)
    assert len(texts(card)) == 30 * (2 + 7 * 2)


def scroll_to_the_end(card: CommentsCard) -> None:
    """As somebody does who sees that more comes below."""
    bar, before = card._area.verticalScrollBar(), -1
    while before != bar.maximum():
        before = bar.maximum()
        bar.setValue(before)
        card.turns.finish()


def test_what_is_there_keeps_its_size_when_more_comes(card, qtbot) -> None:
    reply = Reply(text="Yes, " + "it is " * 30, author="Bo")
    comments = tuple(Comment(text="So? " * 40, replies=(reply,) * 3) for _ in range(20))
    card.document.replace(SHOP.model_copy(update={"comments": comments}), None)
    card.open_about(None, None)
    while len(card.threads) < 2:
        card.turns.turn()
        QApplication.processEvents()
    resized: list[int] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Resize:
                resized.append(event.size().height())
            return False

    watch = Watch()
    card.threads[0].installEventFilter(watch)
    while card.turns.is_busy:
        card.turns.turn()
        QApplication.processEvents()
    assert len(card.threads) > 3
    # The bar beside the list may come meanwhile: once narrower, and never squeezed.
    assert len(resized) <= 1
    heights = [(thread.height(), thread.heightForWidth(thread.width())) for thread in card.threads]
    assert all(height == wanted for height, wanted in heights)


def test_a_thread_far_down_in_which_somebody_writes_is_there_after_a_change(card, qtbot) -> None:
    comments = tuple(Comment(text=f"No. {place}", about="web") for place in range(40))
    card.document.replace(SHOP.model_copy(update={"comments": comments}), None)
    card.open_about("web", None)
    scroll_to_the_end(card)
    last = card.threads[-1]
    last.answer.setFocus()
    card.document.push(SetField("web", ("name",), "Front"))
    card.turns.finish()
    assert len(card.threads) == 40
    assert card.threads[-1] is not last
    assert card.window().focusWidget() is card.threads[-1].answer


def test_threads_stay_when_something_else_changes(card, qtbot) -> None:
    comments = tuple(Comment(text=f"No. {place}", about="web") for place in range(3))
    card.document.replace(SHOP.model_copy(update={"comments": comments}), None)
    card.open_about("web", None)
    before = list(card.threads)
    before[1].answer.setText("half an answ")
    card.document.push(SetField("db", ("name",), "Store"))
    assert card.threads == before
    before[0].settle.click()
    assert before[1] in card.threads
    assert before[0] not in card.threads
    assert before[1].answer.text() == "half an answ"
    card.document.push(SetField("web", ("name",), "Front"))
    assert not set(before) & set(card.threads)  # each says what it is about


def test_threads_lie_in_their_order_whatever_went_before(card, qtbot) -> None:
    comments = tuple(Comment(text=f"No. {place}") for place in range(4))
    card.document.replace(SHOP.model_copy(update={"comments": comments}), None)
    card.open_about(None, None)
    card.threads[0].settle.click()
    order = [card._column.itemAt(place).widget() for place in range(4)]
    assert order == card.threads
    assert [thread.index for thread in card.threads] == [2, 1, 0, 3], "what is done comes last"
    card.document.stack.undo()
    assert [card._column.itemAt(place).widget() for place in range(4)] == card.threads
    assert [thread.index for thread in card.threads] == [3, 2, 1, 0]
