"""C: how a caller chooses among instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.balancing import PickerName as Picker

if TYPE_CHECKING:
    from engine.model.balancing import Hash, Shuffle

__all__ = ["Picker", "looks_at_keys"]


def looks_at_keys(picker: Picker, hashed: Hash | None, shuffle: Shuffle | None) -> bool:
    """Whether a picker looks at the keys of requests."""
    if picker == "hash":
        return hashed is None or hashed.by == "key"
    return picker == "shuffle" and shuffle is not None and shuffle.by == "key"
