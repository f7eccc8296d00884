"""Legends stay inside their width, with long names too."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from widgets.charts.legend import Entry, Legend
from widgets.theme import DARK

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LONG = "A service with a name that somebody thought was a good idea at the time"


@pytest.fixture
def legend(qtbot: QtBot) -> Legend:
    legend = Legend(DARK)
    qtbot.addWidget(legend)
    legend.resize(240, 20)
    legend.show()
    return legend


def entries(*labels: str, value: str = "") -> list[Entry]:
    return [Entry(label, label, "#ffffff", value) for label in labels]


@pytest.mark.parametrize(
    "labels", [["p50", "p95"], ["Short", LONG], [LONG, LONG + "2", LONG + "3", "x"]]
)
def test_words_never_overlap_nor_leave_the_legend(legend: Legend, labels: list[str]) -> None:
    legend.show_entries(entries(*labels))
    rects = [legend.word(label).geometry() for label in labels]
    assert rects[-1].right() < legend.width() + 1
    assert rects[0].left() >= 0
    for left, right in itertools.pairwise(rects):
        assert left.right() < right.left()


def test_short_words_stay_whole_beside_long_ones(legend: Legend) -> None:
    legend.show_entries(entries("Cache", LONG))
    word = legend.word("Cache")
    assert word.width() >= word.sizeHint().width()


def test_values_without_words_where_room_is_short(legend: Legend) -> None:
    legend.show_entries(entries("offered", "goodput", "queue full", "rate limited", value="1.23k"))
    assert legend.word("offered").text() == "1.23k"
    assert "offered" in legend.word("offered").toolTip()
    assert legend.word("offered").accessibleName() == "offered 1.23k"
    legend.resize(600, 20)
    assert legend.word("offered").text() == "offered 1.23k"


def test_a_choice_is_said_briefly_before_it_is_cut(legend: Legend) -> None:
    """``all request…`` beside three values says less than ``all``."""
    choice = Entry("of", "all requests", "#ffffff", act="Choose", brief="all")
    values = [Entry(name, name, "#ffffff", "1.27 ms") for name in ("p50", "p95", "p99")]
    legend.show_entries([choice, *values])
    word = legend.word("of")
    assert word.text() == "all"
    assert word.width() >= word.sizeHint().width()
    assert word.toolTip().startswith("all requests")
    legend.resize(600, 20)
    assert word.text() == "all requests"


def test_vanished_words_go_and_hidden_ones_are_remembered(legend: Legend) -> None:
    legend.show_entries(entries("a", "b"))
    legend.word("a").click()
    assert legend.hidden == {"a"}
    legend.show_entries(entries("b"))
    legend.show_entries(entries("a", "b"))
    assert not legend.word("a").isChecked()
