"""Designs about messages: what their notes say happens, and what they propose mends it."""

from __future__ import annotations

import pytest

from engine.catalog import check
from engine.model.edits import SetField
from tests.designs.running import changed, mean, measured, node, says, shipped, watched


def codes(name: str) -> set[str]:
    """What the checks say of a design."""
    return {finding.code for finding in check(shipped(name))}


def test_poison_that_is_tried_for_ever() -> None:
    """0.03 · 40 a second, 1000 times 20 ms each: 24 workers' work for the 8 that there are."""
    design = shipped("poison-message")
    says(design, "1.2 of them a second want 24 workers", "More than 5000 payments wait")
    found = measured(design)
    queue, workers = found["nodes"]["payments"], found["nodes"]["booking"]
    assert queue["queue"] > 5000
    assert queue["extra"]["oldest"] > 250.0
    assert workers["utilization"] > 0.999
    assert queue["extra"]["redelivered"] > 20.0 * queue["extra"]["consumed"] * 0.9
    assert codes("poison-message") - codes("poison-message-fixed") == {"no-dead-letters"}


def test_poison_that_is_put_aside() -> None:
    design = shipped("poison-message-fixed")
    says(design, "330 are dead letters", "11 % busy", "within 0.1 s")
    found = measured(design)
    queue = found["nodes"]["payments"]
    assert queue["extra"]["dead_lettered"] == pytest.approx(330, abs=15)
    assert queue["publish_to_done"]["p99"] < 0.1
    assert found["nodes"]["booking"]["utilization"] == pytest.approx(0.11, abs=0.01)
    mended = changed(shipped("poison-message"), SetField("payments", ("config", "max_receive"), 3))
    assert measured(mended)["nodes"]["payments"]["queue"] < 10


def test_messages_overtake_each_other() -> None:
    design = shipped("message-order")
    says(design, "2 % of all take effect out of order", "it can do 20 of 80 a second")
    found = measured(design)["nodes"]["updates"]
    share = found["extra"]["out_of_order"] / found["extra"]["effects"]
    assert share == pytest.approx(0.02, abs=0.003)
    one = changed(design, SetField("ledger", ("config", "workers"), 1), SetField("ledger", ("config", "instances"), 1))  # fmt: skip
    alone = measured(one)["nodes"]["updates"]["extra"]
    assert alone["out_of_order"] == 0
    assert alone["consumed"] / 270.0 == pytest.approx(20.0, rel=0.05)
    grouped = changed(design, SetField("updates", ("config", "fifo_groups"), 100))
    assert measured(grouped)["nodes"]["updates"]["extra"]["out_of_order"] == 0


def test_messages_of_a_group_keep_their_order() -> None:
    design = shipped("message-order-fixed")
    says(design, "54 ms on average instead of 50 ms", "2000 wait after five minutes")
    before = measured(shipped("message-order"))["nodes"]["updates"]
    after = measured(design)["nodes"]["updates"]
    assert after["extra"]["out_of_order"] == 0
    assert before["publish_to_done"]["mean"] == pytest.approx(0.050, abs=0.001)
    assert after["publish_to_done"]["mean"] == pytest.approx(0.054, abs=0.001)
    few = changed(design, SetField("updates", ("config", "fifo_groups"), 4))
    assert measured(few)["nodes"]["updates"]["queue"] > 2000


def test_three_groups_read_one_topic() -> None:
    """Lag λ·T, bounded by what is kept: 120 · 40; (60 + 3 - 40) · 120 are gone before Mail reads again."""
    design = shipped("publish-subscribe")
    says(design, "grows to 5000 orders", "2700 never reach it", "within 40 ms")
    found = measured(design)
    log = found["nodes"]["orders"]["extra"]
    assert log["expired_by"]["mail"] == pytest.approx(2700, abs=100)
    assert log["expired_by"]["packing"] == log["expired_by"]["reports"] == 0
    for name in ("packing", "reports"):
        assert log["consumed_by"][name] == pytest.approx(log["published"], abs=30)
    missed = log["expired_by"]["mail"] + log["consumed_by"]["mail"]
    assert missed == pytest.approx(log["published"], abs=30)
    idle = [each for each in found["nodes"]["reports"]["instances"] if each["completed"] == 0]
    assert len(idle) == 2
    assert found["clients"]["shops"]["latency"]["p99"] < 0.040


def test_the_group_that_stopped_falls_behind_alone() -> None:
    samples = watched(shipped("publish-subscribe"), 240.0)
    lag = [sample.nodes["orders"].extra for sample in samples]
    assert lag[148]["lag.mail"] == pytest.approx(5000, abs=300)
    assert max(each["lag.packing"] for each in lag) < 50
    slow = [
        mean(samples, start, start + 50.0, node("orders", lambda one: one.latency.p99))
        for start in (40.0, 95.0)
    ]
    assert slow[1] == pytest.approx(slow[0], rel=0.05), "publishers do not notice"
    assert lag[230]["lag.mail"] < 50


def test_longer_retention_keeps_everything_and_mails_some_twice() -> None:
    design = shipped("publish-subscribe")
    says(design, "460 of them twice")
    longer = changed(design, SetField("orders", ("config", "retention"), 600))
    log = measured(longer)["nodes"]["orders"]["extra"]
    assert log["expired"] == 0
    assert log["consumed_by"]["mail"] == pytest.approx(log["published"], abs=30)
    assert log["duplicates_by"]["mail"] == pytest.approx(460, abs=10)
