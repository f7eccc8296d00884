"""The measured section: numbers over the last seconds of the selected node or link."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.model.metric import Metric
from engine.sim.snapshot import (
    InstanceGauge,
    LinkSample,
    NodeGauge,
    NodeSample,
    Percentiles,
    Sample,
    Snapshot,
)
from widgets.inspector.measured import WINDOW, Window


def second(end: float, **nodes: NodeSample) -> Snapshot:
    links = {
        "l1": LinkSample(
            attempts=20,
            retries=4,
            succeeded=15,
            failed={"timeout": 5},
            latency=Percentiles(15, 0.2, 0.1, 0.4, 0.9),
        )
    }
    return Snapshot(
        time=end,
        wall=1.0,
        requests=100,
        samples=(Sample(end - 1.0, end, nodes, links),),
        gauges={
            "web": NodeGauge(
                in_system=7,
                waiting=3,
                instance_count=2,
                instances=(InstanceGauge(), InstanceGauge(state="down")),
                faults=("slow × 10",),
            )
        },
        in_flight={"l1": 3},
    )


def busy(arrivals: int, queue: float, **more) -> NodeSample:
    latency = Percentiles(arrivals, 0.5, 0.4, 0.8, 0.9)
    return NodeSample(arrivals, arrivals, queue=queue, utilization=0.75, latency=latency, **more)


def by_title(lines) -> dict[str, str]:
    return {title: value for title, value, _ in lines}


def test_rates_and_means_are_over_the_window() -> None:
    window = Window()
    for end, arrivals in ((1.0, 100), (2.0, 300)):
        window.add(second(end, web=busy(arrivals, 40.0)))
    lines = by_title(window.node_lines("web", ()))
    assert lines["Arrivals"] == "200 rps"
    assert lines["Utilization"] == "75 %"
    assert lines["Waiting, mean"] == "40"
    assert lines["Wait, mean"] == "200 ms"
    assert lines["Residence, p99"] == "900 ms"


def test_what_is_older_than_the_window_no_longer_counts() -> None:
    window = Window()
    window.add(second(1.0, web=busy(9999, 40.0)))
    window.add(second(1.0 + WINDOW, web=busy(100, 0.0)))
    assert by_title(window.node_lines("web", ()))["Arrivals"] == "100 rps"


def test_a_new_run_forgets_the_old_one() -> None:
    window = Window()
    window.add(second(50.0, web=busy(9999, 40.0)))
    window.add(second(1.0, web=busy(100, 0.0)))
    assert by_title(window.node_lines("web", ()))["Arrivals"] == "100 rps"


def test_failures_come_by_reason_most_frequent_first() -> None:
    window = Window()
    window.add(second(1.0, web=busy(100, 0.0, failed={"timeout": 2, "queue_full": 30})))
    titles = [title for title, _, _ in window.node_lines("web", ())]
    failed = [title for title in titles if title.startswith("Failed")]
    assert failed == ["Failed: queue full", "Failed: timeout"]


def test_what_a_component_adds_is_shown_with_its_title() -> None:
    window = Window()
    window.add(second(1.0, web=busy(100, 0.0, extra={"hit_ratio": 0.88})))
    metric = Metric(name="hit_ratio", title="hit ratio", unit="%")
    assert by_title(window.node_lines("web", (metric,)))["Hit ratio"] == "88 %"


def test_what_the_network_of_a_link_adds_is_shown_where_it_is_measured() -> None:
    window = Window()
    extra = {"response_utilization": 0.42, "request_wait": math.nan, "connections": 6.0}
    sample = LinkSample(attempts=10, succeeded=10, extra=extra)
    window.add(
        Snapshot(time=1.0, wall=0.1, requests=10, samples=(Sample(0.0, 1.0, {}, {"l1": sample}),))
    )
    lines = by_title(window.link_lines("l1"))
    assert lines["Bandwidth used back"] == "42 %"
    assert lines["Connections open"] == "6"
    assert "Queueing there, mean" not in lines


def test_down_instances_and_faults_are_told() -> None:
    window = Window()
    window.add(second(1.0, web=busy(100, 0.0)))
    lines = by_title(window.node_lines("web", ()))
    assert lines["Ready instances"] == "1 of 2"
    assert lines["Fault"] == "slow × 10"


def test_an_idle_node_says_so_without_inventing_latencies() -> None:
    window = Window()
    window.add(second(1.0, web=NodeSample()))
    lines = by_title(window.node_lines("web", ()))
    assert lines["Arrivals"] == "0 rps"
    assert not any("Residence" in title for title in lines)


def test_a_link_shows_attempts_retries_and_failures() -> None:
    window = Window()
    window.add(second(1.0))
    lines = by_title(window.link_lines("l1"))
    assert lines["Attempts"] == "20 rps"
    assert lines["Retries"] == "4 rps"
    assert lines["Failed: timeout"] == "5 rps"
    assert lines["Latency, p50"] == "100 ms"
    assert lines["Under way"] == "3"


def test_nothing_is_shown_of_what_was_not_measured() -> None:
    window = Window()
    assert window.node_lines("web", ()) == []
    window.add(second(1.0))
    assert window.node_lines("web", ()) == []


@pytest.mark.parametrize("selected", ["web", "l1"])
def test_the_panel_shows_it_and_keeps_typing_undisturbed(qtbot, bench, selected: str) -> None:
    bench.panel.set_selection([selected])
    assert bench.panel.measured.isHidden()
    path = ("config", "instances") if selected == "web" else ("config", "times")
    line = bench.line(*path)
    bench.type(line, "12", enter=False)
    bench.panel.set_snapshot(second(1.0, web=busy(100, 0.0)))
    qtbot.waitUntil(bench.panel.measured.isVisible)
    assert dict(bench.panel.measured.lines())
    assert line.text() == "12"
    assert line.hasFocus()
    bench.panel.clear_measurements()
    assert bench.panel.measured.isHidden()


def test_several_nodes_have_no_measurements_of_one(bench) -> None:
    bench.panel.set_selection(["web", "api"])
    bench.panel.set_snapshot(second(1.0, web=busy(100, 0.0)))
    bench.panel._show_measured()
    assert bench.panel.measured.isHidden()


@pytest.mark.parametrize("width", [240, 320])
def test_a_long_fault_goes_on_below_and_pushes_no_field_out_of_the_panel(
    qtbot, bench, width: int
) -> None:
    bench.panel.resize(width, 900)
    bench.panel.set_selection(["web"])
    fault = "leaks 512 MB and 0.1 workers a second (2 instances)"
    gauge = NodeGauge(in_system=7, faults=(fault,))
    taken = replace(second(1.0, web=busy(100, 0.0)), gauges={"web": gauge})
    bench.panel.set_snapshot(taken)
    qtbot.waitUntil(bench.panel.measured.isVisible)
    assert dict(bench.panel.measured.lines())["Fault"] == fault
    scroll = bench.panel._scroll
    qtbot.waitUntil(lambda: scroll.widget().width() <= scroll.viewport().width())
    value = next(value for _, value in bench.panel.measured._labels if value.text() == fault)
    qtbot.waitUntil(lambda: value.height() >= 2 * value.fontMetrics().lineSpacing())
    assert value.height() >= value.heightForWidth(value.width())
