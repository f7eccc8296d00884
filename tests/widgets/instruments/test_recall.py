"""Moments of large designs are packed and found in turns, and are then what they were."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QObject

from engine.sim.snapshot import LinkSample, NodeGauge, NodeSample, Percentiles, Sample, Snapshot
from widgets.instruments import Moment, Past, Recall
from widgets.instruments.packing import packing, unpacking


def snapshot(time: float, items: int) -> Snapshot:
    """A second of a run of a design with so many nodes and links."""
    return Snapshot(
        time=time,
        wall=0.0,
        requests=7,
        samples=(
            Sample(
                time - 1.0,
                time,
                {f"n{each}": NodeSample(arrivals=each) for each in range(items)},
                {
                    f"l{each}": LinkSample(attempts=each, latency=Percentiles(1, time))
                    for each in range(items)
                },
            ),
        ),
        gauges={f"n{each}": NodeGauge(waiting=each) for each in range(items)},
        in_flight={f"l{each}": each for each in range(items)},
    )


def told(steps: Any) -> tuple[int, Any]:
    """How many steps a generator takes, and what it returns."""
    count = 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return count, end.value
        count += 1


def whole(moment: Moment) -> tuple[object, ...]:
    """What a moment shows; not-a-numbers of unmeasured latencies are no difference."""
    return moment.at, str(moment.snapshots), moment.memory


def test_what_is_packed_comes_out_again_in_parts_of_some_thousand_items() -> None:
    before = snapshot(1.0, 2500)
    memory = {f"n{each}": (float(each), each) for each in range(1500)}
    parts = tuple(packing(before, memory))
    steps, (after, kept) = told(unpacking(parts))
    assert steps == len(parts) == 10
    assert str(after) == str(before)
    assert kept == memory
    assert list(after.gauges) == list(before.gauges), "items keep their order"


def test_small_designs_and_runs_without_any_are_one_part() -> None:
    for items, memory in ((3, {"n0": (1.0, 2)}), (0, {}), (2, None), (2, "a note")):
        parts = tuple(packing(snapshot(1.0, items), memory))
        assert len(parts) == 1
        after, kept = told(unpacking(parts))[1]
        assert str(after) == str(snapshot(1.0, items))
        assert kept == memory


def test_a_large_moment_is_found_in_turns_and_is_the_same(qtbot: Any) -> None:
    owner = QObject()
    recall, plain = Recall(owner), Past()
    for second in range(1, 9):
        recall.add(snapshot(float(second), 2000), None)
        plain.add(snapshot(float(second), 2000))
    qtbot.waitUntil(lambda: recall.past.end == 8.0)
    found: list[Moment] = []
    recall.found.connect(found.append)
    recall.look_for(5.2)
    assert not found, "the window answers in between"
    recall.look_for(7.1)
    qtbot.waitUntil(lambda: len(found) == 2)
    expected = [plain.at(5.2), plain.at(7.1)]
    assert [whole(each) for each in found] == [whole(each) for each in expected if each is not None]


def test_a_small_one_at_once(qtbot: Any) -> None:
    owner = QObject()
    recall = Recall(owner)
    for second in range(1, 9):
        recall.add(snapshot(float(second), 3), None)
    found: list[Moment] = []
    recall.found.connect(found.append)
    recall.look_for(5.2)
    assert [each.at for each in found] == [5.2]


def test_nothing_comes_of_what_is_forgotten(qtbot: Any) -> None:
    owner = QObject()
    recall = Recall(owner)
    for second in range(1, 6):
        recall.add(snapshot(float(second), 2000), None)
    recall.forget_after(3.0)
    assert recall.past.end == 3.0, "what was being packed is packed before"
    found: list[Moment] = []
    recall.found.connect(found.append)
    recall.look_for(2.0)
    recall.clear()
    recall.add(snapshot(1.0, 2000), None)
    qtbot.waitUntil(lambda: len(recall.past) == 1)
    assert not found
    assert math.isclose(recall.past.end, 1.0)
