"""Hashes of 32 bits. All arithmetic stays below 63 bits, so that it is the same compiled or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_extensions import i64

BITS: Final = 32
SPACE: Final = 1 << BITS
MASK: Final = SPACE - 1
_MIX: Final = 0x45D9F3B


def mixed(value: i64, salt: i64) -> i64:
    """A number of 32 bits in which every bit of another one counts (Mueller's finalizer, twice)."""
    folded: i64 = (value ^ (value >> BITS) ^ salt) & MASK
    folded = ((folded ^ (folded >> 16)) * _MIX) & MASK
    folded = ((folded ^ (folded >> 16)) * _MIX) & MASK
    folded = (folded ^ (folded >> 16) ^ (salt >> 7)) & MASK
    folded = ((folded ^ (folded >> 15)) * _MIX) & MASK
    return (folded ^ (folded >> 16)) & MASK
