"""The bounded table keeps sums exact while rows merge."""

from __future__ import annotations

import numpy as np
import pytest

from widgets.instruments.table import Table


def filled(rows: int, width: float = 1.0, base: float = 0.5, max_rows: int = 4000) -> Table:
    table = Table(base, max_rows)
    column = np.array([table.column("count"), table.column("weighted")], dtype=np.intp)
    for i in range(rows):
        table.add(i * width, (i + 1) * width, column, [float(i % 7), width])
    return table


def total(table: Table, name: str, end: float) -> float:
    column = table.find(name)
    assert column is not None
    return float(table.window([column], 0.0, end, 10**9).sums.sum())


def test_short_intervals_are_added_up_to_the_base() -> None:
    table = filled(40, width=0.25)
    assert table.rows == 20
    window = table.window([0, 1], 0.0, 10.0, 1000)
    assert np.allclose(window.end - window.start, 0.5)
    assert window.sums[:, 1] == pytest.approx(np.full(20, 0.5))
    assert window.sums[0, 0] == 0.0 + 1.0


def test_an_open_row_is_not_shown_until_it_is_long_enough() -> None:
    table = filled(1, width=0.3)
    assert table.rows == 0
    assert len(table.window([0], 0.0, 1.0, 10)) == 0


@pytest.mark.parametrize("rows", [399, 400, 401, 1000, 20_000])
def test_merging_keeps_every_count(rows: int) -> None:
    table = filled(rows, max_rows=800)
    expected = sum(i % 7 for i in range(rows))
    assert total(table, "count", float(rows)) == pytest.approx(expected)
    assert table.rows <= 800


def test_merging_leaves_no_gap_and_keeps_recent_rows_fine() -> None:
    table = filled(20_000, max_rows=800)
    window = table.window([0], 0.0, 20_000.0, 10**9)
    assert window.start[0] == 0.0
    assert window.end[-1] == 20_000.0
    assert np.array_equal(window.start[1:], window.end[:-1])
    widths = window.end - window.start
    assert np.all(widths[-150:] == 1.0)
    assert widths.max() <= 128.0, "old rows share one width: the whole run keeps its shape"


def test_groups_do_not_shimmer_when_rows_are_appended() -> None:
    table = filled(97)
    before = table.window([0], 0.0, 200.0, 20)
    column = np.array([0, 1], dtype=np.intp)
    table.add(97.0, 98.0, column, [1.0, 1.0])
    after = table.window([0], 0.0, 200.0, 20)
    assert np.array_equal(before.start, after.start[: len(before)])
    assert np.array_equal(before.sums[:-1], after.sums[: len(before) - 1])


def test_a_window_reaches_one_row_beyond_its_borders() -> None:
    window = filled(100).window([0], 40.0, 50.0, 1000)
    assert window.start[0] < 40.0
    assert window.end[-1] > 50.0
    assert len(window) <= 14


def test_a_new_column_is_zero_in_earlier_rows() -> None:
    table = filled(10)
    for i in range(200):
        table.column(("late", i))
    late = table.find(("late", 150))
    assert late is not None
    table.add_one(late, 3.0)
    table.add(10.0, 11.0, np.array([0], dtype=np.intp), [1.0])
    sums = table.window([late], 0.0, 20.0, 1000).sums[:, 0]
    assert sums.tolist() == [0.0] * 10 + [3.0]


def test_a_very_wide_table_keeps_fewer_rows() -> None:
    table = filled(3000)
    for i in range(9000):
        table.column(("node", i))
    assert table.rows <= 1000
    assert total(table, "count", 3000.0) == pytest.approx(sum(i % 7 for i in range(3000)))
    table.add(3000.0, 3001.0, np.array([0], dtype=np.intp), [5.0])
    assert table.end == 3001.0
