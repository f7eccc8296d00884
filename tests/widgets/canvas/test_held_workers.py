"""A bar tells workers at work from those that are held: solid and hatched."""

from __future__ import annotations

import math

import pytest

from engine.sim.snapshot import NodeSample, Sample
from widgets.canvas.card_state import held_steps
from widgets.canvas.health import NodeHealth
from widgets.canvas.readings import node_readings


@pytest.mark.parametrize(
    ("bar", "working", "held"),
    [(60, 0.25, 45), (60, 1.0, 0), (0, 0.0, 0), (60, 0.99, 0), (70, 0.0, 70)],
)
def test_the_hatched_part_is_what_is_busy_without_work(bar: int, working: float, held: int) -> None:
    assert held_steps(bar, working) == held


def test_a_node_knows_which_share_of_its_busy_workers_works() -> None:
    node = NodeSample(arrivals=10, completed=10, utilization=0.8, working=0.2)
    readings = node_readings([Sample(start=0.0, end=1.0, nodes={"web": node}, links={})])
    assert readings["web"].working == pytest.approx(0.25)
    health = NodeHealth()
    health.observe(readings["web"], None, 1.0)
    assert health.working.at_least(1.0) == pytest.approx(0.25)


def test_who_is_idle_holds_nobody() -> None:
    readings = node_readings([Sample(start=0.0, end=1.0, nodes={"web": NodeSample()}, links={})])
    assert readings["web"].working == 1.0
    assert math.isfinite(readings["web"].utilization)
