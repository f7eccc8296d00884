"""What is seen between two things that are shown: nothing squeezed, nothing on top of something else."""

from __future__ import annotations

from PySide6.QtTest import QTest

from engine.model.findings import Finding
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


def test_a_line_makes_room_for_what_is_said_below_it(bench) -> None:
    """Also after findings came, which put all lines in order anew."""
    bench.panel.set_selection(["web"])
    QTest.qWait(50)
    alone = Finding(level="risk", code="alone", message="When it dies, that is it.", id="web")
    bench.panel.set_findings([alone])
    QTest.qWait(50)
    row, below = bench.row("config", "instances"), bench.row("config", "workers")
    before = below.y()
    bench.type(bench.line("config", "instances"), "400 Mb/s")
    QTest.qWait(50)
    assert row.error.isVisible()
    assert row.error.y() >= row.editor.geometry().bottom()
    assert row.error.geometry().bottom() <= row.height()
    assert below.y() > before
