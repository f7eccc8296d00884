"""Tenants: how large they are, and how many are hurt by what happens to some instances, or by one of them."""

from __future__ import annotations

from math import comb
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.balancing import Hash, Shuffle
from engine.model.policies.rate_limit import RateLimit
from engine.model.policies.tenants import Tenants
from engine.plan.primitives import INFINITE, EventPlan, NodePlan, Plan, TrafficPlan
from engine.sim.report import Result
from tests.engine.oracles.test_tokens import checked
from tests.helpers.plans import link, plan, router, station


def users(name: str, rate: float, tenants: Tenants | None, known: int = 5000) -> NodePlan:
    shares = () if tenants is None else tenants.shares()
    traffic = TrafficPlan(
        process="poisson", schedule=((0.0, rate),), known_users=known, tenants=shares
    )
    return NodePlan(id=name, traffic=traffic)


def broken(balancer: NodePlan, count: int, instances: int, dead: int) -> Plan:
    """Users of some tenants, before instances the first of which answer everything with an error."""
    fault = EventPlan(
        at=0.0, end=INFINITE, change="error", nodes=("web",), probability=1.0, instances=dead
    )
    nodes = [
        users("users", 20.0 * count, Tenants(count=count)),
        balancer,
        station("web", 0.001, workers=None, instances=instances),
    ]
    return plan(nodes, [link("users", "lb"), link("lb", "web")], events=(fault,), duration=10.0)


def fares(result: Result) -> dict[str, float]:
    return result["clients"]["users"]["extra"]


@pytest.mark.parametrize(
    ("instances", "size", "dead"), [(8, 2, 2), (10, 2, 3), (6, 3, 3), (8, 2, 4)]
)
def test_shuffle_shards_bound_the_share_of_tenants_that_are_down(
    instances: int, size: int, dead: int
) -> None:
    """COURSE 14.4: of n instances k die; C(k, s)/C(n, s) of the tenants have all of theirs among them: 1 of 28."""
    count = 800
    shards = router("lb", "shuffle", shuffle=Shuffle(by="tenant", size=size))
    found = fares(checked(broken(shards, count, instances, dead)))
    down = comb(dead, size) / comb(instances, size)
    hurt = 1.0 - comb(instances - dead, size) / comb(instances, size)
    for name, share in (("tenants_down", down), ("tenants_hurt", hurt)):
        noise = 3.0 * (share * (1.0 - share) / count) ** 0.5
        assert found[name] == pytest.approx(share, abs=noise + 0.005)
    assert found["worst_tenant"] == 1.0


def test_one_instance_of_its_own_for_each_tenant_takes_as_many_down_as_die() -> None:
    count = 800
    hashed = router("lb", "hash", hash=Hash(by="tenant"))
    found = fares(checked(broken(hashed, count, 8, 2)))
    assert found["tenants_down"] == found["tenants_hurt"]
    assert found["tenants_down"] == pytest.approx(0.25, abs=3.0 * (0.25 * 0.75 / count) ** 0.5)


def test_without_shards_everybody_is_hurt_and_nobody_down() -> None:
    found = fares(checked(broken(router("lb"), 50, 8, 2)))
    assert found["tenants_hurt"] == 1.0
    assert found["tenants_down"] == 0.0
    assert found["worst_tenant"] == pytest.approx(0.25, abs=0.12)


@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_tenants_have_the_sizes_of_their_law(alpha: float) -> None:
    """The share of the requests of each is that of its users, as Zipf says."""
    tenants = Tenants(count=50, law="zipf", alpha=alpha)
    made = plan(
        [users("users", 1000.0, tenants), station("web", 0.0, workers=None)], [link("users", "web")]
    )
    simulation = Simulation(made)
    simulation.advance(60.0)
    client = simulation.machine.nodes["users"].client
    assert client is not None
    assert client.tenancy is not None
    counted = client.tenancy.answered
    for place, share in enumerate(tenants.shares()):
        wanted = share * sum(counted)
        assert counted[place] == pytest.approx(wanted, abs=4.0 * wanted**0.5 + 0.02 * wanted)


@pytest.mark.parametrize("limited", [True, False])
def test_a_limit_by_tenant_keeps_a_noisy_one_from_hurting_the_others(limited: bool) -> None:
    """A flood of one tenant: 900 rps on what can do 200, beside 100 rps of fifty others."""
    gates: tuple[Any, ...] = ()
    if limited:
        gates = (RateLimit(rate=20.0, burst=20, by="tenant"),)
    noisy = users("noisy", 900.0, Tenants(count=1), known=10)
    nodes = [
        users("users", 100.0, Tenants(count=50)),
        noisy,
        station("web", 0.005, workers=1, queue_limit=20, gates=gates),
    ]
    found = checked(plan(nodes, [link("users", "web"), link("noisy", "web")], duration=60.0))
    assert fares(found)["tenants_hurt"] == (0.0 if limited else 1.0)
    if limited:
        passed = found["clients"]["noisy"]["succeeded"]
        assert passed == pytest.approx(20.0 + 20.0 * 60.0, rel=0.01)


def test_whoever_is_counted_stays_counted_while_tenants_change() -> None:
    """Tenants come, go and come back while it runs: counts never fall."""
    simulation = Simulation(_plain(Tenants(count=3)))
    for place, tenants in enumerate((None, Tenants(count=9), Tenants(count=2), None)):
        simulation.advance(2.0 * (place + 1))
        simulation.follow(_plain(tenants))
    simulation.advance(12.0)
    client = simulation.machine.nodes["users"].client
    assert client is not None
    assert client.tenancy is not None
    assert sum(client.tenancy.answered) == pytest.approx(600.0, rel=0.15)


def _plain(tenants: Tenants | None) -> Plan:
    return plan(
        [users("users", 100.0, tenants), station("web", 0.0, workers=None)], [link("users", "web")]
    )
