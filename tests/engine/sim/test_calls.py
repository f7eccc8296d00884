"""What happens to one call: crossing, waiting, timing out, trying again, and who hears of it."""

from __future__ import annotations

import math

import pytest

from engine.plan.primitives import EventPlan, LinkPlan, NodePlan
from engine.sim.report import Result
from tests.helpers.plans import (
    client,
    constant,
    event,
    exponential,
    link,
    plan,
    request_class,
    retry,
    router,
    simulate,
    station,
)


def trace(*times: float, **changes: object) -> NodePlan:
    """A client that asks at given times."""
    return client(process="trace", times=times, **changes)


def always(change: str, **fields: object) -> EventPlan:
    return EventPlan(at=0.0, end=math.inf, change=change, **fields)


def one_call(work: float, duration: float = 100.0, **policy: object) -> Result:
    nodes = [trace(1.0), station("web", work)]
    return simulate(plan(nodes, [link("users", "web", **policy)], duration=duration))


def latency(result: Result) -> float:
    return float(result["clients"]["users"]["latency"]["max"])


def test_latency_is_network_and_work() -> None:
    result = one_call(0.2, delay=0.05)
    assert latency(result) == pytest.approx(0.3)
    assert result["nodes"]["web"]["residence"]["mean"] == pytest.approx(0.2)
    assert result["links"]["users-web"]["latency"]["mean"] == pytest.approx(0.3)


def test_jitter_adds_its_mean_to_each_crossing() -> None:
    nodes = [client(rate=100.0), station("web", 0.0, workers=None)]
    result = simulate(plan(nodes, [link("users", "web", jitter=0.01)], duration=200.0))
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(0.02, rel=0.03)


def test_a_timeout_gives_up_and_the_callee_works_on() -> None:
    result = one_call(5.0, timeout=1.0)
    assert result["clients"]["users"]["failed"] == {"timeout": 1}
    assert result["links"]["users-web"]["failed"] == {"timeout": 1}
    assert result["nodes"]["web"]["completed"] == 1, "wasted work is done all the same"
    assert result["nodes"]["web"]["utilization"] == pytest.approx(0.05)


def test_an_answer_just_in_time_counts() -> None:
    assert one_call(1.0, timeout=1.001)["clients"]["users"]["succeeded"] == 1


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_retries_after_timeouts(attempts: int) -> None:
    nodes = [trace(1.0), station("web", 50.0, workers=None)]
    links = [link("users", "web", timeout=1.0, retry=retry(attempts))]
    result = simulate(plan(nodes, links))
    edge = result["links"]["users-web"]
    assert edge["attempts"] == attempts
    assert edge["retries"] == attempts - 1
    assert edge["failed"] == {"timeout": attempts}
    assert result["clients"]["users"]["offered"] == 1
    assert result["clients"]["users"]["failed"] == {"timeout": 1}


def test_latency_counts_from_the_first_attempt() -> None:
    """Down until 3.5 s: attempts at 1, 2 and 4 s."""
    policy = retry(5, base=1.0, factor=2.0, jitter="none")
    killed = event(0.0, 3.5, "kill", nodes=("web",))
    nodes = [trace(1.0), station("web", 0.25)]
    links = [link("users", "web", retry=policy)]
    result = simulate(plan(nodes, links, events=(killed,)))
    assert latency(result) == pytest.approx(3.25)
    assert result["nodes"]["web"]["failed"] == {"unavailable": 2}


@pytest.mark.parametrize(
    ("jitter", "least", "most"), [("none", 1.0, 1.0), ("equal", 0.5, 1.0), ("full", 0.0, 1.0)]
)
def test_backoff_jitter(jitter: str, least: float, most: float) -> None:
    """Each request fails once at its time; the second try tells how long the wait was."""
    times = tuple(10.0 * place for place in range(1, 301))
    nodes = [client(process="trace", times=times), station("web", 0.0, workers=None)]
    links = [link("users", "web", retry=retry(2, base=1.0, jitter=jitter))]
    kills = tuple(event(time - 0.1, 0.1000001, "kill", nodes=("web",)) for time in times)
    result = simulate(plan(nodes, links, events=kills, duration=3100.0))
    waits = result["clients"]["users"]["latency"]
    assert result["links"]["users-web"]["retries"] == 300
    assert waits["max"] == pytest.approx(most, rel=0.02)
    assert waits["mean"] == pytest.approx((least + most) / 2, rel=0.1)


def test_backoff_is_capped() -> None:
    policy = retry(6, base=1.0, factor=10.0, cap=20.0, jitter="none")
    nodes = [trace(1.0), station("web", 0.0)]
    links = [link("users", "web", retry=policy)]
    killed = always("kill", nodes=("web",))
    result = simulate(plan(nodes, links, events=(killed,), duration=1.0 + 1 + 10 + 20 * 3 - 0.5))
    assert result["links"]["users-web"]["attempts"] == 5
    assert result["clients"]["users"]["failed"] == {}


def test_a_full_queue_refuses() -> None:
    nodes = [trace(1.0, 1.1, 1.2, 1.3), station("web", 10.0, queue_limit=2)]
    result = simulate(plan(nodes, [link("users", "web")]))
    assert result["nodes"]["web"]["failed"] == {"queue_full": 1}
    assert result["clients"]["users"]["failed"] == {"queue_full": 1}
    assert result["clients"]["users"]["succeeded"] == 3


def test_lost_crossings_are_sent_again_after_doubling_waits() -> None:
    nodes = [client(rate=1000.0), station("web", 0.0, workers=None)]
    result = simulate(plan(nodes, [link("users", "web", loss=0.1)], duration=100.0))
    # One crossing waits sum of .2 · 2^k over its losses: .1 · .2 + .01 · .4 + …
    wait = sum(0.1 ** (lost + 1) * 0.2 * 2**lost for lost in range(6))
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(2 * wait, rel=0.05)
    assert result["clients"]["users"]["failed"] == {}


def test_nothing_gets_through_a_cut() -> None:
    nodes = [trace(1.0), station("web", 0.1)]
    cut = always("partition", links=("users-web",))
    result = simulate(plan(nodes, [link("users", "web")], events=(cut,)))
    assert result["clients"]["users"]["failed"] == {"network": 1}
    assert result["nodes"]["web"]["arrivals"] == 0
    late = simulate(plan(nodes, [link("users", "web")], events=(cut,), duration=13.5))
    assert late["clients"]["users"]["failed"] == {}, "given up after 12.6 s"


def test_an_answer_that_is_cut_off_is_a_failure_of_the_network() -> None:
    nodes = [trace(1.0), station("web", 1.0)]
    cut = event(1.5, 10.0, "partition", links=("users-web",))
    result = simulate(plan(nodes, [link("users", "web")], events=(cut,)))
    assert result["nodes"]["web"]["completed"] == 1
    assert result["clients"]["users"]["failed"] == {"network": 1}


def chain(*, hold: bool) -> Result:
    """A burst of four at a service with one worker that calls a slow dependency."""
    nodes = [
        trace(1.0, 1.0, 1.0, 1.0),
        station("web", 0.1, hold=hold),
        station("db", 1.0, workers=None),
    ]
    return simulate(plan(nodes, [link("users", "web"), link("web", "db")]))


def test_a_held_worker_waits_for_its_calls() -> None:
    result = chain(hold=True)
    assert latency(result) == pytest.approx(4.4)
    assert result["nodes"]["web"]["utilization"] == pytest.approx(0.044)


def test_a_released_worker_takes_the_next() -> None:
    result = chain(hold=False)
    assert latency(result) == pytest.approx(1.4)
    assert result["nodes"]["web"]["utilization"] == pytest.approx(0.004)


def test_a_held_worker_is_free_when_its_call_times_out() -> None:
    nodes = [trace(1.0, 1.0), station("web", 0.1, hold=True), station("db", 9.0, workers=None)]
    result = simulate(plan(nodes, [link("users", "web"), link("web", "db", timeout=1.0)]))
    assert result["clients"]["users"]["failed"] == {"timeout": 2}
    assert result["nodes"]["web"]["residence"]["max"] == pytest.approx(2.2)


def star(*links: LinkPlan, **changes: object) -> Result:
    """A root that calls a (1 s), b (2 s) and c (4 s)."""
    nodes = [
        trace(1.0),
        station("root", 0.0, workers=None),
        station("a", 1.0, workers=None),
        station("b", 2.0, workers=None),
        station("c", 4.0, workers=None),
    ]
    return simulate(plan(nodes, [link("users", "root"), *links], **changes))


def test_equal_orders_are_parallel() -> None:
    assert latency(star(link("root", "a"), link("root", "b"), link("root", "c"))) == 4.0


def test_rising_orders_are_sequential() -> None:
    result = star(link("root", "c", order=2), link("root", "a"), link("root", "b", order=1))
    assert latency(result) == 7.0


def test_times_repeats_one_after_the_other() -> None:
    result = star(link("root", "a", times=3), link("root", "b"))
    assert latency(result) == 3.0
    assert result["links"]["root-a"]["attempts"] == 3


def test_send_does_not_wait() -> None:
    result = star(link("root", "c", waits=False), link("root", "a", order=1))
    assert latency(result) == 1.0
    assert result["nodes"]["c"]["completed"] == 1
    assert result["links"]["root-c"]["succeeded"] == 1


def test_a_failed_send_is_tried_again_and_nobody_minds() -> None:
    result = star(
        link("root", "c", waits=False, timeout=1.0, retry=retry(3)), link("root", "a", order=1)
    )
    assert result["clients"]["users"]["failed"] == {}
    assert result["links"]["root-c"]["failed"] == {"timeout": 3}


def test_a_parallel_group_fails_with_its_first_failure() -> None:
    result = star(link("root", "c"), link("root", "a", timeout=0.5))
    assert result["clients"]["users"]["failed"] == {"timeout": 1}
    assert result["nodes"]["root"]["residence"]["max"] == 0.5
    assert result["links"]["root-c"]["succeeded"] == 1, "it ran on, and nobody listened"


def test_a_failed_parent_makes_no_more_calls() -> None:
    result = star(
        link("root", "a", timeout=0.5),
        link("root", "b", timeout=1.5, retry=retry(3)),
        link("root", "c", order=1),
    )
    assert result["links"]["root-b"]["attempts"] == 1
    assert result["links"]["root-c"]["attempts"] == 0


def test_probability() -> None:
    nodes = [
        client(rate=100.0),
        station("root", 0.0, workers=None),
        station("leaf", 0.0, workers=None),
    ]
    links = [link("users", "root"), link("root", "leaf", probability=0.25)]
    result = simulate(plan(nodes, links, duration=200.0))
    share = result["nodes"]["leaf"]["arrivals"] / result["nodes"]["root"]["arrivals"]
    assert share == pytest.approx(0.25, abs=0.015)


def test_links_choose_classes() -> None:
    classes = (request_class("read"), request_class("write"))
    nodes = [
        client(rate=100.0, mix=(0.75, 0.25)),
        station("reader", [0.0, 0.0], workers=None),
        station("writer", [0.0, 0.0], workers=None),
    ]
    links = [
        link("users", "reader", classes=(True, False)),
        link("users", "writer", classes=(False, True)),
    ]
    result = simulate(plan(nodes, links, classes=classes, duration=200.0))
    arrivals = [result["nodes"][name]["arrivals"] for name in ("reader", "writer")]
    assert sum(arrivals) == result["requests"]
    assert arrivals[1] / sum(arrivals) == pytest.approx(0.25, abs=0.015)


def test_a_class_that_no_link_takes_fails_at_once() -> None:
    nodes = [trace(1.0), station("web", 1.0)]
    result = simulate(plan(nodes, [link("users", "web", classes=(False,))]))
    assert result["clients"]["users"]["failed"] == {"unavailable": 1}
    assert result["nodes"]["web"]["arrivals"] == 0


@pytest.mark.parametrize("change", ["error", "kill"])
def test_the_client_hears_the_cause(change: str) -> None:
    """Through a balancer and a service, the reason is the one at the end of the chain."""
    nodes = [trace(1.0), router("lb"), station("web", 0.1), station("db", 0.1)]
    links = [link("users", "lb"), link("lb", "web"), link("web", "db")]
    fault = always(change, nodes=("db",), probability=1.0)
    result = simulate(plan(nodes, links, events=(fault,)))
    reason = "error" if change == "error" else "unavailable"
    assert result["clients"]["users"]["failed"] == {reason: 1}
    assert result["nodes"]["web"]["failed"] == {reason: 1}
    assert result["links"]["web-db"]["failed"] == {reason: 1}


def test_an_error_comes_after_the_work() -> None:
    nodes = [trace(1.0), station("web", 2.0), station("db", 0.0, workers=None)]
    fault = always("error", nodes=("web",), probability=1.0)
    result = simulate(plan(nodes, [link("users", "web"), link("web", "db")], events=(fault,)))
    assert result["nodes"]["web"]["residence"]["mean"] == 2.0
    assert result["nodes"]["db"]["arrivals"] == 0


def test_a_deadline_ends_the_users_patience() -> None:
    nodes = [trace(1.0), station("web", 5.0)]
    links = [link("users", "web", timeout=0.5, retry=retry(10))]
    result = simulate(plan(nodes, links, classes=(request_class(deadline=1.2),)))
    assert result["clients"]["users"]["failed"] == {"deadline": 1}
    assert result["links"]["users-web"]["attempts"] == 3, "no retry after the deadline"


def test_kill_crashes_what_is_inside() -> None:
    """One is worked on, one waits, one is held while its call is under way."""
    nodes = [
        trace(1.0, 1.5, 2.0),
        station("web", 0.1, workers=2, hold=True),
        station("db", 50.0, workers=None),
    ]
    links = [link("users", "web"), link("web", "db")]
    kill = event(3.0, 1.0, "kill", nodes=("web",))
    result = simulate(plan(nodes, links, events=(kill,), duration=200.0))
    assert result["clients"]["users"]["failed"] == {"crashed": 3}
    assert result["nodes"]["web"]["residence"]["max"] == 2.0
    assert result["links"]["web-db"]["succeeded"] == 2, "the orphans come back to nobody"


def test_work_in_progress_dies_with_its_instance_and_not_twice() -> None:
    nodes = [trace(1.0, 10.0), station("web", 5.0)]
    links = [link("users", "web", delay=0.5)]
    kill = event(3.0, 0.1, "kill", nodes=("web",))
    result = simulate(plan(nodes, links, events=(kill,)))
    assert result["clients"]["users"]["failed"] == {"crashed": 1}
    assert result["clients"]["users"]["succeeded"] == 1
    assert result["nodes"]["web"]["completed"] == 1


def test_an_unlinked_client_is_answered_by_nobody() -> None:
    result = simulate(plan([trace(1.0)], []))
    assert result["clients"]["users"]["failed"] == {"unavailable": 1}


def test_instances_are_picked_in_turn_without_a_balancer() -> None:
    nodes = [trace(1.0, 1.0, 1.0), station("web", 1.0, instances=3)]
    assert latency(simulate(plan(nodes, [link("users", "web")]))) == 1.0


def test_a_balancer_tries_another_instance() -> None:
    nodes = [trace(1.0, 1.2), router("lb"), station("web", 0.1, instances=2)]
    links = [link("users", "lb"), link("lb", "web", retry=retry(2))]
    kill = always("kill", nodes=("web",), instances=1)
    result = simulate(plan(nodes, links, events=(kill,)))
    assert result["clients"]["users"]["succeeded"] == 2
    assert result["links"]["lb-web"]["retries"] >= 1


def test_weights_split_a_balancers_traffic() -> None:
    nodes = [
        client(rate=1000.0),
        router("lb", "weighted"),
        station("old", 0.0, workers=None),
        station("new", 0.0, workers=None, instances=3),
    ]
    links = [link("users", "lb"), link("lb", "old", weight=9.0), link("lb", "new", weight=1.0)]
    result = simulate(plan(nodes, links, duration=50.0))
    share = result["nodes"]["new"]["arrivals"] / result["nodes"]["lb"]["arrivals"]
    assert share == pytest.approx(0.1, abs=0.005)


def test_delays_add_up_over_a_law() -> None:
    nodes = [client(rate=500.0), station("web", constant(0.0), workers=None)]
    result = simulate(plan(nodes, [link("users", "web", delay=exponential(0.02))], duration=200.0))
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(0.04, rel=0.02)
