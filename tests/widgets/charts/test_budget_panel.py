"""The page of error budgets: the lines of a real run, live, seen from a moment of it, and of a kept run behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from app.budget_desk import budgets_of, offered_objective
from engine.run.session import Session
from tests.helpers.builders import client, design, exponential, link, node
from widgets.charts import ChartsPanel
from widgets.charts.budget_panel import BudgetPanel
from widgets.instruments import TimeAxis
from widgets.theme import ThemeManager

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

AVAILABLE = {"metric": "users.availability", "above": 0.9, "alerts": {"rules": [[5.0, 60.0, 10.0]]}}
FAST = {"metric": "users.latency.above.0.3", "below": 0.2}


def shop(*objectives: dict[str, Any], seed: int = 5) -> Any:
    web = node("web", "service", workers=4, service_time=exponential(0.1), queue_limit=3)
    fault = {"at": 60, "duration": 60, "target": "web", "change": "error", "probability": 0.6}
    return design(
        [client("users", 30.0), web], [link("users", "web")],
        duration=200, warmup=20, seed=seed, events=[fault], objectives=list(objectives),
    )  # fmt: skip


@pytest.fixture
def look(qapp: QApplication) -> ThemeManager:
    return ThemeManager(qapp)


@pytest.fixture
def charts(qtbot: QtBot, look: ThemeManager) -> ChartsPanel:
    panel = ChartsPanel(look.theme, TimeAxis(glide=0))
    qtbot.addWidget(panel)
    return panel


@pytest.fixture
def panel(qtbot: QtBot, look: ThemeManager, charts: ChartsPanel) -> BudgetPanel:
    panel = BudgetPanel(look, charts)
    qtbot.addWidget(panel)
    panel.resize(1100, 260)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def feed(charts: ChartsPanel, made: Any, until: float = 200.0) -> dict[str, Any]:
    """Run a design in steps of a second, with everybody watching; its series."""
    session = Session(made)
    session.measure(step=1.0)
    charts.set_design(made)
    charts.add_snapshot(session.snapshot())
    for second in range(1, round(until) + 1):
        session.advance(float(second))
        charts.add_snapshot(session.snapshot())
    found: dict[str, Any] = session.result()["series"]
    return found


def lines(panel: BudgetPanel, chart: int) -> dict[str, Any]:
    return {line.label: line for line in panel.charts[chart]._shown.lines}


def test_the_lines_are_those_of_the_series(charts: ChartsPanel, panel: BudgetPanel) -> None:
    made = shop(AVAILABLE, FAST)
    found = feed(charts, made)["objectives"]
    panel.set_budgets(budgets_of(made))
    panel.refresh()
    left, burn = lines(panel, 0), lines(panel, 1)
    assert list(left) == [
        "Users: availability above 90 %",
        "Users: latency above 300 ms below 20 %",
    ]
    ends = panel.charts[0]._shown.ends
    seconds = np.arange(1.0, 201.0)
    for line, wanted in zip(left.values(), found, strict=True):
        values = np.array([np.nan if v is None else v for v in wanted["budget_left"]])
        expected = np.interp(ends, seconds, values)
        known = ends > 21.0
        assert line.values[known] == pytest.approx(expected[known], abs=1e-3)
        assert np.isnan(line.values[ends < 20.0]).all()
    assert list(burn) == ["60 s", "10 s", "page 5 ×"]
    for label, name in (("60 s", "in_long"), ("10 s", "in_short")):
        expected = np.interp(ends, seconds, found[0]["burn"][0][name])
        assert burn[label].values == pytest.approx(expected, abs=2e-2)
    assert set(burn["page 5 ×"].values) == {5.0}
    assert burn["page 5 ×"].dashed
    assert burn["10 s"].values.max() > 5.0, "so that it crosses the line"


def test_a_moment_of_the_past_is_read_from_the_lines(
    charts: ChartsPanel, panel: BudgetPanel
) -> None:
    made = shop(AVAILABLE)
    found = feed(charts, made)["objectives"][0]
    panel.set_budgets(budgets_of(made))
    panel.hide()
    charts.axis.hold(100.0)
    panel.show()
    panel.refresh()
    assert panel.charts[0].plot._cursor.isVisible()
    said = panel.charts[1].accessibleDescription()
    assert f"60 s {found['burn'][0]['in_long'][99]:.2g}" in said
    assert "page 5 ×" not in said, "a bound has no value of a moment"
    assert "%" in panel.charts[0].accessibleDescription()


def test_a_kept_run_is_behind_this_one(charts: ChartsPanel, panel: BudgetPanel) -> None:
    made = shop(AVAILABLE)
    session = Session(made)
    session.snapshot()
    session.advance(200.0)
    charts.lay_behind(session.snapshot().samples)
    feed(charts, shop(AVAILABLE, seed=6), until=30.0)
    panel.set_budgets(budgets_of(made))
    panel.refresh()
    kept = panel.charts[0]._kept
    assert kept is not None
    last = kept.lines[0].values[np.isfinite(kept.lines[0].values)][-1]
    assert last < 0.9
    assert np.nanmin(panel.charts[0]._shown.lines[0].values) > 0.9


def test_the_budget_that_is_worst_off_burns_in_the_chart_unless_one_is_chosen(
    charts: ChartsPanel, panel: BudgetPanel
) -> None:
    made = shop(FAST, AVAILABLE)
    feed(charts, made)
    budgets = budgets_of(made)
    panel.set_budgets(budgets)
    panel.refresh()
    assert panel.charts[1]._shown.choice == "Users: availability above 90 %"
    panel.choose(budgets[0].key)
    panel.refresh()
    assert panel.charts[1]._shown.choice == budgets[0].label
    assert list(lines(panel, 1)) == ["60 s", "5 s", "page 14.4 ×", "360 s", "30 s", "page 6 ×"]
    hint = lines(panel, 1)["page 6 ×"].hint
    assert "would page" in hint


def test_without_a_budget_it_offers_one(
    charts: ChartsPanel, panel: BudgetPanel, qtbot: QtBot
) -> None:
    made = shop({"metric": "users.latency.p99", "below": 1.0})
    feed(charts, made, until=5.0)
    panel.set_budgets(budgets_of(made))
    panel.refresh()
    assert not panel.offer.isVisible()
    offered = offered_objective(made)
    assert offered is not None
    panel.offer_objective("Add it")
    assert panel.offer.isVisible()
    with qtbot.waitSignal(panel.objective_wanted):
        panel.offer.click()
    added = shop(offered.model_dump(mode="json", by_alias=True, exclude_unset=True))
    (budget,) = budgets_of(added)
    assert budget.label == "Users: availability above 99.9 %"
    panel.set_budgets((budget,))
    assert not panel.offer.isVisible()
    assert offered_objective(made.model_copy(update={"nodes": ()})) is None
    assert budgets_of(shop({"metric": "users.availability", "above": 0.9995}))[0].label.endswith(
        "above 99.95 %"
    )


def test_budgets_lead_to_single_requests(
    charts: ChartsPanel, panel: BudgetPanel, qtbot: QtBot
) -> None:
    feed(charts, shop(AVAILABLE), 30.0)
    charts.axis.set_cursor(12.0)
    menu = panel.menu_of(panel.charts[0])
    (failed,) = [each for each in menu.actions() if each.text().startswith("Show me a failed one")]
    with qtbot.waitSignal(charts.traces_requested) as asked:
        failed.trigger()
    assert asked.args == ["failed", None, 12.0]
