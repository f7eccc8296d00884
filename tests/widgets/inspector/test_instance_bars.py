"""Requests by instance: rates over the window, the fullest beside the mean, whatever comes and goes."""

from __future__ import annotations

import pytest

from engine.sim.snapshot import InstanceGauge, NodeGauge, Snapshot
from widgets.inspector.instance_bars import ArrivalWindow, Bar, InstanceBars
from widgets.theme import ThemeManager


def moment(time: float, *counts: int, first: int = 0, state: str = "ready") -> Snapshot:
    instances = tuple(
        InstanceGauge(state=state, arrivals=count, number=first + place)
        for place, count in enumerate(counts)
    )
    gauges = {"web": NodeGauge(instance_count=len(counts), instances=instances)}
    return Snapshot(time=time, wall=1.0, requests=1, samples=(), gauges=gauges, in_flight={})


def rates(window: ArrivalWindow) -> list[float]:
    return [bar.rate for bar in window.bars("web")]


def test_rates_are_over_the_window() -> None:
    window = ArrivalWindow(5.0)
    for second in range(21):
        window.add(moment(float(second), 10 * second, 30 * second + max(0, second - 10) * 20))
    assert rates(window) == pytest.approx([10.0, 50.0])


def test_many_snapshots_a_second_are_not_all_kept() -> None:
    window = ArrivalWindow(5.0)
    for step in range(10_000):
        window.add(moment(step / 1000.0, step, 2 * step))
    assert rates(window) == pytest.approx([1000.0, 2000.0], rel=0.01)
    assert len(window._recent._marks) < 60


@pytest.mark.parametrize(
    "moments",
    [
        [],
        [moment(1.0, 5, 5)],
        [moment(1.0, 5), moment(2.0, 9)],
        [moment(1.0, 5, 5), moment(2.0, 5, 5)],
        [moment(9.0, 5, 5), moment(2.0, 1, 1)],
    ],
)
def test_nothing_is_shown_where_there_is_nothing_to_compare(moments: list[Snapshot]) -> None:
    window = ArrivalWindow(5.0)
    for each in moments:
        window.add(each)
    assert window.bars("web") == []
    assert window.bars("nobody") == []


def test_instances_are_known_by_their_numbers() -> None:
    """The first went away, a fourth came: what the others had is theirs still."""
    window = ArrivalWindow(5.0)
    window.add(moment(0.0, 500, 100, 100))
    window.add(moment(1.0, 120, 130, 40, first=1))
    assert rates(window) == [20.0, 30.0, 40.0]


def test_the_fullest_is_named(qtbot, qapp) -> None:
    bars = InstanceBars(ThemeManager(qapp, "dark"))
    qtbot.addWidget(bars)
    bars.show_bars([Bar(0, 10.0), Bar(1, 40.0, waiting=3), Bar(2, 10.0, "down")])
    assert not bars.isHidden()
    assert bars.note.text() == "25 rps each on average; instance 2 has 1.6 times that."

    assert bars.strip.words(1) == "Instance 2: 40 rps, 3 waiting"
    bars.strip.grab()
    bars.show_bars([])
    assert bars.isHidden()
