"""Citing in the window: picked from a run, shown on the note, judged by the next run, each step undone and redone."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.citing.card import CitingCard
from app.document import DesignDocument
from engine.catalog.citing import chips
from engine.model.citing import cited_of, citing, replaced, uncited
from engine.model.design import Citation, Design
from engine.model.edits import SetField
from engine.model.files import dumps, loads
from engine.run.session import Session
from widgets.canvas import NoteChip
from widgets.canvas.look import Look
from widgets.canvas.note_painter import paint_note
from widgets.theme import ThemeManager

SHOP = Design.model_validate(
    {
        "nodes": [
            {"id": "users", "kind": "client", "config": {"arrivals": {"process": "poisson", "rate": 60}}},
            {"id": "web", "kind": "service", "name": "Web", "x": 300, "config": {"workers": 1}},
        ],
        "links": [{"id": "a", "source": "users", "target": "web"}],
        "notes": [{"id": "note", "text": "Fast enough"}],
        "scenario": {"duration": 30, "warmup": 3, "seed": 4},
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    session = Session(SHOP)
    session.advance(30.0)
    return session.result()


class Bench:
    """A card over a document."""

    def __init__(self, qtbot: Any, qapp: Any, result: dict[str, Any]) -> None:
        self.host = QWidget()
        self.host.resize(1280, 720)
        qtbot.addWidget(self.host)
        self.host.show()
        self.document = DesignDocument()
        self.document.replace(SHOP, None)
        self.card = CitingCard(self.host, ThemeManager(qapp, "dark"))
        push = self.document.push
        self.card.cite_requested.connect(
            lambda metric: push(citing(self.design, "note", cited_of(self.design, result, metric)))
        )
        self.card.drop_requested.connect(lambda place: push(uncited(self.design, "note", place)))
        self.card.tolerance_requested.connect(self._tolerate)
        self.document.changed.connect(lambda design, _changes: self.card.set_design(design))
        self.card.open_on(SHOP, "note", result)

    @property
    def design(self) -> Design:
        return self.document.design

    @property
    def cited(self) -> tuple[Citation, ...]:
        return self.design.notes[0].citations

    def _tolerate(self, place: int, share: float) -> None:
        changed = self.cited[place].model_copy(update={"tolerance": share})
        self.document.push(replaced(self.design, "note", place, changed))


@pytest.fixture
def bench(qtbot: Any, qapp: Any, result: dict[str, Any]) -> Bench:
    return Bench(qtbot, qapp, result)


def test_metrics_are_found_by_their_words_and_cited_by_enter(
    bench: Bench, result: dict[str, Any]
) -> None:
    QTest.keyClicks(bench.card.search, "web p99 residence")
    assert bench.card.metrics.count() == 2  # p999 as well
    assert bench.card.metrics.item(0).text().startswith("Web: p99 residence   ")
    QTest.keyClick(bench.card.search, Qt.Key.Key_Return)
    (citation,) = bench.cited
    assert (citation.metric, citation.run) == ("web.residence.p99", result["hash"])
    assert bench.card.cited.item(0).text().startswith("Web: p99 residence was ")
    assert loads(dumps(bench.design)) == bench.design


def test_what_is_cited_is_shown_once_something_is(bench: Bench) -> None:
    parts = (bench.card.cited, bench.card.drop, bench.card.tolerance)
    assert not any(part.isVisible() for part in parts)
    bench.card.put.click()
    assert all(part.isVisible() for part in parts)
    bench.host.activateWindow()
    bench.card.drop.setFocus()
    bench.card.drop.click()
    assert not any(part.isVisible() for part in parts)


def test_everything_can_be_undone_and_redone(bench: Bench) -> None:
    states = [bench.design]
    for words in ("web p99 residence", "users goodput"):
        bench.card.search.setText(words)
        QTest.keyClick(bench.card.search, Qt.Key.Key_Return)
        states.append(bench.design)
    bench.card.cited.setCurrentRow(1)
    bench.card.tolerance.setValue(12.5)
    bench.card.tolerance.editingFinished.emit()
    assert bench.cited[1].tolerance == 0.125
    states.append(bench.design)
    bench.card.cited.setCurrentRow(0)
    bench.card.cited.setFocus()
    QTest.keyClick(bench.card.cited, Qt.Key.Key_Delete)
    assert len(bench.cited) == 1
    states.append(bench.design)
    for state in reversed(states[:-1]):
        bench.document.stack.undo()
        assert bench.design == state
        assert dumps(bench.design) == dumps(state)
    for state in states[1:]:
        bench.document.stack.redo()
        assert bench.design == state


def test_without_a_run_it_says_what_to_do(qtbot: Any, qapp: Any, result: dict[str, Any]) -> None:
    host = QWidget()
    host.resize(900, 700)
    qtbot.addWidget(host)
    host.show()
    card = CitingCard(host, ThemeManager(qapp, "light"))
    card.open_on(SHOP, None, None)
    assert "measure the scenario from the start" in card.about.text()
    asked: list[bool] = []
    card.measure_requested.connect(lambda: asked.append(True))
    card.measure.click()
    assert asked == [True]
    card.set_progress(0.4)
    assert card.about.text() == "Measuring … 40 %"
    assert card.metrics.count() == 0
    assert not card.put.isEnabled()
    assert not card.drop.isVisible()
    card.show_result(result)
    assert card.metrics.count() > 20
    assert card.put.isEnabled()
    assert not card.measure.isVisible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_chips_stand_at_the_foot_of_a_note_in_both_themes(qapp: Any, theme: Any) -> None:
    manager = ThemeManager(qapp, theme)
    look = Look(manager.theme, manager.icons)

    def painted(*shown: NoteChip) -> QImage:
        image = QImage(300, 160, QImage.Format.Format_ARGB32)
        image.fill(QColor(0, 0, 0, 0))
        painter = QPainter(image)
        paint_note(painter, QRectF(0, 0, 280, 140), "One", look, chips=shown)
        painter.end()
        return image

    bare = painted()
    chip = painted(NoteChip("Web: p99 48 ms", "now 95 ms", "failing"))
    changed = [
        (x, y) for x in range(300) for y in range(160) if bare.pixel(x, y) != chip.pixel(x, y)
    ]
    assert changed
    assert min(y for _, y in changed) > 100
    assert max(x for x, _ in changed) < 280
    ink = QColor(manager.theme.state("failing").colour).rgb()
    assert any(chip.pixel(x, y) == ink for x, y in changed)


def test_names_stay_plain_text_on_chips(result: dict[str, Any]) -> None:
    named = SetField("web", ("name",), "<b>W</b>").apply(SHOP).design
    citation = cited_of(named, result, "web.residence.p99")
    design = citing(named, "note", citation).apply(named).design
    assert chips(design, result)["note"][0].text.startswith("<b>W</b>: p99")
