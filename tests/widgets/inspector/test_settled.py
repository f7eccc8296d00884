"""What is seen between two things that are shown: nothing squeezed, nothing on top of something else."""

from __future__ import annotations

from PySide6.QtTest import QTest

from widgets.inspector.row import Row


def test_lines_are_in_their_places_at_once(bench) -> None:
    """Before any turn of the event loop, since a frame may be painted in each of them."""
    bench.panel.resize(320, 300)
    QTest.qWait(50)
    bench.panel.set_selection(["idea"])
    QTest.qWait(50)
    for chosen in ("web", "users", "web"):
        bench.panel.set_selection([chosen])
        rows = [row for row in bench.panel.form.findChildren(Row) if row.isVisible()]
        at_once = [(row.y(), row.height()) for row in rows]
        QTest.qWait(50)
        assert len(rows) > 3
        assert at_once == [(row.y(), row.height()) for row in rows]
