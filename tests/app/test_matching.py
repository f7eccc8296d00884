"""Matching: every word must be there, starts of words win, order does not matter."""

import pytest

from app.matching import score


def best(query: str, *titles: str) -> str:
    ranked = {title: rank for title in titles if (rank := score(query, title)) is not None}
    return max(ranked, key=ranked.__getitem__)


@pytest.mark.parametrize(
    ("query", "title"),
    [("che", "Checkout"), ("limit queue", "Checkout: Queue limit"), ("DB", "Orders DB"), ("", "x")],
)
def test_matches(query: str, title: str) -> None:
    assert score(query, title) is not None


@pytest.mark.parametrize(("query", "title"), [("xyz", "Checkout"), ("queue xyz", "Queue limit")])
def test_a_word_that_is_not_there_is_no_match(query: str, title: str) -> None:
    assert score(query, title) is None


def test_the_start_of_the_title_wins_then_the_start_of_a_word() -> None:
    assert best("cache", "Edge cache", "Cache", "Attacher cached") == "Cache"
    assert best("out", "Checkout", "Time out") == "Time out"


def test_initials_find_a_name() -> None:
    assert score("ofd", "Orders for delivery") is not None


def test_other_words_count_less_than_the_title() -> None:
    assert score("redis", "Redis") > score("redis", "Cache", "redis memcached")
