"""Readable, stable ids for new items: ``service``, ``service-2``, ``service-3``."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Stable name of an item: letters, digits, ``_`` and ``-``; never a display name."""
_LONGEST = 56  # ids have at most 64 characters; this leaves room for the number


def fresh_id(prefix: str, taken: Container[str]) -> str:
    """An id made from ``prefix`` that is not in ``taken``; the first free number from 2 on.

    Characters that ids may not have become ``-``.
    """
    stem, base = _stem_of(prefix)
    if stem not in taken:
        return stem
    return next(name for n in itertools.count(2) if (name := f"{base}-{n}") not in taken)


class Numbering:
    """Words in use, and the first free number behind a stem: quick also for thousands that share one."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Those in ``taken`` are in use."""
        self.taken = set(taken)
        self._next: dict[str, int] = {}
        """By stem, a number below which all are taken."""

    def after(self, stem: str) -> str:
        """The stem with the first free number from 2 on."""
        number = self._next.get(stem, 2)
        while (word := f"{stem}{number}") in self.taken:
            number += 1
        self._next[stem] = number + 1
        return word


class FreshIds:
    """Ids for many items that come together, as ``fresh_id`` would make them one after the other."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Those in ``taken`` are in use."""
        self._numbering = Numbering(taken)

    def take(self, wanted: str) -> str:
        """The id itself, or one made from it where that is taken; it is taken from now on."""
        name, taken = wanted, self._numbering.taken
        if wanted in taken:
            name, base = _stem_of(wanted)
            if name in taken:
                name = self._numbering.after(f"{base}-")
        taken.add(name)
        return name


def _stem_of(prefix: str) -> tuple[str, str]:
    """What an id begins with, and the same without a number at its end."""
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", prefix).strip("-")[:_LONGEST] or "item"
    return stem, re.sub(r"-\d{1,6}$", "", stem)
