"""Readable, stable ids for new items: ``service``, ``service-2``, ``service-3``."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints

if TYPE_CHECKING:
    from collections.abc import Container

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Stable name of an item: letters, digits, ``_`` and ``-``; never a display name."""
_LONGEST = 56  # ids have at most 64 characters; this leaves room for the number


def fresh_id(prefix: str, taken: Container[str]) -> str:
    """An id made from ``prefix`` that is not in ``taken``; the first free number from 2 on.

    Characters that ids may not have become ``-``.
    """
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", prefix).strip("-")[:_LONGEST] or "item"
    if stem not in taken:
        return stem
    base = re.sub(r"-\d{1,6}$", "", stem)
    return next(name for n in itertools.count(2) if (name := f"{base}-{n}") not in taken)
