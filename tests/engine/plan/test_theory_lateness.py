"""Timeouts where times are doubted: nobody knows how many give up, though by the predicted times next to none do."""

from __future__ import annotations

import math

import pytest

from engine.model.prediction import Theory, is_grave
from engine.plan.primitives import CrowdPlan, LinkPlan, NodePlan
from engine.plan.queueing.curves import exceeds, within
from engine.plan.queueing.moments import Moments
from engine.plan.theory import predict
from tests.helpers.plans import client, exponential, link, plan, retry, simulate, station

CROWD = CrowdPlan(mean=17.0, variance=34.0, law="normal", window=1.0)


def crowd(rate: float = 258.0) -> NodePlan:
    """Users whose number is drawn anew each second, more than there is room for now and then."""
    return client(rate=rate, process="active_users", crowd=CROWD)


def web() -> NodePlan:
    """90 % full at 258 a second."""
    return station("web", exponential(0.0104), workers=3)


def grave(found: Theory) -> list[str]:
    return [each for each in found.clients["users"].doubts if is_grave(each)]


def test_how_many_give_up_in_bursts_is_doubted() -> None:
    made = plan([crowd(), web()], [link("users", "web", timeout=0.5)], duration=500.0)
    assert simulate(made)["clients"]["users"]["goodput"] < 0.85 * 258.0
    found = predict(made)
    assert grave(found)
    assert found.bottleneck_doubt == "", "as much comes, whoever gives up"


def test_how_many_leave_the_line_in_bursts_is_doubted() -> None:
    made = plan([crowd(), web()], [link("users", "web", queue_timeout=0.5)], duration=500.0)
    found = predict(made)
    assert grave(found)
    assert found.nodes["web"].utilization is None


def test_who_gives_up_and_comes_again_makes_the_rate_doubted() -> None:
    made = plan([crowd(), web()], [link("users", "web", timeout=0.5, retry=retry(3))])
    assert any(map(is_grave, predict(made).nodes["web"].doubts))


@pytest.mark.parametrize(
    ("users", "way"),
    [
        (crowd(), link("users", "web", timeout=100.0)),
        (client(rate=200.0), link("users", "web", timeout=1.0)),
        (crowd(20.0), link("users", "web", timeout=1.0)),
    ],
)
def test_who_hardly_ever_waits_as_long_is_not_doubted(users: NodePlan, way: LinkPlan) -> None:
    assert not grave(predict(plan([users, web()], [way])))


def test_who_picks_no_longer_counts_those_who_gave_up() -> None:
    four = station("web", exponential(0.006), instances=4, discipline="ps")
    way = link("users", "web", picker="power_of_two", timeout=0.01)
    found = predict(plan([client(rate=150.0), four], [way]))
    assert any("gave up" in each for each in found.nodes["web"].doubts)


def test_waits_beyond_any_number_are_longer_than_any_timeout() -> None:
    """A request in 1e200 s: its square, and that of what may be waited then, is no float."""
    assert exceeds(Moments(1e200, math.inf), 1.0) == 1.0
    way = link("users", "web", timeout=0.5)
    assert predict(plan([crowd(1e-200), web()], [way])).clients["users"].offered == pytest.approx(
        1e-200
    )


@pytest.mark.parametrize(("attempts", "doubted"), [(3, True), (1, False)])
def test_others_fare_badly_where_retries_may_fill_a_node(attempts: int, doubted: bool) -> None:
    """0.2 % are late: once it is slow, each is tried three times, and nobody else gets through."""
    nodes = [
        client("users", rate=80.0),
        client("others", rate=60.0),
        station("web", exponential(0.0037)),
    ]
    ways = [link("users", "web", timeout=0.05, retry=retry(attempts)), link("others", "web")]
    found = predict(plan(nodes, ways)).clients["others"].doubts
    assert any(map(is_grave, found)) == doubted


def test_what_comes_in_time_takes_no_longer_than_what_may_be_late() -> None:
    """13 ms, seldom 200 ms and more: within 2 s that is nearly all."""
    assert within(Moments(0.013, 0.0017), 2.0).mean == pytest.approx(0.013, rel=0.03)
    assert within(Moments(1e-3, 1e-6), 1e6).mean <= 1e-3
    way = link("users", "web", timeout=2.0, loss=0.02)
    found = predict(
        plan([client(rate=200.0), station("web", exponential(0.0046), workers=4)], [way])
    )
    assert found.clients["users"].latency == pytest.approx(0.0131, rel=0.03)
