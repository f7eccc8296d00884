"""Which pictures may have to be painted anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from widgets.canvas.picture_item import PictureItem


class Outdated:
    """Pictures that may have to be painted anew, each sort in the order in which they became so."""

    def __init__(self) -> None:
        """All are up to date."""
        self.urgent: dict[PictureItem, None] = {}
        """What came, or was changed by hands."""
        self.live: dict[PictureItem, None] = {}
        """What may have other numbers while it runs, or stands larger than it was painted."""

    def add(self, item: PictureItem, *, urgent: bool = True) -> None:
        """One more is to be looked at."""
        if urgent:
            self.live.pop(item, None)
            self.urgent[item] = None
        elif item not in self.urgent:
            self.live[item] = None

    def discard(self, item: PictureItem) -> None:
        """It is not there any more."""
        self.urgent.pop(item, None)
        self.live.pop(item, None)
