"""What is lost on the way comes nowhere: neither a run nor the theory has it at the target."""

from __future__ import annotations

import pytest

from engine.plan.demand import demand_of
from engine.plan.theory import predict
from tests.helpers.plans import client, link, plan, simulate, station


@pytest.mark.parametrize("loss", [0.0, 0.5, 0.9, 1.0])
def test_the_rate_at_the_target_of_a_lossy_link(loss: float) -> None:
    nodes = [client(rate=20.0), station("web", 0.001, workers=None), station("db", 0.001)]
    links = [link("users", "web"), link("web", "db", loss=loss)]
    lossy = plan(nodes, links, duration=1000.0)
    arriving = 20.0 * (1.0 - loss**6)
    demand, theory = demand_of(lossy), predict(lossy)
    assert demand is not None
    assert sum(demand.nodes["db"]) == pytest.approx(arriving)
    assert theory.nodes["db"].rate == pytest.approx(arriving)
    measured = simulate(lossy)["nodes"]["db"]["arrivals"] / 1000.0
    assert measured == pytest.approx(arriving, rel=0.05)
