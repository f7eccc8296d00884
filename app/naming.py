"""What people call the things of a design."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model import names

if TYPE_CHECKING:
    from engine.model.design import Design


def name_of(design: Design, item_id: str | None) -> str:
    """How people call an item; a link by its ends; nothing for no item."""
    return "" if item_id is None else names.name_of(design, item_id)
