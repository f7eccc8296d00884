"""Conflicting writes that are merged: counters that lose nothing, and siblings, against sets of what was known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.catalog.lowering import lower
from engine.control.simulation import Simulation
from engine.model.edits import SetField
from engine.run.session import Session
from engine.sim.lane.replicas.cells import Cell, copied
from engine.sim.lane.replicas.cluster import Cluster
from engine.sim.primitives.cluster import cluster_of
from tests.helpers.builders import Raw, design, exponential, link, node

SPLIT = {"at": 5, "duration": 10, "target": "kv", "change": "split", "instances": 1}
LEADERS = {
    "mode": "multi_leader",
    "instances": 2,
    "replicas": 2,
    "write_quorum": 1,
    "read_quorum": 1,
}
FAST = {"0": 2.0}


def made(conflict: str, /, **cluster: Any) -> Any:
    """Writes for twenty seconds, and then time to settle."""
    fields: Raw = {"conflict": conflict, "anti_entropy": 3.0, **cluster}
    law = {"law": "uniform", "count": 20}
    arrivals = {"process": "poisson", "rate": [[0, 200], [20, 200], [20, 0], [40, 0]]}
    return design(
        [
            node("users", "client", arrivals=arrivals, mix={"put": 1.0}),
            node("kv", "key_value_cluster", **fields),
        ],
        [link("users", "kv", picker="random")],
        classes=[{"name": "put", "operation": "write", "keys": law}],
        duration=40,
        warmup=0,
        events=[SPLIT],
    )


def settled(conflict: str, /, **cluster: Any) -> Cluster:
    """The cluster at the end."""
    simulation = Simulation(lower(made(conflict, **cluster)))
    simulation.advance(40.0)
    role = cluster_of(simulation.machine.nodes["kv"])
    assert role is not None
    return role


SETTINGS: list[Raw] = [
    {"consistency": "ap", "lag": exponential(0.02)},
    {"consistency": "ap", "hints": 0.0, "clock_offset": FAST},
    {**LEADERS, "lag": exponential(0.1)},
]


@pytest.mark.parametrize("cluster", SETTINGS)
def test_no_increment_is_lost_by_any_replica(cluster: Raw) -> None:
    """Each of the writes that began was an increment of one, and all of them landed somewhere."""
    role = settled("sum", **cluster)
    ledger = role.ledger
    counted = 0
    for slot in range(ledger.room()):
        if ledger.begun[slot] > 0:
            for owner in role.partitions.owners[ledger.partition[slot]]:
                assert owner.cells[slot].total == ledger.begun[slot]
            counted += int(ledger.begun[slot])
    assert counted == pytest.approx(4000, rel=0.1)
    assert role.conflicts.count > 0.01 * counted
    assert ledger.lost_updates == 0
    assert ledger.divergent == 0


def test_last_write_wins_loses_what_sums_do_not() -> None:
    role = settled("lww", **SETTINGS[1])
    assert role.ledger.lost_updates > 100


@pytest.mark.parametrize("cluster", SETTINGS)
def test_both_sides_of_a_conflict_are_kept_and_no_update_is_lost(cluster: Raw) -> None:
    role = settled("versions", **cluster)
    assert role.ledger.lost_updates == 0
    assert role.merged > 10
    cells = [cell for member in role.members for cell in member.cells.values()]
    assert sum(len(cell.siblings) - 1 for cell in cells) == role.siblings
    ledger = role.ledger
    for slot in range(ledger.room()):
        owners = role.partitions.owners[ledger.partition[slot]] if ledger.begun[slot] else []
        assert len({tuple(owner.cells[slot].siblings) for owner in owners}) <= 1
        for owner in owners:
            assert owner.cells[slot].total == ledger.begun[slot]


def test_a_later_write_merges_the_siblings_of_a_cut() -> None:
    """Both sides write 20 keys; once the cut is over each key has two values, until it is written once more."""
    simulation = Simulation(lower(made("versions", consistency="ap")))
    role = cluster_of(simulation.machine.nodes["kv"])
    assert role is not None
    simulation.advance(14.9)
    before = role.merged
    simulation.advance(16.5)
    assert role.merged >= before + 20
    assert role.siblings < 20


@pytest.mark.parametrize("way", [("lww", "versions"), ("versions", "sum"), ("sum", "lww")])
def test_the_way_can_be_changed_while_it_runs(way: tuple[str, str]) -> None:
    session = Session(made(way[0], **SETTINGS[0]))
    session.advance(10.0)
    session.apply(SetField("kv", ("config", "conflict"), way[1]))
    session.advance(40.0)
    extra = session.result()["nodes"]["kv"]["extra"]
    assert extra["divergent"] == 0
    assert extra["lost_writes"] == 0


class Model:
    """A replica by the book: all versions that it knows, each with all that its write knew of."""

    def __init__(self) -> None:
        self.known: frozenset[int] = frozenset()

    def heads(self, past: dict[int, frozenset[int]]) -> list[int]:
        """Known versions that no other known one has gone on from."""
        return sorted(
            each for each in self.known if not any(each in past[other] for other in self.known)
        )


@pytest.mark.parametrize("seed", range(20))
def test_cells_know_what_sets_do(seed: int) -> None:
    """Three replicas write and are joined in any order; past versions are kept as sets by a model."""
    random = np.random.default_rng(seed)
    cells = [Cell() for _ in range(3)]
    models = [Model() for _ in range(3)]
    past: dict[int, frozenset[int]] = {}
    version = 0
    for _ in range(200):
        one, other = (int(each) for each in random.integers(3, size=2))
        if random.random() < 0.5:
            version += 1
            past[version] = models[one].known
            written = copied(cells[one])
            written.begin(version, keeps=True)
            sent = past[version] | {version}
            for place in sorted({one, other}):
                if random.random() < 0.8:  # else it is lost on its way
                    cells[place].join(written)
                    models[place].known |= sent
        else:
            new = not models[other].known <= models[one].known
            assert cells[one].join(cells[other]) == new
            models[one].known |= models[other].known
        for cell, model in zip(cells, models, strict=True):
            assert cell.siblings == model.heads(past)
            assert cell.total == len(model.known)
            assert all(cell.knows(each) == (each in model.known) for each in range(1, version + 1))
