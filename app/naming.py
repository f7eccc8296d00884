"""What people call the things of a design."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.model.design import Design


def name_of(design: Design, item_id: str | None) -> str:
    """How people call an item; a link by its ends; nothing for no item."""
    if item_id is None:
        return ""
    link = design.link_by_id.get(item_id)
    if link is not None:
        return f"{name_of(design, link.source)} → {name_of(design, link.target)}"
    item = design.item(item_id)
    return str(getattr(item, "name", "") or item_id)
