"""How well a typed query matches a title: every word must be there; starts of words count most."""

from __future__ import annotations


def score(query: str, title: str, extra: str = "") -> float | None:
    """Rank of a title for a query, higher is better; None where it does not match.

    Args:
        query: what was typed; words in any order, case aside.
        title: the text shown.
        extra: more text to find it by, worth less than the title.
    """
    name, more = title.casefold(), extra.casefold()
    total = 0.0
    for word in query.casefold().split():
        rank = _rank(word, name)
        if rank is None:
            weaker = _rank(word, more)
            rank = None if weaker is None else 0.25 * weaker
        if rank is None:
            return None
        total += rank
    return total - 0.002 * len(title)


def _rank(word: str, text: str) -> float | None:
    """How well one word is found in a text."""
    at = text.find(word)
    if at < 0:
        return 0.3 if len(word) >= 3 and _in_order(word, text) else None
    if at == 0:
        return 3.0
    starts = any(part.startswith(word) for part in text.replace("-", " ").split())
    return 2.0 if starts else 1.0


def _in_order(word: str, text: str) -> bool:
    """Whether the letters of the word come in this order, each at the start of a word or right after."""
    starts = "".join(part[0] for part in text.split())
    return word in starts
