"""What an instance has stored, as far as it can be counted without knowing how."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import i64


class Contents:
    """Counts of a keyed store."""

    def __init__(self) -> None:
        self.hits: i64 = 0
        self.misses: i64 = 0
        self.bytes: i64 = 0
        """Sum of the sizes of the entries."""

    def count(self) -> int:
        """Number of entries."""
        raise NotImplementedError
