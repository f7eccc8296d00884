"""What a read of a database does: how many seeks, how many rows, and so how long it takes.

The estimate is that of the MySQL manual ("Estimating Query Performance"): a B-tree whose blocks are two thirds
full takes ln N / ln(block ÷ 3 · 2 ÷ (key + pointer)) + 1 seeks, the last for the row itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from engine.model.policies.policy import Surroundings

_SLOW: Final = 0.1
"""Time of a scan (s) that is worth a word."""


class Query(Policy):
    """Derives the time of a read from what it has to look at, where Read time is taken as it is."""

    field: ClassVar[str] = "query"
    title: ClassVar[str] = "query plan"
    icon: ClassVar[str] = "search"
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="seeks", title="seeks a read"),
        Metric(name="rows_per_read", title="rows a read looks at"),
        Metric(name="rows_scanned", title="rows scanned", counts=True),
    )

    rows: int = setting(
        1_000_000,
        title="Rows",
        help="Rows of the table.",
        ge=1,
        le=1_000_000_000_000,
    )
    index: bool = setting(
        default=True,
        title="Index",
        help="Whether an index leads to what a read looks for. Without one it looks at all rows.",
    )
    block: int = setting(
        16_384,
        title="Block",
        unit="B",
        help="Of the index; two thirds of it are used (InnoDB's page: 16 kB).",
        ge=64,
        le=1_048_576,
    )
    key: int = setting(
        8, title="Key", unit="B", help="Of an index entry (BIGINT: 8 B).", ge=1, le=4096
    )
    pointer: int = setting(
        4, title="Pointer", unit="B", help="Of an index entry (MySQL manual: 4 B).", ge=1, le=64
    )
    seek_time: float = setting(
        1e-4,
        title="Seek time",
        unit="s",
        help="Of one block: .1 ms from a solid-state disk; 10 ms from one that turns.",
        ge=0.0,
        le=10.0,
    )
    row_time: float = setting(
        1e-6,
        title="Row time",
        unit="s",
        help="To look at one row that is at hand: 1 µs, a million rows a second on one core.",
        ge=0.0,
        le=10.0,
    )
    paging: Literal["offset", "cursor"] | None = setting(
        None,
        title="Paging",
        help="Reads ask for a page of the list: the key of a request is the number of its page, 0 the first. "
        "offset: all rows before the page are looked at and thrown away. cursor: the read starts behind the last "
        "row of the page before. Off: one row.",
    )
    page: int = setting(
        100,
        title="Page",
        help="Rows of a page (GitHub's and Stripe's APIs: at most 100).",
        ge=1,
        le=1_000_000,
    )

    @property
    def estimate(self) -> float:
        """Seeks by the formula, before it is rounded up: a tree has whole levels."""
        entries = max(2.0, self.block / 3.0 * 2.0 / (self.key + self.pointer))
        return math.log(self.rows) / math.log(entries) + 1.0

    @property
    def seeks(self) -> int:
        """Seeks of a read; none where it goes through all rows."""
        return math.ceil(self.estimate - 1e-9) if self.index else 0

    @property
    def pages(self) -> int:
        """Pages of the list, the last of which may be short."""
        return -(-self.rows // self.page)

    def rows_read(self, page: int) -> int:
        """Rows that a read of a page looks at; behind the last page the list begins anew."""
        if not self.index:
            return self.rows
        if self.paging is None:
            return 1
        first = page % self.pages * self.page
        last = min(first + self.page, self.rows)
        return last if self.paging == "offset" else last - first

    def seconds(self, rows: float) -> float:
        """Time (s) of a read that looks at so many rows."""
        return self.seeks * self.seek_time + rows * self.row_time

    def label(self) -> str:
        """How many seeks, or that it goes through all rows."""
        if not self.index:
            return f"scans {format_quantity(self.rows, '')}"
        return self.paging or f"{self.seeks} seeks"

    def reads_keys(self) -> bool:
        """Pages are told by keys."""
        return self.paging is not None

    def is_modelled(self) -> bool:
        """Theory knows the time of a read; where it differs from page to page, not which pages come here."""
        return self.paging != "offset" or not self.index

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """That a scan takes long, or the last of many pages."""
        whole = self.seconds(self.rows)
        if whole < _SLOW:
            return ()
        if self.index:
            return self._about_pages(whole) if self.paging == "offset" else ()
        seeks = math.ceil(self.estimate - 1e-9)
        return (
            (
                f"Without an index each read looks at all {format_quantity(self.rows, '')} rows, for "
                f"{format_quantity(whole, 's')}; with one it takes {seeks} seeks"
            ),
        )

    def _about_pages(self, whole: float) -> tuple[str, ...]:
        """What the last page costs."""
        return (
            (
                f"The last of {format_quantity(self.pages, '')} pages looks at all {format_quantity(self.rows, '')} rows, "
                f"for {format_quantity(whole, 's')}, and all pages together at "
                f"{format_quantity(self.rows * (self.pages + 1) / 2.0, '')}; with a cursor each looks at {self.page}"
            ),
        )


QUERY: Final[Any] = setting(
    None,
    title="Query plan",
    group="Capacity",
    help="Derives the time of reads from seeks and rows, in place of Read time. Off: reads take the read time.",
)
"""The field, for configs of components that answer queries."""
