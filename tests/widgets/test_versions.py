"""Versions of a key: what is kept of snapshots, what is painted of it, and which key is asked for."""

from __future__ import annotations

from typing import Any

from engine.sim.snapshot import ClusterGauge, KeyGauge, NodeGauge, Notice, Snapshot
from widgets.theme import ThemeManager
from widgets.versions.history import Bar, VersionHistory
from widgets.versions.panel import VersionsPanel, said
from widgets.versions.strip import LEFT, ROW, TOP

OWNERS = (0, 1, 2)


def moment(
    time: float,
    *held: tuple[float, int, int],
    since: float = 0.0,
    key: int = 4,
    divergent: int = 0,
    notices: Any = (),
) -> Snapshot:
    watched = KeyGauge(key, OWNERS, since, held)
    gauge = NodeGauge(cluster=ClusterGauge(divergent=divergent, watched=watched))
    return Snapshot(time=time, wall=1.0, requests=1, gauges={"kv": gauge}, notices=tuple(notices))


def apart() -> VersionHistory:
    """Instance 2 is cut off at 4 s, misses version 2, and gets version 3 once that is over at 8 s."""
    made = VersionHistory()
    first = [(1.0, number, 1) for number in OWNERS]
    made.add(moment(2.0, *first), "kv")
    cut = Notice(4.0, "event", "Cut", "kv")
    second = [(5.0, 0, 2), (5.0, 1, 2)]
    made.add(moment(6.0, *second, since=2.0, divergent=3, notices=[cut]), "kv")
    healed = Notice(8.0, "restored", "Over", "kv")
    third = [(9.0, number, 3) for number in OWNERS]
    made.add(moment(10.0, *third, since=6.0, notices=[healed]), "kv")
    return made


def without_marks() -> VersionHistory:
    """The same, without what happened."""
    made = apart()
    made.marks.clear()
    return made


def test_bars_are_what_was_held_and_when() -> None:
    made = apart()
    assert made.bars(0, 0.0) == [Bar(1.0, 5.0, 1), Bar(5.0, 9.0, 2), Bar(9.0, 10.0, 3)]
    assert made.bars(2, 0.0) == [Bar(1.0, 9.0, 1), Bar(9.0, 10.0, 3)]
    assert made.bars(2, 6.0) == [Bar(6.0, 9.0, 1), Bar(9.0, 10.0, 3)]
    assert list(made.divergent) == [(2.0, 0), (6.0, 3), (10.0, 0)]


def test_a_moment_of_the_past_is_as_it_was_then() -> None:
    then = apart().as_of(7.0)
    assert then.bars(0, 0.0) == [Bar(1.0, 5.0, 1), Bar(5.0, 7.0, 2)]
    assert [then.version(number) for number in OWNERS] == [2, 2, 1]
    assert [mark.text for mark in then.marks] == ["Cut"]
    assert list(then.divergent)[-1] == (6.0, 3)
    assert said(then, {}).startswith("The replicas differ.")
    assert apart().as_of(100.0).bars(2, 0.0) == apart().bars(2, 0.0)


def test_where_something_is_missing_and_with_another_key_it_begins_anew() -> None:
    made = apart()
    made.add(moment(20.0, (15.0, 0, 90), since=14.0), "kv")
    assert made.bars(0, 0.0) == [Bar(15.0, 20.0, 90)]
    assert made.bars(1, 0.0) == []
    made.add(moment(21.0, (21.0, 1, 5), since=20.0, key=9), "kv")
    assert made.key == 9
    assert made.bars(0, 0.0) == []
    assert made.version(1) == 5


def test_another_key_of_the_cluster_leaves_what_happened_and_numbers_are_not_all_kept() -> None:
    made = apart()
    made.forget_key()
    assert [mark.at for mark in made.marks] == [4.0, 8.0]
    assert made.bars(0, 0.0) == []
    for step in range(1000):
        made.add(moment(10.0 + step / 100.0, since=10.0, divergent=step), "kv")
    assert len(made.divergent) < 120
    assert made.divergent[-1] == (made.now, 999)


def test_replicas_that_differ_are_painted_in_different_colours(qtbot, qapp) -> None:
    look = ThemeManager(qapp, "dark")
    panel = VersionsPanel(look)
    qtbot.addWidget(panel)
    panel.span.setCurrentText("10 s")
    panel.show_history("Carts", apart(), {2: "3 · Zone C"})
    strip = panel.strip
    strip.resize(LEFT + 8 + 400, strip.sizeHint().height())
    image = strip.grab().toImage()

    def at(time: float, row: int) -> Any:
        return image.pixelColor(int(strip.place(time)), TOP + row * ROW + 1)

    assert at(3.0, 0) == at(3.0, 1) == at(3.0, 2) == strip.ink(1)
    assert at(7.0, 0) == at(7.0, 1) == strip.ink(2)
    assert at(7.0, 2) == strip.ink(1) != strip.ink(2)
    assert at(9.5, 0) == at(9.5, 2) == strip.ink(3)
    assert at(0.5, 0) not in (strip.ink(1), strip.ink(2), strip.ink(3))
    panel.show_history("Carts", without_marks(), {})
    plain = strip.grab().toImage()
    below = TOP + 3 * ROW - 2
    changed = [
        x for x in range(LEFT, image.width()) if image.pixel(x, below) != plain.pixel(x, below)
    ]
    assert changed
    assert all(min(abs(x - strip.place(4.0)), abs(x - strip.place(8.0))) <= 2 for x in changed)
    assert panel.title.text() == "Carts · key 4"
    assert panel.note.text() == "All replicas hold version 3."


def test_it_says_who_differs() -> None:
    made = apart()
    made.add(moment(12.0, (11.0, 0, 4), since=10.0), "kv")
    assert said(made, {2: "3 · Zone C"}) == (
        "The replicas differ. Instance 1: version 4; Instance 2, 3 · Zone C: version 3."
    )


def test_a_typed_key_is_asked_for_once_and_nonsense_is_refused(qtbot, qapp) -> None:
    panel = VersionsPanel(ThemeManager(qapp, "dark"))
    qtbot.addWidget(panel)
    asked: list[Any] = []
    panel.key_wanted.connect(asked.append)
    for text in ("17", "17", "carts", "-3", ""):
        panel.key.setText(text)
        panel.key.editingFinished.emit()
    assert asked == [17, None]
