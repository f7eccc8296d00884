"""Studies in the window: asked in the panel, computed by real processes, shown, stopped, gone on with."""

from __future__ import annotations

import csv

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.studies.naming import Names
from engine.model import files
from engine.model.design import Design
from engine.study import Replicate, Variant, run_study
from engine.study import study as planning
from tests.helpers.studies import Studies

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


@pytest.fixture
def shop(tmp_path):
    design = Design.model_validate(
        {
            "title": "Shop",
            "nodes": [
                {"id": "users", "kind": "client", "name": "Users",
                 "config": {"arrivals": {"process": "poisson", "rate": 60}}},
                {"id": "web", "kind": "service", "name": "Web", "x": 300,
                 "config": {"workers": 1, "service_time": {"law": "exponential", "mean": 0.01}}},
            ],
            "links": [{"id": "users-web", "source": "users", "target": "web"}],
            "scenario": {"duration": 30, "warmup": 3, "seed": 7},
            "objectives": [{"metric": "users.latency.p99", "below": 0.25}],
        }
    )  # fmt: skip
    path = tmp_path / "shop.windtunnel"
    files.save(design, path)
    return path


@pytest.fixture
def studies(launch, shop):
    return Studies(launch(shop))


def test_a_replication_in_the_window_is_the_one_of_a_script(studies, shop) -> None:
    report = studies.run("replicate", seeds="4")
    assert report.hash == run_study(Replicate(Variant.of(files.load(shop)), 4), processes=1).hash
    assert studies.panel.results.words.startswith("Users: p99 latency is ")
    assert studies.panel.state_text.startswith("4 runs in ")
    picture = studies.panel.plot._picture
    assert len(picture.dots[0].ys) == 4
    assert studies.robot.now > 0.0  # the sandbox went on beside it


def test_what_was_stopped_goes_on_where_it_was(studies) -> None:
    studies.ask("replicate", seeds="60")
    studies.start()
    studies.robot.wait(lambda: studies.session.running.progress[0] >= 2)
    QTest.mouseClick(studies.form._start, Qt.MouseButton.LeftButton)
    studies.robot.wait(lambda: not studies.session.running.active)
    done = studies.report.done
    assert 2 <= done < 60
    assert "they are kept" in studies.panel.state_text
    studies.start()
    studies.robot.wait(lambda: studies.session.running.progress[1] > 0)
    assert done <= studies.session.running.progress[0] < 60
    QTest.mouseClick(studies.form._start, Qt.MouseButton.LeftButton)


def test_a_sweep_draws_a_line_with_its_band(studies) -> None:
    studies.run("sweep", setting="web.workers", range="1:3", metric="mean", seeds="2")
    (band,) = studies.panel.plot._picture.bands
    assert band.xs == (1.0, 2.0, 3.0)
    assert band.means[0] > band.means[1] > band.means[2]
    ends = zip(band.lows, band.means, band.highs, strict=True)
    assert all(low < mean < high for low, mean, high in ends)


def test_a_comparison_says_by_how_much(studies) -> None:
    studies.run("compare", change="web.workers", value="4", seeds="3")
    assert studies.panel.results.words.startswith("B cuts Users: p99 latency by ")
    bar = studies.panel.plot._picture.bars[0]
    assert bar.label == "Users: p99 latency"
    assert bar.value < 0.0


def test_the_knee_is_marked_where_the_objective_gives_way(studies) -> None:
    report = studies.run("knee", low="0.5", high="1.6", seeds="2")
    value = report.table("knee").records()[0]["value"]
    picture = studies.panel.plot._picture
    assert picture.marks[0].x == value
    assert picture.levels[0].y == 0.25


def test_the_most_sensitive_setting_is_on_top(studies) -> None:
    studies.run("sensitivity", seeds="2")
    bars = studies.panel.plot._picture.bars
    values = {bar.label: bar.value for bar in bars}
    assert values["load"] == pytest.approx(values["Users · arrivals.rate"])
    assert values["Web · service_time.mean"] > 1.0 > 0.0 > values["Web · workers"]
    first = str(studies.report.table("knobs").rows[0][0])
    assert bars[0].label == Names(studies.robot.design).text(first)


REFUSED = [
    ("sweep", {"setting": "web.workers", "range": "8:1:1"}, "never comes from 8 to 1"),
    ("sweep", {"setting": "nobody.workers", "range": "1:2"}, "nobody"),
    ("replicate", {"seeds": "many"}, "not a whole number"),
    ("compare", {}, "Say what B changes"),
    ("knee", {"low": "2", "high": "1"}, "the range is empty"),
]


def test_what_cannot_be_is_said_before_it_starts(studies) -> None:
    for kind, texts, said in REFUSED:
        studies.ask(kind, **texts)
        assert said in studies.form._note.text()
        assert not studies.form._start.isEnabled()


def test_numbers_are_exported_and_escape_brings_the_charts_back(studies, dialogs, tmp_path) -> None:
    studies.run("replicate", seeds="2")
    dialogs.to_export = tmp_path / "numbers.csv"
    studies.panel._export.click()
    studies.robot.settle()
    with dialogs.to_export.open() as file:
        assert [row["seed"] for row in csv.DictReader(file)] == ["7", "8"]
    QTest.keyClick(studies.panel, Qt.Key.Key_Escape)
    assert not studies.robot.opened.bench.desk.shown


def test_start_waits_for_the_plan_of_what_was_typed_last(studies, monkeypatch) -> None:
    def refuse(*_) -> None:
        raise AssertionError

    monkeypatch.setattr(planning, "lower", refuse)  # in the window; its processes have their own
    studies.ask("replicate", seeds="3")
    studies.form.set_text("seeds", "2")
    studies.form._pause.timeout.emit()
    assert studies.session.planning
    assert studies.form._start.isEnabled()
    studies.start()
    assert not studies.session.running.active
    studies.robot.wait(lambda: studies.report is not None and studies.report.done == 2, 120_000)
    studies.robot.wait(lambda: not studies.session.running.active)
    studies.robot.wait(lambda: not studies.session.planning)
    studies.form.set_text("seeds", "4")
    studies.form._pause.timeout.emit()
    studies.start()
    studies.form.set_text("seeds", "none")  # who goes on typing does not want it any more
    studies.robot.wait(lambda: "not a whole number" in studies.form._note.text())
    assert not studies.session.running.active
