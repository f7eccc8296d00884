"""Long lists in the inspector are seen page by page."""

from __future__ import annotations

from PySide6.QtCore import Qt

from engine.model.edits import SetField
from widgets.inspector.editors.pager import LINES


def test_a_long_schedule_is_seen_page_by_page_and_kept_whole(qtbot, bench) -> None:
    points = [[10.0 * place, 100.0 + place] for place in range(LINES + 3)]
    arrivals = {"process": "poisson", "rate": points}
    bench.apply(SetField("users", ("config", "arrivals"), arrivals))
    bench.panel.set_selection(["users"])
    rate = bench.row("config", "arrivals", "rate").editor
    assert len(rate.rows) == LINES
    bench.type(rate.rows[0].rate.line, "7", enter=False)
    qtbot.mouseClick(rate.pager.on, Qt.MouseButton.LeftButton)
    stored = bench.config("users")["arrivals"]["rate"]
    assert stored == [[0.0, 7.0], *points[1:]], "what was typed is taken before the page is turned"
    assert len(rate.rows) == 3
    bench.type(rate.rows[2].rate.line, "9")
    assert bench.config("users")["arrivals"]["rate"] == [*stored[:-1], [points[-1][0], 9.0]]
    bench.panel.set_selection([])
    bench.panel.set_selection(["users"])
    assert len(rate.rows) == LINES, "another time it begins at the first page"
