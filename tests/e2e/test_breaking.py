"""Chaos in the window: asked in the panel, run by real processes, painted on the canvas."""

from __future__ import annotations

import csv

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.submenus import Submenus
from engine.model import files
from engine.model.edits import Move, Position, SetField
from engine.study import Chaos, Variant, run_study
from tests.helpers.builders import client, constant, design, link, node
from tests.helpers.studies import Studies
from widgets.canvas.map_legend import MapLegend

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


@pytest.fixture
def shop(tmp_path):
    """Users on a shop that asks a database, and recommends where it can."""
    quick = {"workers": 8, "service_time": constant(0.005)}
    nodes = [
        client("users", 40.0, x=0.0, y=0.0),
        node("web", "service", x=300.0, y=0.0, **quick),
        node("db", "service", x=600.0, y=0.0, **quick),
        node("extra", "service", x=600.0, y=200.0, **quick),
    ]
    links = [
        link("users", "web", timeout=1.0),
        link("web", "db", timeout=0.5),
        link("web", "extra", timeout=0.1, fallback={"kind": "static"}),
    ]
    made = design(nodes, links, title="Shop", duration=30, warmup=5, seed=3)
    path = tmp_path / "shop.windtunnel"
    files.save(made, path)
    return path


@pytest.fixture
def studies(launch, shop):
    return Studies(launch(shop))


def words(studies) -> dict[str, str]:
    """The words on the cards."""
    cards = studies.robot.views.canvas._scene.cards
    return {item: card.face.word for item, card in cards.items()}


def legend(studies) -> MapLegend:
    (found,) = studies.robot.views.canvas.findChildren(MapLegend)
    return found


def row_of(studies, target: str) -> int:
    return [row["target"] for row in studies.report.table("experiments").records()].index(target)


OVERVIEW = {"users": "", "web": "breaks", "db": "breaks", "extra": "holds"}


def test_chaos_in_the_window_is_that_of_a_script_and_is_painted(studies, shop) -> None:
    report = studies.run("chaos")
    assert report.hash == run_study(Chaos(Variant.of(files.load(shop))), processes=1).hash
    assert words(studies) == OVERVIEW
    links = studies.robot.views.canvas._scene.links
    assert [pill.text for pill in links["web-db"].face.pills] == ["breaks 100 %"]
    assert legend(studies).text.startswith("What each failure does: ")
    bars = studies.panel.plot._picture.bars
    assert bars[0].value == pytest.approx(1.0, abs=0.05)
    assert {bar.label for bar in bars} >= {"kill db", "cut web-db"}


def test_a_study_is_found_by_its_name(studies) -> None:
    robot = studies.robot
    entries = {entry.title: entry for entry in Submenus(robot.opened.bench).entries()}
    robot.opened.bench.desk.leave()
    entries["Study: metastability"].act()
    assert robot.opened.bench.desk.shown
    assert studies.form.request.kind == "metastability"


def test_a_list_a_change_and_a_bound(studies) -> None:
    report = studies.run(
        "chaos", target="db", fault="kill, slow", factor="3", abort="users.availability<0.5"
    )
    rows = report.table("experiments").records()
    found = {row["fault"]: (row["target"], row["verdict"]) for row in rows}
    assert found == {"kill": ("db", "aborted"), "slow": ("db", "held")}
    assert words(studies)["db"] == "aborted"


def test_a_chosen_row_shows_whom_that_failure_reaches(studies) -> None:
    studies.run("chaos", each="node")
    table = studies.panel.results._table
    table.selectRow(row_of(studies, "web"))
    assert words(studies) == {"users": "lost", "web": "killed", "db": "starved", "extra": "starved"}
    assert legend(studies).text.startswith("Killed: Web")
    legend(studies)._back.click()
    assert words(studies) == OVERVIEW
    assert table.selectionModel().selectedRows() == []


def test_a_click_on_an_item_shows_whom_its_failure_reaches(studies) -> None:
    studies.run("chaos", each="node")
    studies.robot.click("db")
    assert words(studies)["db"] == "killed"
    assert words(studies)["users"] == "lost"
    (row,) = studies.panel.results._table.selectionModel().selectedRows()
    assert row.data() == "Db"
    studies.robot.click("users")  # no target: the map stays as it is
    assert words(studies)["db"] == "killed"
    studies.robot.opened.bench.desk.dismiss_map()
    studies.robot.click("web")
    assert set(words(studies).values()) == {""}


def test_escape_takes_the_map_away_and_the_button_brings_it_back(studies) -> None:
    studies.run("chaos", each="node")
    canvas = studies.robot.views.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert set(words(studies).values()) == {""}
    assert not legend(studies).isVisible()
    button = studies.robot.button(studies.panel, "Show map")
    studies.robot.press(button)
    assert words(studies) == OVERVIEW
    assert button.text() == "Hide map"
    QTest.keyClick(studies.panel, Qt.Key.Key_Escape)
    assert set(words(studies).values()) == {""}
    assert studies.robot.opened.bench.desk.shown
    QTest.keyClick(studies.panel, Qt.Key.Key_Escape)
    assert not studies.robot.opened.bench.desk.shown


def test_the_map_outlives_the_panel_and_a_move_but_no_change_of_the_design(studies) -> None:
    studies.run("chaos", each="node")
    studies.robot.opened.bench.desk.leave()
    document = studies.robot.services.document
    document.push(Move((Position("web", 330.0, 40.0),)))
    assert words(studies) == OVERVIEW
    document.push(SetField("web", ("config", "workers"), 9))
    assert set(words(studies).values()) == {""}
    assert not legend(studies).isVisible()
    assert not studies.panel._map.isVisibleTo(studies.panel)


def test_a_change_while_it_runs_keeps_the_map_away(studies) -> None:
    studies.ask("chaos", each="node", seeds="6")
    studies.start()
    studies.robot.wait(lambda: studies.session.running.progress[0] >= 1)
    studies.robot.services.document.push(SetField("web", ("config", "workers"), 9))
    studies.robot.wait(lambda: not studies.session.running.active)
    assert set(words(studies).values()) == {""}


def test_another_study_takes_its_place(studies) -> None:
    studies.run("chaos", each="node")
    studies.run("replicate", seeds="2")
    assert set(words(studies).values()) == {""}
    assert not studies.panel._map.isVisibleTo(studies.panel)


def test_it_is_stopped_like_any_other_and_what_is_known_is_painted(studies) -> None:
    studies.ask("chaos", each="node", seeds="10")
    studies.start()
    studies.robot.wait(lambda: studies.session.running.progress[0] >= 13, 120_000)
    QTest.mouseClick(studies.form._start, Qt.MouseButton.LeftButton)
    studies.robot.wait(lambda: not studies.session.running.active)
    assert "they are kept" in studies.panel.state_text
    assert "web" in {item for item, word in words(studies).items() if word}


def test_its_runs_and_verdicts_are_exported(studies, dialogs, tmp_path) -> None:
    studies.run("chaos", each="node")
    dialogs.to_export = tmp_path / "chaos.csv"
    studies.panel._export.click()
    studies.robot.settle()
    with dialogs.to_export.open() as file:
        assert [row["variant"] for row in csv.DictReader(file)] == [
            "undisturbed", "kill web", "kill db", "kill extra",
        ]  # fmt: skip
    with (tmp_path / "chaos.summary.csv").open() as file:
        assert {row["target"]: row["verdict"] for row in csv.DictReader(file)} == {
            "web": "missed", "db": "missed", "extra": "held",
        }  # fmt: skip
