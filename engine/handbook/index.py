"""Full-text search: the sections that have all words of a query, the likeliest first."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.handbook.page import Page, Section

_WORD: Final = re.compile(r"[^\W_]+")
_PAGE, _HEADING, _TEXT = 6.0, 4.0, 1.0
"""What a word is worth in the title of a page, in a heading and in the text (a title says what a page is about)."""
_PHRASE: Final = 4.0
"""What it is worth that the words stand there as they were typed."""
_PART: Final = 0.6
"""What the beginning of a word is worth, while somebody still types."""
_AROUND: Final = 60
"""Characters on each side of what was found."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that was found."""

    page: Page
    section: Section
    excerpt: str
    """The text around the first word."""

    @property
    def title(self) -> str:
        """``Cache · Eviction``; a page's name alone for its beginning."""
        return (
            f"{self.page.title} · {self.section.title}" if self.section.number else self.page.title
        )


class Index:
    """Words of all sections."""

    def __init__(self, pages: Iterable[Page]) -> None:
        self._places: list[tuple[Page, Section]] = []
        self._worth: list[dict[str, float]] = []
        self._texts: list[str] = []
        for page in pages:
            for section in page.sections:
                self._places.append((page, section))
                self._worth.append(_worth_of(page, section))
                self._texts.append(f"{page.title} {section.title} {section.text}".casefold())
        self._rare = _rarity(self._worth)

    def search(self, query: str, most: int = 40) -> list[Hit]:
        """The best hits for what was typed; words in any order, the last one perhaps not to its end."""
        words = words_of(query)
        if not words:
            return []
        found, phrase = [], " ".join(query.casefold().split())
        for place, worth in enumerate(self._worth):
            rank = 0.0
            for word in words:
                value = self._value(worth, word)
                if not value:
                    break
                rank += value
            else:
                together = len(words) > 1 and phrase in self._texts[place]
                found.append((-rank - (_PHRASE if together else 0.0), place))
        found.sort()
        return [
            Hit(*self._places[place], _excerpt(self._places[place][1].text, words))
            for _rank, place in found[:most]
        ]

    def _value(self, worth: dict[str, float], word: str) -> float:
        """What a word of the query is worth in a section; 0 where it is not there."""
        whole = worth.get(word, 0.0) * self._rare.get(word, 0.0)
        if whole or len(word) < 2:
            return whole
        parts = [value * self._rare[each] for each, value in worth.items() if each.startswith(word)]
        return _PART * max(parts, default=0.0)


def words_of(text: str) -> list[str]:
    """Words in small letters, without apostrophes; ``hit_ratio`` is two."""
    return _WORD.findall(
        text.casefold().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    )


def _worth_of(page: Page, section: Section) -> dict[str, float]:
    """What each word is worth: the more often it stands there the more, though never more than twice as much."""
    counts = Counter(words_of(section.text))
    worth = {word: _TEXT * 2.0 * count / (count + 1.0) for word, count in counts.items()}
    for word in set(words_of(section.title)):
        worth[word] = worth.get(word, 0.0) + (_HEADING if section.number else _PAGE)
    if section.number:
        for word in set(words_of(page.title)):
            worth[word] = worth.get(word, 0.0) + _TEXT
    return worth


def _rarity(sections: list[dict[str, float]]) -> dict[str, float]:
    """How much a word tells: little where it stands everywhere."""
    counts = Counter(word for section in sections for word in section)
    return {word: 1.0 / (1.0 + count / 20.0) + 0.1 for word, count in counts.items()}


def _excerpt(text: str, words: list[str]) -> str:
    """The text around the first word of the query that stands in it."""
    low = text.casefold()
    places = [place for word in words if (place := low.find(word)) >= 0]
    at = min(places, default=0)
    begin = max(0, at - _AROUND)
    if begin:
        begin = text.find(" ", begin) + 1
    end = min(len(text), at + 2 * _AROUND)
    return f"{'… ' if begin else ''}{text[begin:end]}{' …' if end < len(text) else ''}"
