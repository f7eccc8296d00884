"""What spans say of single requests whose times are known beforehand."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.policies.bulkhead import Bulkhead
from engine.model.policies.hedge import Hedge
from engine.model.policies.waiting_room import WaitingRoom
from engine.plan.primitives import ConnectionPlan
from engine.traces.critical import spent
from engine.traces.span import Trace
from tests.helpers.flows import background, call, parallel, work
from tests.helpers.plans import client, event, link, plan, queue, retry, router, station, topic
from tests.helpers.traces import of_link, parts, traces


def at(*times: float) -> dict[str, Any]:
    return {"process": "trace", "times": times}


def of_kinds(found: tuple[Trace, ...]) -> tuple[Trace, Trace]:
    """The request and the message."""
    message, request = sorted(found, key=lambda each: each.root.kind)
    return request, message


def test_a_request_through_a_balancer() -> None:
    nodes = [client(**at(1.0)), router("lb"), station("web", 0.1), station("db", 0.03)]
    links = [
        link("users", "lb", delay=0.01),
        link("lb", "web", delay=0.002),
        link("web", "db", delay=0.005),
    ]
    (trace,) = traces(plan(nodes, links))
    assert [(span.kind, span.node, span.parent) for span in trace.spans] == [
        ("request", "users", None),
        ("call", "lb", trace.spans[0].id),
        ("call", "web", trace.spans[1].id),
        ("call", "db", trace.spans[2].id),
    ]
    assert trace.duration == pytest.approx(0.164)
    assert trace.reason is None
    assert parts(trace.spans[1]) == [("network", 0.0, 0.01), ("network", 0.154, 0.164)]
    assert parts(trace.spans[2]) == [
        ("network", 0.0, 0.002),
        ("work", 0.002, 0.102),
        ("network", 0.142, 0.144),
    ]
    assert spent(trace) == pytest.approx({"work": 0.13, "network": 0.034})
    assert {len(span.id) for span in trace.spans} == {16}
    assert len(trace.id) == 32


def test_a_request_that_waits_for_a_worker() -> None:
    nodes = [client(**at(1.0, 1.02)), station("web", 0.1)]
    second = traces(plan(nodes, [link("users", "web")]))[1]
    assert parts(second.spans[1]) == [("queue", 0.0, 0.08), ("work", 0.08, 0.18)]


def test_shared_workers_cost_what_a_wait_would() -> None:
    nodes = [client(**at(1.0, 1.0)), station("web", 0.1, discipline="ps")]
    for trace in traces(plan(nodes, [link("users", "web")])):
        assert spent(trace) == pytest.approx({"work": 0.1, "queue": 0.1})


def test_attempts_that_time_out_and_what_the_node_does_for_nobody() -> None:
    nodes = [client(**at(1.0)), station("web", 0.5, workers=4)]
    links = [link("users", "web", timeout=0.2, retry=retry(2, base=0.1, jitter="none"))]
    (trace,) = traces(plan(nodes, links))
    first, second = of_link(trace, "users-web")
    assert trace.reason == "timeout"
    assert trace.kept == ("failed", "sampled")
    assert (first.attempt, second.attempt) == (1, 2)
    assert (first.reason, first.given_up) == ("timeout", "took too long")
    assert first.ended == pytest.approx(1.2)
    assert first.replied == pytest.approx(1.5)
    assert first.answer is None
    assert parts(second)[0] == ("retry", 0.0, 0.1)
    assert second.sent == pytest.approx(1.3)
    assert spent(trace) == pytest.approx({"work": 0.4, "retry": 0.1})


def test_a_hedge_wins() -> None:
    slow = event(0.0, 1e9, "slow", nodes=("web",), instances=1, factor=100.0)
    nodes = [client(**at(1.0)), station("web", 0.1, instances=2)]
    links = [link("users", "web", policies=(Hedge(delay=0.2),))]
    (trace,) = traces(plan(nodes, links, events=(slow,)))
    first, second = of_link(trace, "users-web")
    assert (first.hedge, second.hedge) == (False, True)
    assert (first.reason, first.given_up) == ("expired", "called off")
    assert (first.instance, second.instance) == (0, 1)
    assert trace.duration == pytest.approx(0.3)


def test_a_bulkhead_holds_a_call() -> None:
    nodes = [client(**at(1.0, 1.0)), station("web", 0.1, workers=2)]
    links = [link("users", "web", policies=(Bulkhead(concurrent=1, pending=5),))]
    second = traces(plan(nodes, links))[1]
    shortest, longest = sorted(
        (parts(each.spans[1]) for each in traces(plan(nodes, links))), key=len
    )
    assert shortest == [("work", 0.0, 0.1)]
    assert longest == [("hold", 0.0, 0.1), ("work", 0.1, 0.2)]
    assert second.duration in (pytest.approx(0.1), pytest.approx(0.2))


def test_a_waiting_room_holds_a_call_at_the_node() -> None:
    nodes = [client(**at(1.0, 1.0)), station("web", 0.0, gates=(WaitingRoom(rate=2.0),))]
    found = [spent(each) for each in traces(plan(nodes, [link("users", "web")]))]
    assert found[-1] == pytest.approx({"hold": 0.5}) or found[0] == pytest.approx({"hold": 0.5})


def test_a_connection_is_set_up() -> None:
    nodes = [client(**at(1.0)), station("web", 0.1)]
    links = [link("users", "web", delay=0.01, connection=ConnectionPlan(round_trips=2))]
    (trace,) = traces(plan(nodes, links))
    assert parts(trace.spans[1]) == [
        ("connection", 0.0, 0.04),
        ("network", 0.04, 0.05),
        ("work", 0.05, 0.15),
        ("network", 0.15, 0.16),
    ]


def test_a_message_is_a_trace_of_its_own_that_knows_its_sender() -> None:
    nodes = [client(**at(1.0)), queue("orders"), station("workers", 0.3, pulls=True)]
    links = [link("users", "orders"), link("orders", "workers")]
    request, message = of_kinds(traces(plan(nodes, links)))
    assert (request.root.kind, message.root.kind) == ("request", "message")
    assert message.cause == (request.id, request.spans[1].id)
    assert message.duration == pytest.approx(0.3)
    assert [span.node for span in message.spans] == ["orders", "workers"]


def test_a_message_waits_and_is_delivered_again() -> None:
    down = event(1.05, 0.5, "kill", nodes=("workers",), instances=1)
    late = queue("orders", visibility=0.55)
    nodes = [client(**at(1.0)), late, station("workers", 0.3, pulls=True)]
    links = [link("users", "orders"), link("orders", "workers")]
    _, message = of_kinds(traces(plan(nodes, links, events=(down,))))
    first, second = of_link(message, "orders-workers")
    assert first.reason == "crashed"
    assert second.reason is None
    assert spent(message)["queue"] == pytest.approx(0.5)
    assert spent(message)["work"] == pytest.approx(0.35)


def test_branches_of_a_flow() -> None:
    flow = (work(0.02), parallel(call("web-a"), call("web-b")), background(call("web-c")))
    nodes = [
        client(**at(1.0)),
        station("web", flow=flow),
        station("a", 0.1),
        station("b", 0.2),
        station("c", 0.5),
    ]
    links = [link("users", "web"), *(link("web", each) for each in "abc")]
    (trace,) = traces(plan(nodes, links))
    branches = [span for span in trace.spans if span.kind == "branch"]
    assert [span.awaited for span in branches] == [True, True, False]
    assert trace.duration == pytest.approx(0.22)
    assert spent(trace) == pytest.approx({"work": 0.22})
    (late,) = of_link(trace, "web-c")
    assert late.ended == pytest.approx(1.72)


def test_a_call_that_nobody_waits_for_is_tried_again_after_the_request_is_over() -> None:
    nodes = [client(**at(1.0)), station("web", 0.01), station("log", 0.5, workers=4)]
    again = link("web", "log", waits=False, timeout=0.2, retry=retry(2, base=0.1))
    (trace,) = traces(plan(nodes, [link("users", "web"), again]))
    assert trace.duration == pytest.approx(0.01)
    attempts = of_link(trace, "web-log")
    assert [span.awaited for span in attempts] == [False, False]
    assert [span.attempt for span in attempts] == [1, 2]


def test_a_waterfall_shows_what_was_asked_for_and_little_of_what_goes_on_for_nobody() -> None:
    nodes = [client(**at(1.0)), station("web", 10.0)]
    (trace,) = traces(plan(nodes, [link("users", "web", timeout=0.2)]))
    assert trace.duration == pytest.approx(0.2)
    assert trace.spans[1].last == pytest.approx(11.0)
    assert trace.shown_length == pytest.approx(0.25)


def test_each_group_of_a_topic_has_a_trace_of_its_own() -> None:
    nodes = [client(**at(1.0)), topic("log"), *(station(name, 0.3, pulls=True) for name in "ab")]
    links = [link("users", "log"), link("log", "a"), link("log", "b")]
    *messages, request = sorted(traces(plan(nodes, links)), key=lambda each: each.root.kind)
    assert [message.root.kind for message in messages] == ["message", "message"]
    assert {message.spans[1].node for message in messages} == {"a", "b"}
    for message in messages:
        assert message.cause == (request.id, request.spans[1].id)
        assert message.root.reason is None
        assert spent(message)["work"] == pytest.approx(0.3)
