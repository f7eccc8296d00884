"""The card that says why: asked of the process, listed, a click away from where it was."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.why_card import WhyCard
from engine.model.design import Design, Node
from engine.run.protocol import Explain, Explained, Unanswered
from engine.why.fact import Fact
from widgets.theme import ThemeManager

FACTS = (
    Fact(60.0, "Cache flushed", node="cache", first=True),
    Fact(61.0, "Web gets 90 rps and can serve 80 rps", node="web", inferred=True, first=True),
    Fact(62.5, "<b>Users</b>: 9 % of requests fail", node="users", value=0.09),
)


@pytest.fixture
def card(qtbot: Any, qapp: Any) -> WhyCard:
    window = QWidget()
    window.resize(1280, 720)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return WhyCard(window, ThemeManager(qapp, "dark"))


def words(card: WhyCard) -> str:
    return " | ".join(label.text() for label in card.findChildren(QLabel) if label.isVisible())


def test_each_fact_is_a_line_in_order(card: WhyCard) -> None:
    card.ask(Explain())
    card.show_answer(Explained(Explain(), FACTS))
    assert [row.when.text() for row in card.rows] == ["60 s", "61 s", "62.5 s"]
    assert "(inferred)" in card.rows[1].what.text()
    assert "(inferred)" not in card.rows[0].what.text()
    assert "<b>Users</b>" in card.rows[2].what.text()
    assert card.rows[2].what.textFormat() == Qt.TextFormat.PlainText
    card.grab()


def test_a_line_leads_to_where_it_was(card: WhyCard, qtbot: Any) -> None:
    card.ask(Explain())
    card.show_answer(Explained(Explain(), FACTS))
    with qtbot.waitSignal(card.jump_requested) as clicked:
        QTest.mouseClick(card.rows[0], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(card.jump_requested) as entered:
        QTest.keyClick(card.rows[2], Qt.Key.Key_Return)
    assert (clicked.args, entered.args) == (["cache"], ["users"])
    with qtbot.waitSignal(card.moment_requested) as moment:
        QTest.mouseClick(card.rows[2], Qt.MouseButton.LeftButton)
    assert moment.args == [62.5]


def test_a_question_that_broke_is_not_waited_for(card: WhyCard) -> None:
    card.ask(Explain())
    card.show_unanswered(Unanswered(Explain(7.0), "ValueError: 7", ""))
    assert "Looking…" in words(card)
    card.show_unanswered(Unanswered(Explain(), "ValueError: 7", ""))
    assert "Looking…" not in words(card)
    assert "cannot be told why" in words(card)


def test_nothing_wrong_and_no_run_say_so(card: WhyCard) -> None:
    card.ask(None)
    assert "run the design first" in words(card)
    card.ask(Explain())
    card.show_answer(Explained(Explain(), ()))
    assert "Nothing went wrong" in words(card)


def test_the_head_says_what_was_asked_about(card: WhyCard) -> None:
    card.set_design(Design(nodes=(Node(id="web", kind="service", name="Checkout"),)))
    card.ask(Explain(None, "web"))
    card.show_answer(Explained(Explain(None, "web"), FACTS))
    assert "Why? Checkout" in words(card)


def test_the_head_says_which_moment_was_asked_about(card: WhyCard) -> None:
    card.set_design(Design(nodes=(Node(id="web", kind="service", name="Checkout"),)))
    for item, head in (("web", "Why? Checkout at 61.2 s"), (None, "Why? at 61.2 s")):
        question = Explain(61.2, item)
        card.ask(question)
        card.show_answer(Explained(question, ()))
        assert head in words(card)
        assert "Nothing was wrong at this moment" in words(card)


def test_an_answer_to_another_question_is_not_shown(card: WhyCard) -> None:
    card.ask(Explain())
    card.show_answer(Explained(Explain(60.0, "web"), FACTS))
    assert card.rows == []
    assert "Looking" in words(card)


def test_an_answer_that_comes_too_late_opens_nothing(card: WhyCard) -> None:
    card.ask(Explain())
    card.close_card()
    card.show_answer(Explained(Explain(), FACTS))
    assert not card.isVisible()
    assert card.rows == []


def test_the_card_leads_to_single_requests_and_to_what_could_help(card: WhyCard, qtbot: Any) -> None:  # fmt: skip
    card.ask(Explain())
    card.show_answer(Explained(Explain(), FACTS))
    slowest, failed, help_ = card.ways
    for button, wanted in ((slowest, "slowest"), (failed, "failed")):
        with qtbot.waitSignal(card.traces_wanted) as asked:
            button.click()
        assert asked.args == [wanted]
        assert not card.isVisible()
        card.ask(Explain())
    with qtbot.waitSignal(card.help_wanted):
        help_.click()
    assert not card.isVisible()


def test_the_bottleneck_stands_below_the_chain(card: WhyCard) -> None:
    card.ask(Explain())
    card.show_answer(Explained(Explain(), FACTS))
    assert not card.bottleneck.isVisible()
    lower = card.height()
    card.show_bottleneck("Bottleneck: <b>DB</b>, full at load × 2. " * 4)
    assert card.bottleneck.isVisible()
    assert card.height() > lower
    card.grab()


@pytest.mark.parametrize("facts", [None, (), FACTS])
@pytest.mark.parametrize("bottleneck", ["", "Bottleneck: DB, full at load × 2. " * 8])
def test_it_is_as_high_as_what_it_says(card: WhyCard, facts: Any, bottleneck: str) -> None:
    card.ask(None if facts is None else Explain())
    if facts is not None:
        card.show_answer(Explained(Explain(), facts))
    card.show_bottleneck("Bottleneck: DB")
    QApplication.processEvents()
    card.show_bottleneck(bottleneck)
    QApplication.processEvents()
    wanted = card._body.heightForWidth(card._area.viewport().width())
    spare = card._area.viewport().height() - wanted
    assert 0 <= spare <= 12
    assert all(
        card.rect().contains(each.geometry().translated(card._foot.pos())) for each in card.ways
    )


def test_it_says_how_much_of_the_canvas_it_covers(card: WhyCard) -> None:
    canvas = QWidget(card.host)
    canvas.setGeometry(236, 60, 736, 400)
    assert card.covers(canvas) == 0
    card.ask(Explain())
    assert card.covers(canvas) == 972 - card.x()
    canvas.setGeometry(card.x() - 100, 60, 500, 400)
    assert card.covers(canvas) == 0, "what is left is no view"


def test_without_a_run_nothing_leads_anywhere(card: WhyCard) -> None:
    card.ask(None)
    assert not any(button.isEnabled() for button in card.ways)
