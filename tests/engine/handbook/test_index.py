"""Searching the help: all words have to be there, titles come before text, whole words before parts."""

from __future__ import annotations

import pytest

from engine.handbook.handbook import handbook
from engine.handbook.index import Index
from engine.handbook.page import Page

PAGES = (
    Page("a", "Queues", "x", "# Queues\nA line of requests.\n\n## Limit\nHow many may wait.\n"),
    Page(
        "b",
        "Load",
        "x",
        "# Load\nMore load, longer queues. `queue_limit` bounds them.\n```\n# no heading\n```\n",
    ),
    Page("c", "Retries", "x", "# Retries\nThey multiply the load.\n"),
)


def found(query: str) -> list[str]:
    return [hit.title for hit in Index(PAGES).search(query)]


def test_titles_come_before_text() -> None:
    assert found("queues") == ["Queues", "Queues · Limit", "Load"]
    assert found("load") == ["Load", "Retries"]


def test_all_words_have_to_be_there_in_any_order() -> None:
    assert found("multiply load") == found("load MULTIPLY") == ["Retries"]
    assert found("load limit") == ["Load"]
    assert found("load zebra") == []


def test_a_word_is_found_while_it_is_typed() -> None:
    assert found("retr") == ["Retries"]
    assert found("queue_lim") == ["Load", "Queues · Limit"]


@pytest.mark.parametrize(
    "word",
    [
        "thundering herd", "dogpile", "backpressure", "noisy neighbour", "exponential backoff", "metastable",
        "head of line blocking", "tail latency", "gc pause", "little's law", "littles law", "amdahl", "service discovery",
        "liveness", "autoscaling", "eventual consistency", "split brain", "raft", "saga", "capacity planning",
        "power of two choices", "breakpoint", "overlay", "autosave", "root cause",
        "canary", "blue green", "long polling", "oauth", "ddos", "graphql",
    ],
)  # fmt: skip
def test_what_people_call_it_elsewhere_is_found(word: str) -> None:
    assert handbook().index.search(word)


def test_nothing_is_found_by_nothing() -> None:
    assert found("") == found("  ?! ") == []


def test_code_is_no_heading() -> None:
    assert [section.title for section in PAGES[1].sections] == ["Load"]


def test_an_excerpt_shows_the_word() -> None:
    (hit,) = Index(PAGES).search("multiply")
    assert hit.excerpt == "They multiply the load."


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("retry budget", "Retry · Budget"),
        ("hockey stick", "Load · The hockey stick"),
        ("eviction", "Eviction"),
        ("command line", "The command line"),
        ("no-timeout", "Findings"),
        ("keyboard", "Keyboard"),
        ("error budget", "Alerts"),
    ],
)
def test_what_people_look_for_comes_first(query: str, best: str) -> None:
    assert best in handbook().index.search(query)[0].title
