"""How long each read of a database takes, from the page that it asks for; counts what reads look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.seams import Gate
from engine.sim.lane.station.special_work import QueryCost

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call


@final
class QueryPlan(Gate):
    """Lets everybody in. It is a gate because it belongs to a node; its work is done where work begins."""

    def __init__(self) -> None:
        self.cost = ReadCost()


@final
class ReadCost(QueryCost):
    """The time of reads."""

    def __init__(self) -> None:
        self.reads: list[bool] = [True]
        """Whether requests of each class read."""
        self.seeks: i64 = 0
        """Of one read."""
        self.rows: i64 = 1
        """Of the table."""
        self.page: i64 = 0
        """Rows of a page; 0 where reads are for one row, or for all."""
        self.offset = False
        """Whether the rows before a page are looked at as well."""
        self.whole = False
        """Whether all rows are looked at."""
        self.seek_time = 0.0
        self.row_time = 0.0
        self.begun = 0.0
        """Reads so far, and what they looked at."""
        self.scanned = 0.0
        self.sought = 0.0

    def seconds(self, call: Call) -> float:
        """Time (s) of a query that begins; negative where it writes."""
        if not self.reads[call.kind]:
            return -1.0
        rows = self.rows_of(call.key)
        self.begun += 1.0
        self.scanned += float(rows)
        self.sought += float(self.seeks)
        return float(self.seeks) * self.seek_time + float(rows) * self.row_time

    def rows_of(self, key: i64) -> i64:
        """Rows that a read of a page looks at."""
        if self.whole:
            return self.rows
        page = self.page
        if page == 0:
            return 1
        pages = (self.rows + page - 1) // page
        first = (key % pages) * page
        last = first + page
        last = min(last, self.rows)
        return last if self.offset else last - first
