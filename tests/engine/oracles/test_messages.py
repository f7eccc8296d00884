"""COURSE 13.2: messages that are delivered at least once, and what keeps them in order, or from acting twice."""

from __future__ import annotations

import math

import pytest

from engine.control.simulation import Simulation
from engine.plan.primitives import KeyPlan, NodePlan, Plan
from engine.sim.report import Result, result_of
from tests.helpers.message_models import grouped_queue
from tests.helpers.plans import (
    client,
    event,
    exponential,
    link,
    plan,
    queue,
    request_class,
    retry,
    simulate,
    station,
)


def design(source: NodePlan, line: NodePlan, *consumers: NodePlan, **changes: object) -> Plan:
    links = [link("users", "queue"), *(link("queue", each.id) for each in consumers)]
    return plan([source, line, *consumers], links, **changes)


def workers(work: object = 1.0, name: str = "workers", **changes: object) -> NodePlan:
    return station(name, work, pulls=True, hold=True, **changes)


def at(*times: float) -> NodePlan:
    return client(process="trace", times=times)


def extra(result: Result, name: str = "queue") -> dict[str, float]:
    return dict(result["nodes"][name]["extra"])


def drained(dedupe: float | None) -> Result:
    """40 messages a second for 500 s, Exp(10 s) of work, a visibility of 30 s; then all is worked off."""
    source = client(schedule=((0.0, 40.0), (500.0, 40.0), (500.0, 0.0)))
    pool = workers(exponential(10.0), workers=1000, dedupe=dedupe)
    return simulate(design(source, queue("queue", max_receive=1000), pool, duration=1500.0))


def test_exponential_work_outlasts_the_visibility_timeout_as_often_as_it_should() -> None:
    """P(Exp(10) > 30) = e^-3 = 4.979 % of the deliveries; each is redelivered, and takes effect once more."""
    found = extra(drained(None))
    deliveries = found["published"] + found["redelivered"]
    share = math.exp(-3.0)
    error = 3.0 * math.sqrt(share * (1.0 - share) / deliveries)
    assert found["redelivered"] / deliveries == pytest.approx(share, abs=error)
    assert found["duplicates"] == found["redelivered"], (
        "each late one acts, and so does what follows"
    )
    assert found["effects"] == found["published"] + found["duplicates"]
    assert found["consumed"] == found["published"]


def test_with_deduplication_effects_are_the_unique_messages() -> None:
    result = drained(86_400.0)
    found, pool = extra(result), extra(result, "workers")
    assert found["redelivered"] > 500.0
    assert found["effects"] == found["published"] == pool["effects"]
    assert (found["duplicates"], pool["duplicates"]) == (0.0, 0.0)
    assert pool["suppressed"] == found["redelivered"], "of two deliveries one acts"


def test_poison_is_put_aside_after_the_last_delivery() -> None:
    """A twentieth of the messages fails at each of three deliveries; all others are consumed."""
    source = client(schedule=((0.0, 50.0), (200.0, 50.0), (200.0, 0.0)))
    line = queue("queue", poison=0.05, max_receive=3)
    result = simulate(design(source, line, workers(0.01), duration=300.0))
    found = extra(result)
    assert found["dead_lettered"] / found["published"] == pytest.approx(0.05, rel=0.15)
    assert found["redelivered"] == 2.0 * found["dead_lettered"]
    assert found["consumed"] + found["dead_lettered"] == found["published"] == found["effects"] + found["dead_lettered"]  # fmt: skip
    assert result["nodes"]["workers"]["failed"] == {"error": 3.0 * found["dead_lettered"]}


def test_messages_of_a_group_are_worked_on_one_at_a_time() -> None:
    """Four of one group, four workers: 2, 4, 6, 8 s after they came."""
    line = queue("queue", fifo_groups=1)
    result = simulate(design(at(1.0, 1.0, 1.0, 1.0), line, workers(2.0, workers=4)))
    assert result["nodes"]["queue"]["publish_to_done"]["mean"] == pytest.approx(5.0)
    assert extra(result)["consumed"] == 4.0


@pytest.mark.parametrize("groups", [4, 16])
def test_groups_bound_what_is_worked_on_at_once(groups: int) -> None:
    """Against a simulation of its own: 10 a second, .3 s, five workers."""
    keys = KeyPlan(count=1_000_003, alpha=0.0)
    source = client(rate=10.0 if groups > 4 else 6.0)
    nodes = design(
        source,
        queue("queue", fifo_groups=groups),
        workers(exponential(0.3), workers=5),
        classes=(request_class(keys=keys),),
        duration=8000.0,
        warmup=100.0,
    )
    rate = 10.0 if groups > 4 else 6.0
    expected = grouped_queue(rate, 0.3, 5, groups, 300_000, 7)
    found = simulate(nodes)["nodes"]["queue"]["publish_to_done"]["mean"]
    assert found == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(("groups", "breaks"), [(None, True), (100, False)])
def test_order_is_kept_in_groups_alone(groups: int | None, breaks: bool) -> None:
    """Few keys and many workers: a later message overtakes, unless there are groups, failures or not."""
    errors = event(0.0, 400.0, "error", nodes=("workers",), probability=0.2)
    nodes = design(
        client(rate=40.0),
        queue("queue", fifo_groups=groups, max_receive=1000),
        workers(exponential(0.1), workers=8),
        classes=(request_class(keys=KeyPlan(count=50, alpha=0.0)),),
        events=(errors,),
        duration=400.0,
    )
    found = extra(simulate(nodes))
    assert (found["out_of_order"] > 500.0) is breaks
    assert (found["out_of_order"] == 0.0) is not breaks


def test_groups_may_change_while_messages_wait() -> None:
    """Order holds from 3 groups to 50 and none, and nothing is lost on the way."""

    def with_groups(groups: int | None) -> Plan:
        return design(
            client(rate=30.0),
            queue("queue", fifo_groups=groups),
            workers(exponential(0.1), workers=8),
            classes=(request_class(keys=KeyPlan(count=50, alpha=0.0)),),
        )

    simulation = Simulation(with_groups(3))
    for place, groups in enumerate((50, 2, None, 7), start=1):
        simulation.advance(20.0 * place)
        before = extra(result_of(simulation.machine, (), 0.0))
        if groups is not None and place < 3:
            assert before["out_of_order"] == 0.0
        simulation.follow(with_groups(groups))
    simulation.advance(100.0)
    assert extra(result_of(simulation.machine, (), 0.0))["consumed"] > 2000.0


def test_what_a_dead_consumer_had_comes_again_after_the_visibility_timeout() -> None:
    """It works on one message and has prefetched another; both are delivered to the other at 1 + 10 s."""
    kill = event(1.5, 100.0, "kill", nodes=("workers",))
    busy = station("others", 0.5, pulls=True, hold=True)
    nodes = plan(
        [at(1.0, 1.0), queue("queue", visibility=10.0), workers(2.0, prefetch=1), busy],
        [
            link("users", "queue"),
            link("queue", "workers"),
            link("queue", "others", classes=(True,)),
        ],
        events=(kill, event(0.0, 1.2, "kill", nodes=("others",))),
        duration=30.0,
    )
    result = simulate(nodes)
    found = extra(result)
    assert (found["redelivered"], found["consumed"], found["effects"]) == (2.0, 2.0, 2.0)
    assert result["nodes"]["queue"]["publish_to_done"]["max"] == pytest.approx(11.0, rel=0.01)
    assert result["nodes"]["workers"]["failed"] == {"crashed": 2}


def test_prefetched_messages_wait_at_their_instance() -> None:
    """One of two instances takes all four before the other is there, which then stands idle."""
    late = event(0.0, 1.5, "kill", nodes=("others",))
    nodes = design(at(*[1.0] * 4), queue("queue"), workers(2.0, prefetch=3), workers(2.0, "others"), events=(late,))  # fmt: skip
    result = simulate(nodes)
    assert result["nodes"]["workers"]["completed"] == 4
    assert result["nodes"]["others"]["completed"] == 0
    assert result["nodes"]["workers"]["queue_mean"] == pytest.approx((2 + 4 + 6) / 100.0)


def test_what_is_published_again_within_the_window_is_dropped() -> None:
    """The answer to each publication takes longer than the sender waits: it publishes everything three times."""

    def published(dedupe: float | None) -> dict[str, float]:
        source = client(schedule=((0.0, 20.0), (100.0, 20.0), (100.0, 0.0)))
        nodes = [source, queue("queue", dedupe=dedupe), workers(0.001)]
        links = [
            link("users", "queue", delay=0.3, timeout=0.5, retry=retry(3)),
            link("queue", "workers"),
        ]
        result = simulate(plan(nodes, links, duration=150.0))
        assert extra(result)["effects"] == extra(result)["published"]
        return {"sent": float(result["clients"]["users"]["offered"]), **extra(result)}

    twice, once = published(None), published(300.0)
    assert twice["published"] == 3.0 * twice["sent"]
    assert once["published"] == once["sent"]
    assert once["deduplicated"] == 2.0 * once["sent"]
    assert published(0.2)["published"] == 3.0 * once["sent"], (
        "each repeat comes half a second later"
    )


def test_a_consumer_that_stops_does_not_slow_its_producer() -> None:
    """COURSE 2.3, a tenth: 80 a second against 100; a stop to 40 for 60 s leaves 2400, and 120 s to drain them."""

    def with_stop(*events: object) -> Simulation:
        line = workers(0.01)
        links = [link("users", "queue", delay=exponential(0.005)), link("queue", "workers")]
        nodes = [client(rate=80.0), queue("queue"), line]
        return Simulation(plan(nodes, links, events=events, duration=300.0))

    stop = event(60.0, 60.0, "slow", nodes=("workers",), factor=2.5)
    with_it, without = with_stop(stop), with_stop()
    with_it.advance(120.0)
    assert with_it.machine.nodes["queue"].node.waiting == pytest.approx(2400, rel=0.1)
    with_it.advance(300.0)
    without.advance(300.0)
    p99 = [
        result_of(each.machine, (), 0.0)["clients"]["users"]["latency"]["p99"]
        for each in (with_it, without)
    ]
    assert p99[0] == pytest.approx(p99[1], rel=0.01)
