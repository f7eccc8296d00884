"""What Ctrl-K finds, by the words that people type."""

from __future__ import annotations

import pytest

from app.matching import score
from app.search_entries import frame_entries, help_entries
from app.searching import Entry
from engine.handbook.handbook import handbook
from engine.model.names import FRAME_KINDS
from tests.helpers.builders import client, design, link, node

SHOP = design([client("users", 50), node("web", "service")], [link("users", "web")])


def found(entries: list[Entry], words: str) -> list[str]:
    """Titles that match, in the order that they are given in."""
    return [
        each.title
        for each in entries
        if score(words, each.title, f"{each.extra} {each.detail}") is not None
    ]


@pytest.mark.parametrize(
    ("words", "title", "kind"),
    [
        ("region", "Add region", "region"),
        ("zone", "Add zone", "zone"),
        ("cell", "Add cell", "cell"),
        ("host", "Add host", "host"),
        ("trust", "Add trust zone", "trust_zone"),
    ],
)
def test_a_kind_of_frame_is_found_and_added(words: str, title: str, kind: str) -> None:
    added: list[str] = []
    entries = list(frame_entries(SHOP, [], added.append))
    assert title in found(entries, words)
    next(each for each in entries if each.title == title).act()
    assert added == [kind]


def test_the_word_frame_finds_them_all() -> None:
    entries = list(frame_entries(SHOP, [], lambda _kind: None))
    assert len(found(entries, "frame")) == len(FRAME_KINDS) - 1


def test_they_say_where_the_frame_will_be() -> None:
    def details(chosen: list[str]) -> set[str]:
        return {each.detail for each in frame_entries(SHOP, chosen, lambda _kind: None)}

    assert details(["web"]) == {"Around the selection"}
    assert details([]) == details(["users-web"]) == {"In the middle of the view"}


def test_help_that_was_found_opens_at_its_place() -> None:
    opened: list[tuple[str, int]] = []
    hits = handbook().index.search("look-aside policy")
    entries = list(
        help_entries(hits, lambda hit: lambda: opened.append((hit.page.key, hit.section.number)))
    )
    assert entries[0].title == "Help: Cache"
    assert found(entries, "look-aside policy") == [each.title for each in entries]
    entries[0].act()
    assert opened == [("components/cache", 0)]
