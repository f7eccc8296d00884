"""The time of a database's reads as a law, from what they look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.primitives import LawPlan

if TYPE_CHECKING:
    from engine.model.policies.query import Query
    from engine.plan.primitives import KeyPlan


def read_law(query: Query, keys: KeyPlan) -> LawPlan:
    """The law of the time of reads by requests with such keys.

    All take the same time, but for pages by their offset. There the law is that of the pages that clients ask for, in
    groups of similar pages; caches on the way may let other shares of them through.
    """
    if query.paging != "offset" or not query.index:
        return LawPlan(law="constant", mean=query.seconds(query.rows_read(0)))
    # Imported here: numpy's part of this is for few designs.
    from engine.plan.hits import groups_of_keys  # noqa: PLC0415

    values, weights = [], []
    for first, end, share in groups_of_keys(keys):
        if end > first and share > 0.0:
            rows = _rows_before(query, end) - _rows_before(query, first)
            values.append(query.seconds(rows / (end - first)))
            weights.append(share)
    whole = sum(weights)
    mean = sum(value * weight for value, weight in zip(values, weights, strict=True)) / whole
    return LawPlan(law="empirical", mean=mean, values=tuple(values), weights=tuple(weights))


def _rows_before(query: Query, page: int) -> float:
    """Rows that reads of all pages before one look at together, each read once."""
    pages = query.pages
    rounds, left = divmod(page, pages)
    whole = query.page * pages * (pages - 1) / 2.0 + query.rows
    return rounds * whole + query.page * left * (left + 1) / 2.0
