"""What Ctrl-K finds, by the words that people type."""

from __future__ import annotations

import pytest

from app.command_palette import Entry
from app.matching import score
from app.search_entries import frame_entries, help_entries
from engine.catalog import COMPONENTS
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


def test_help_is_found_by_words_in_it_and_opens_beside_a_node() -> None:
    shop = design([client("users", 50), node("c1", "cache"), node("c2", "cache")], [])
    kinds = {each.kind: each for each in COMPONENTS}
    shown: list[str] = []
    entries = list(help_entries(shop, kinds, shown.append))
    assert [each.title for each in entries] == ["Help: Client", "Help: Cache"]
    assert found(entries, "look-aside policy") == ["Help: Cache"]
    assert found(entries, "zzzz") == []
    entries[1].act()
    assert shown == ["c1"]
