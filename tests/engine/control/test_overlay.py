"""Changes of the policies of one link or node, laid over each other."""

from __future__ import annotations

import pytest

from engine.control.overlay import with_changes
from engine.control.simulation import Simulation
from engine.model.policies.breaker import Breaker
from engine.model.policies.rate_limit import RateLimit
from tests.helpers.plans import client, event, link, plan
from tests.helpers.token_buckets import limited

OFF = ()
ON = (Breaker(),)


@pytest.mark.parametrize(
    ("base", "first", "second", "both"),
    [
        (ON, (Breaker(open=5.0),), (Breaker(window=9),), (Breaker(open=5.0, window=9),)),
        (ON, (Breaker(open=5.0),), (Breaker(open=7.0),), (Breaker(open=7.0),)),
        (OFF, (Breaker(open=5.0),), (Breaker(window=9),), (Breaker(open=5.0, window=9),)),
        (OFF, (Breaker(open=5.0),), OFF, (Breaker(open=5.0),)),
        (ON, (Breaker(open=5.0),), OFF, OFF),
        (ON, OFF, (Breaker(open=5.0),), (Breaker(open=5.0),)),
        (ON, OFF, ON, OFF),
        (OFF, ON, ON, ON),
        (OFF, OFF, ON, ON),
    ],
)
def test_each_field_of_a_policy_that_a_change_is_about_holds(
    base: tuple[Breaker, ...],
    first: tuple[Breaker, ...],
    second: tuple[Breaker, ...],
    both: tuple[Breaker, ...],
) -> None:
    found, changed = (link("users", "api", policies=each) for each in (first, second))
    assert with_changes(found, link("users", "api", policies=base), changed).policies == both


def test_two_events_that_switch_a_rate_limit_on_switch_on_one() -> None:
    """One says the rate and one the burst; what is left is what the one says that goes on."""
    rate = event(5.0, 10.0, "set", replacement=limited(rate=10.0), nodes=("api",))
    burst = event(10.0, 10.0, "set", replacement=limited(rate=10_000.0, burst=1), nodes=("api",))
    plain = limited()
    free = type(plain)(id="api", station=plain.station)
    design = plan([client(rate=100.0), free], [link("users", "api")], events=(rate, burst))
    simulation = Simulation(design)
    gates = []
    for time in (4.0, 6.0, 12.0, 18.0, 25.0):
        simulation.advance(time)
        gates.append(simulation.machine.nodes["api"].plan.gates)
    one, both, other = RateLimit(rate=10.0), RateLimit(rate=10.0, burst=1), RateLimit(burst=1)
    assert gates == [(), (one,), (both,), (other,), ()]
