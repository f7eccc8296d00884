"""Measuring both sides of a comparison: the card, and a real study of two small designs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtWidgets import QWidget

from app.pair.measuring import SEEDS, PairMeasurement
from app.pair.paired_card import PairedCard
from engine.study.paired import Paired
from tests.helpers.builders import client, design, exponential, link, node
from widgets.theme import ThemeManager

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

FASTER = Paired(metric="users.latency.p99", unit="s", a=0.1, b=0.088, mean=-0.0123, low=-0.0134, high=-0.0112, pairs=10)  # fmt: skip
UNSURE = Paired(metric="users.goodput", unit="rps", a=50.0, b=50.1, mean=0.1, low=-0.2, high=0.4, pairs=10)  # fmt: skip


def shop(workers: int, **more: Any) -> Any:
    web = node("web", "service", workers=workers, service_time=exponential(0.1), queue_limit=20)
    fields = {"duration": 20, "warmup": 2, "seed": 3} | more
    return design([client("users", 30.0), web], [link("users", "web")], **fields)


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    host = QWidget()
    host.resize(1280, 720)
    qtbot.addWidget(host)
    host.show()
    qtbot.waitExposed(host)
    return host


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_each_metric_with_the_difference_and_what_it_says(
    host: QWidget, qapp: QApplication, theme: Any
) -> None:
    card = PairedCard(host, ThemeManager(qapp, theme))
    card.begin()
    card.show_paired((FASTER, UNSURE), lambda metric: metric.upper())
    assert card.isVisible()
    assert card.texts[:5] == ["", "A", "B", "B − A, 95 %", ""]
    assert card.texts[5:10] == ["USERS.LATENCY.P99", "100 ms", "88 ms", "−12.3 ±1.1 ms", "B is better"]  # fmt: skip
    assert card.texts[10:] == ["USERS.GOODPUT", "50 rps", "50.1 rps", "+0.1 ±0.3 rps", "no difference can be told"]  # fmt: skip
    assert card.stop.isVisible()
    card.end("20 runs in 3 s")
    assert card.told.text() == "20 runs in 3 s"
    assert not card.stop.isVisible()
    assert card.again.isVisible()


def test_a_real_pair_is_measured(
    host: QWidget, qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    designs = [shop(4), shop(6)]
    made = PairMeasurement(
        host, ThemeManager(qapp, "dark"), tmp_path, lambda: (designs[0], designs[1])
    )
    with qtbot.waitSignal(made.running.ended, timeout=120_000):
        made.toggle()
    first = made.paired[0]
    assert (first.metric, first.pairs) == ("users.latency.p99", SEEDS)
    assert first.verdict == "better"
    assert first.difference_text in made.card.texts
    assert any("p99" in text for text in made.card.texts)
    made.doubt()
    assert made.paired == ()
    assert "changed" in made.card.told.text()
    made.start()
    made.set_load(2.0)  # while it is under way: what comes of it is of another load
    qtbot.waitUntil(lambda: not made.running.active, timeout=120_000)
    assert made.card.told.text() == "The load was changed since."
    assert made.paired == ()
    assert not any("p99" in text for text in made.card.texts)
    made.close()
    assert not made.card.isVisible()


def test_what_cannot_be_compared_says_why(
    host: QWidget, qapp: QApplication, tmp_path: Path
) -> None:
    designs = [shop(4), shop(4)]
    made = PairMeasurement(
        host, ThemeManager(qapp, "dark"), tmp_path, lambda: (designs[0], designs[1])
    )
    made.toggle()
    assert "the same" in made.card.told.text()
    designs[1] = shop(4, duration=40)
    made.start()
    assert "duration" in made.card.told.text()
    assert not made.running.active
