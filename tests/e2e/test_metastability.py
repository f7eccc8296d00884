"""Metastability in the window: asked in the panel, run by real processes, plotted and told."""

from __future__ import annotations

import csv

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.model import files
from engine.study import Metastability, Variant, run_study
from tests.helpers.builders import client, design, exponential, link, node
from tests.helpers.studies import Studies

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.qt_log_ignore("This plugin does not support"),
]
ASKED = {"over": "0.5:1.7", "levels": "4", "hold": "20s", "watch": "40s"}


@pytest.fixture
def storm(tmp_path):
    """A service that can do 300 requests a second, callers that wait 1 s and try again at once."""
    retry = {"attempts": 2, "backoff": {"base": 0, "jitter": "none"}}
    nodes = [
        client("users", 200.0, x=0.0),
        node("web", "service", x=300.0, workers=3, service_time=exponential(0.01)),
    ]
    links = [link("users", "web", timeout=1.0, retry=retry)]
    path = tmp_path / "storm.windtunnel"
    files.save(design(nodes, links, title="Storm", duration=60, warmup=10, seed=1), path)
    return path


@pytest.fixture
def studies(launch, storm):
    return Studies(launch(storm))


def test_the_meter_in_the_window_is_that_of_a_script(studies, storm) -> None:
    report = studies.run("metastability", **ASKED)
    variant = Variant.of(files.load(storm))
    study = Metastability(variant, over=(0.5, 1.7), levels=4, hold=20.0, watch=40.0)
    assert report.hash == run_study(study, processes=1).hash
    assert studies.panel.results.words.startswith(
        "Metastable: after Web slow × 10 for 10 s, it does not recover within 40 s"
    )
    picture = studies.panel.plot._picture
    assert [band.label for band in picture.bands] == ["up", "down again"]
    assert picture.zones[0].left == pytest.approx(0.75)
    assert not studies.panel._map.isVisibleTo(studies.panel)


def test_a_triggered_run_says_when_it_is_back(studies) -> None:
    report = studies.run(
        "metastability", trigger="slow", target="web", factor="2", **ASKED, **{"for": "1s"}
    )
    own = next(row for row in report.table("triggers").records() if row["load"] == 1.0)
    assert own["verdict"] == "recovers"
    assert 0.0 <= own["recovery"] < 20.0
    results = studies.panel.results
    results._which.setCurrentIndex(1)
    assert results._which.currentText() == "Triggered: Web slow × 2 for 1 s"
    model = results._table.model()
    shown = [model.index(0, place).data() for place in range(model.columnCount())]
    assert "recovers" in shown


def test_it_shows_how_far_it_is_and_can_be_stopped(studies) -> None:
    studies.ask("metastability", seeds="40", **ASKED)
    studies.start()
    studies.robot.wait(lambda: studies.session.running.progress[0] >= 3)
    done, wanted = studies.session.running.progress
    assert done < wanted
    assert f"of {wanted} runs" in studies.panel.state_text
    QTest.mouseClick(studies.form._start, Qt.MouseButton.LeftButton)
    studies.robot.wait(lambda: not studies.session.running.active)
    assert "they are kept" in studies.panel.state_text


def test_its_loop_is_exported(studies, dialogs, tmp_path) -> None:
    studies.run("metastability", **ASKED)
    dialogs.to_export = tmp_path / "loop.csv"
    studies.panel._export.click()
    studies.robot.settle()
    with (tmp_path / "loop.summary.csv").open() as file:
        assert [float(row["load"]) for row in csv.DictReader(file)] == [0.5, 1.0, 1.3, 1.7]
