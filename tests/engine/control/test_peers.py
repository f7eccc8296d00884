"""What keeps instances of one node from each other: how far they are, and what the network does between them."""

from __future__ import annotations

import pytest

from engine.catalog.lowering import lower
from engine.control.simulation import Simulation
from tests.engine.oracles.test_spread import frames, spread


def test_peers_are_as_far_apart_as_their_frames() -> None:
    """Zones at .02 and .06 s there and back from the first; nobody says how far the others are."""
    simulation = Simulation(lower(spread()))
    part = simulation.machine.nodes["web"]
    first, second, third = part.node.pools
    assert part.peers.delay(first, second) == part.peers.delay(second, first) == 0.01
    assert part.peers.delay(first, third) == 0.03
    assert part.peers.delay(second, third) == part.peers.delay(first, first) == 0.0


def test_those_that_lie_together_take_what_is_usual_there() -> None:
    drawn = frames(inside="typical")
    simulation = Simulation(lower(spread(drawn=drawn, spread=["b"])))
    part = simulation.machine.nodes["web"]
    first, second, _ = part.node.pools
    assert part.peers.delay(first, second) == pytest.approx(0.00025)


def test_a_cut_between_zones_parts_the_instances_for_so_long() -> None:
    cut = {"at": 10, "duration": 20, "target": "b", "change": "partition", "with": "c"}
    late = {"at": 10, "duration": 20, "target": "a", "change": "delay", "seconds": 0.5}
    simulation = Simulation(lower(spread(cut, late)))
    part = simulation.machine.nodes["web"]
    first, second, third = part.node.pools
    simulation.advance(11.0)
    assert part.peers.cut(second, third)
    assert part.peers.cut(third, second)
    assert not part.peers.cut(first, third)
    assert part.peers.delay(first, third) == pytest.approx(0.53)
    assert part.peers.delay(second, third) == 0.0
    simulation.advance(31.0)
    assert not part.peers.cut(second, third)
    assert part.peers.delay(first, third) == 0.03
