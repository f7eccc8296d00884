"""Charts, legends, the inspector and tables show each metric in the unit of its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent

from engine.catalog import COMPONENTS
from engine.model.design import Design
from engine.model.metrics import LINK_METRICS, METRICS, named
from engine.sim.snapshot import LinkSample, NodeSample, Sample, Snapshot
from widgets.charts import ChartsPanel
from widgets.charts.pinned import PinnedFeed
from widgets.charts.scales import FromZero, LogSeconds, Percent
from widgets.inspector.measured import Window
from widgets.instruments import TimeAxis
from widgets.instruments.text import value_text
from widgets.theme import DARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from engine.model.component import Component
    from engine.model.metrics import Metric

BY_KIND = {component.kind: component for component in COMPONENTS}
DESIGN = Design.model_validate(
    {
        "nodes": [{"id": kind, "kind": kind, "name": kind.title()} for kind in BY_KIND],
        "links": [{"id": "way", "source": "client", "target": "service"}],
    }
)
OF_NODES = [(each.kind, metric) for each in COMPONENTS for metric in each.metrics]
# Most records are shared by all kinds: each once.
ALL = {
    (metric.name, metric.heading, metric.unit, metric.counts): (item, metric)
    for item, metric in (*OF_NODES, *(("way", metric) for metric in LINK_METRICS))
}.values()
SCALES = {"s": LogSeconds, "%": Percent}
VALUE = 0.75


def moment(item: str, metric: Metric) -> Snapshot:
    """A second in which an item measured .75 of a metric."""
    extra = {metric.name: VALUE}
    nodes = {item: NodeSample(arrivals=1, extra=extra)} if item != "way" else {}
    links = {item: LinkSample(attempts=1, extra=extra)} if item == "way" else {}
    return Snapshot(time=1.0, wall=1.0, requests=1, samples=(Sample(0.0, 1.0, nodes, links),))


@pytest.fixture(scope="module")
def panel(qapp: QApplication) -> Iterator[ChartsPanel]:
    """One panel for all tests: to make its charts takes longer than any of them."""
    panel = ChartsPanel(DARK, TimeAxis(glide=0), components=BY_KIND)
    panel.set_design(DESIGN)
    panel.resize(1200, 250)
    panel.show()
    yield panel
    panel.close()
    panel.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def charts(panel: ChartsPanel, qtbot: QtBot) -> Iterator[ChartsPanel]:
    """The panel without a run and without pinned charts."""
    qtbot.waitExposed(panel)
    yield panel
    pinned = [each.feed.key for each in panel.charts if isinstance(each.feed, PinnedFeed)]
    for metric, item in pinned:
        panel.unpin(metric, item)
    panel.clear_run()
    assert len(panel.charts) == 3
    assert not panel.history.extras("cache")


@pytest.mark.parametrize(("item", "metric"), ALL, ids=[f"{item}.{m.name}" for item, m in ALL])
def test_a_pinned_metric_has_the_unit_and_title_of_its_record(
    charts: ChartsPanel, item: str, metric: Metric
) -> None:
    charts.add_snapshot(moment(item, metric))
    offered = {each.name: each for each in charts.metrics_of(item)}
    assert offered[f"extra.{metric.name}"].title == metric.heading
    charts.pin(f"extra.{metric.name}", item)
    charts.refresh()
    feed = charts.charts[-1].feed
    assert isinstance(feed, PinnedFeed)
    unit = "/s" if metric.counts else metric.unit
    assert type(feed.scale) is SCALES.get(unit, FromZero)
    (line,) = feed.lines(charts.history, 0.0, 1.0, 10).lines
    assert line.label == metric.heading
    ticks = [text for _, text in feed.scale.ticks()]
    written = {"s": " s", "B": " B", "B/s": " b/s"}.get(unit, unit)
    assert any(text.endswith(written) for text in ticks), ticks
    in_unit = value_text(VALUE, unit)
    bare = value_text(VALUE, "")
    assert feed.scale.text(VALUE) == (in_unit if unit in {"s", "%", "B", "B/s"} else bare)


@pytest.mark.parametrize("component", COMPONENTS, ids=list(BY_KIND))
def test_the_inspector_says_the_same(component: Component) -> None:
    for metric in component.metrics:
        window = Window()
        window.add(moment(component.kind, metric))
        lines = {title: value for title, value, _ in window.node_lines(component.kind, (metric,))}
        assert lines[metric.heading] == metric.live.text(VALUE)


def test_the_inspector_says_the_same_of_links() -> None:
    for metric in LINK_METRICS:
        window = Window()
        window.add(moment("way", metric))
        lines = {title: value for title, value, _ in window.link_lines("way")}
        assert lines[metric.heading] == metric.live.text(VALUE)
        full = named(f"extra.{metric.name}", METRICS["link"])
        assert (full.title, full.unit) == (metric.title, metric.unit)


def test_what_no_record_tells_of_is_a_plain_number(charts: ChartsPanel) -> None:
    charts.pin("extra.of_a_later_version", "service")
    feed = charts.charts[-1].feed
    assert isinstance(feed, PinnedFeed)
    assert isinstance(feed.scale, FromZero)


def test_what_is_counted_is_charted_a_second_whatever_the_length_of_an_interval(
    charts: ChartsPanel,
) -> None:
    ends, start = (0.5, 2.5, 3.5), 0.0
    for end in ends:
        extra = {"hits": 40.0 * (end - start), "entries": 7.0}
        nodes = {"cache": NodeSample(arrivals=1, extra=extra)}
        samples = (Sample(start, end, nodes, {}),)
        charts.add_snapshot(Snapshot(time=end, wall=1.0, requests=1, samples=samples))
        start = end
    for name, value in (("hits", 40.0), ("entries", 7.0)):
        charts.pin(f"extra.{name}", "cache")
        (line,) = charts.charts[-1].feed.lines(charts.history, 0.0, 9.0, 10).lines
        assert list(line.values) == pytest.approx([value] * 3)
