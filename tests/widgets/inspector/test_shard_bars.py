"""Requests by partition: rates over the window, what is above the rate of a partition, what is painted of it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from engine.sim.snapshot import ClusterGauge, LogGauge, NodeGauge, Snapshot
from widgets.inspector.shard_bars import Shard, ShardBars, Shards, ShardWindow
from widgets.theme import ThemeManager


def moment(
    time: float, *loads: int, rate: float = 0.0, throttled: int = 0, refused: tuple[int, ...] = ()
) -> Snapshot:
    keys = tuple(range(1, len(loads) + 1))
    cluster = ClusterGauge(loads=loads, refused=refused, keys=keys, rate=rate, throttled=throttled)
    return Snapshot(time=time, wall=1.0, requests=1, gauges={"kv": NodeGauge(cluster=cluster)})


def test_rates_are_over_the_window_and_hot_partitions_are_told_apart() -> None:
    window = ShardWindow(5.0)
    for second in range(21):
        heavy = 90 * max(0, second - 10)
        window.add(moment(float(second), 10 * second, 20 * second, heavy))
    shards = window.shards("kv").each
    assert [shard.rate for shard in shards] == pytest.approx([10.0, 20.0, 90.0])
    assert [shard.hot for shard in shards] == [False, False, True]
    assert [shard.keys for shard in shards] == [1, 2, 3]


def test_what_is_above_the_rate_and_what_was_refused_is_measured() -> None:
    window = ShardWindow(5.0)
    window.add(moment(0.0, 0, 0, rate=50.0))
    window.add(moment(4.0, 40, 360, rate=50.0, throttled=160, refused=(0, 160)))
    found = window.shards("kv")
    assert [shard.above for shard in found.each] == pytest.approx([0.0, 40.0])
    assert found.throttled == pytest.approx(0.4)


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
    window = ShardWindow(5.0)
    for each in moments:
        window.add(each)
    assert window.shards("kv") == Shards()
    assert window.shards("nobody") == Shards()


def test_another_number_of_partitions_begins_anew() -> None:
    window = ShardWindow(5.0)
    window.add(moment(0.0, 500, 500))
    window.add(moment(1.0, 10, 20, 30))
    assert [shard.rate for shard in window.shards("kv").each] == [10.0, 20.0, 30.0]


def test_the_hot_partition_and_what_it_refuses_are_painted(qtbot, qapp) -> None:
    look = ThemeManager(qapp, "dark")
    bars = ShardBars(look)
    qtbot.addWidget(bars)
    shards = (Shard(10.0, 4), Shard(100.0, 8, above=50.0, hot=True), Shard(10.0, 0))
    bars.strip.resize(66, bars.strip.sizeHint().height())
    bars.show_shards(Shards(shards, 50.0, 0.25))
    assert not bars.isHidden()
    image = bars.strip.grab().toImage()

    def at(x: int, y: int) -> QColor:
        return image.pixelColor(x, y)

    theme = look.theme
    assert at(30, 10) == QColor(theme.state("failing").colour)  # above the line
    assert at(30, 50) == QColor(theme.state("strained").colour)
    assert at(8, 58) == QColor(theme.accent.colour)
    assert at(8, 40) not in (QColor(theme.accent.colour), at(30, 10))
    assert at(30, 80) == QColor(theme.muted)
    assert at(8, 70) == QColor(theme.muted)
    assert at(8, 80) != QColor(theme.muted)  # half as many keys
    assert bars.strip.words(1) == "Partition 2: 100 rps, 50 rps of it throttled, 8 keys"
    assert bars.note.text().startswith("40 rps each on average; partition 2 has 2.5 times that.")
    assert "Each takes 50 rps, the line." in bars.note.text()
    assert "25 % of all were throttled" in bars.note.text()
    bars.show_shards(Shards())
    assert bars.isHidden()


def logged(time: float, loads: tuple[int, ...], behind: tuple[int, ...]) -> Snapshot:
    gauges = {"log": NodeGauge(log=LogGauge(loads, behind))}
    return Snapshot(time=time, wall=1.0, requests=1, gauges=gauges)


def test_partitions_of_a_topic_are_told_by_messages_and_lag(qtbot, qapp) -> None:
    window = ShardWindow(5.0)
    window.add(logged(0.0, (0, 0), (0, 0)))
    window.add(logged(2.0, (20, 200), (1, 150)))
    shards = window.shards("log")
    assert [shard.rate for shard in shards.each] == [10.0, 100.0]
    bars = ShardBars(ThemeManager(qapp, "light"))
    qtbot.addWidget(bars)
    bars.show_shards(shards)
    assert bars.strip.words(0) == "Partition 1: 10 messages/s, 1 message waits"
    assert "partition 2 has 1.8" in bars.note.text()
    assert "most wait in partition 2: 150" in bars.note.text()


def test_partitions_that_are_added_begin_empty_and_the_others_go_on() -> None:
    window = ShardWindow(5.0)
    window.add(logged(0.0, (500, 500), (0, 0)))
    window.add(logged(1.0, (510, 520, 30), (0, 0, 0)))
    assert [shard.rate for shard in window.shards("log").each] == [10.0, 20.0, 30.0]
