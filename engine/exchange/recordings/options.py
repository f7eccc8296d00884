"""What a person may say about a recording that its text does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.records import dataclass

if TYPE_CHECKING:
    from engine.exchange.recordings.instants import TimeUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a recording is to be read."""

    unit: TimeUnit | None = None
    """Unit of times that are numbers; found out where it is not said."""
    time_column: str | None = None
    """The column with the times, where a table has several; found out where it is not said."""


AS_IT_SAYS: Final = Options()
"""Nothing is said."""
