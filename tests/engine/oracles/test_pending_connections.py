"""How many calls may wait for a connection: with none it is Erlang's loss system, with some M/M/n/K."""

from __future__ import annotations

import pytest

from engine.plan.primitives import ConnectionPlan
from tests.engine.oracles.test_bulkhead import blocked
from tests.helpers.plans import client, exponential, link, plan, simulate, station


@pytest.mark.parametrize("round_trips", [0, 2])
@pytest.mark.parametrize(
    ("rate", "most", "streams", "pending"),
    [(80.0, 5, 1, 0), (240.0, 5, 4, 0), (60.0, 4, 1, 3), (120.0, 3, 3, 12)],
)
def test_calls_beyond_those_that_may_wait_are_refused_at_once(
    rate: float, most: int, streams: int, pending: int, round_trips: int
) -> None:
    service = 0.07
    pool = ConnectionPlan(
        round_trips=round_trips, connections=most, streams=streams, pending=pending
    )
    nodes = [client(rate=rate), station("web", exponential(service), workers=None)]
    result = simulate(plan(nodes, [link("users", "web", connection=pool)], duration=1500.0))
    edge = result["links"]["users-web"]
    share = edge["failed"]["queue_full"] / edge["attempts"]
    loss = blocked(rate * service, most * streams, pending)
    assert share == pytest.approx(loss, rel=0.04)
    assert edge["extra"]["connection_refused"] == edge["failed"]["queue_full"]


def test_where_connections_have_no_bound_nobody_is_refused() -> None:
    pool = ConnectionPlan(round_trips=2, connections=None, pending=0)
    nodes = [client(rate=200.0), station("web", exponential(0.07), workers=None)]
    result = simulate(plan(nodes, [link("users", "web", connection=pool)], duration=50.0))
    assert result["links"]["users-web"]["failed"] == {}
