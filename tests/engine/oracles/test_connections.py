"""Round trips to the first byte (O29), slow start and the cap of losses (O30), and facts that follow."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.model.design import Link
from engine.model.link import LinkConfig
from engine.plan.lower import link_plan
from engine.plan.primitives import ConnectionPlan, EncryptionPlan, LinkPlan
from tests.helpers.plans import (
    client,
    closed,
    link,
    plan,
    request_class,
    simulate,
    station,
)

RTT = 0.1
ONE_WAY = RTT / 2.0
SEGMENT = 1460.0


def lowered(config: dict[str, Any]) -> LinkPlan:
    """A link from users to web as a design file says it."""
    drawn = Link(id="users-web", source="users", target="web", config=config)
    return link_plan(drawn, LinkConfig.model_validate(config), (request_class(),))


def answered(path: LinkPlan, times: tuple[float, ...] = (1.0,), **sizes: float) -> dict[str, Any]:
    """What the users see of requests at some times."""
    nodes = [client(process="trace", times=times), station("web", 0.0, workers=None)]
    kinds = (request_class(**sizes),)
    return dict(simulate(plan(nodes, [path], classes=kinds, duration=1000.0))["clients"]["users"])


@pytest.mark.oracle(29)
@pytest.mark.parametrize(
    ("protocol", "first_byte"),
    [
        ("tcp", 0.2),
        ("tls_1_2", 0.4),
        ("tls_1_3", 0.3),
        ("tls_1_3_0rtt", 0.2),
        ("quic", 0.2),
        ("quic_0rtt", 0.1),
        ("none", 0.1),
    ],
)
def test_o29_round_trips_to_the_first_byte(protocol: str, first_byte: float) -> None:
    path = lowered({"delay": ONE_WAY, "connection": {"protocol": protocol}})
    assert answered(path)["latency"]["max"] == pytest.approx(first_byte, abs=1e-12)
    both = answered(path, (1.0, 2.0))["latency"]
    assert both["mean"] * 2 - both["max"] == pytest.approx(RTT, abs=1e-12), "kept alive"


@pytest.mark.oracle(30)
@pytest.mark.parametrize(("size", "rounds"), [(14_600.0, 1), (100_000.0, 3), (1_000_000.0, 7)])
def test_o30_slow_start_takes_its_rounds(size: float, rounds: int) -> None:
    assert rounds == math.ceil(math.log2(size / SEGMENT / 10.0 + 1.0))
    path = lowered({"delay": ONE_WAY, "connection": {"protocol": "none"}})
    assert answered(path, response_bytes=size)["latency"]["max"] == pytest.approx(rounds * RTT)
    twice = answered(path, (1.0, 5.0), response_bytes=size)["latency"]
    assert twice["mean"] * 2 - twice["max"] == pytest.approx(RTT), "its window is open"


@pytest.mark.oracle(30)
@pytest.mark.parametrize("size", [14_600.0, 100_000.0])
def test_o30_slow_start_begins_anew_after_a_pause_where_that_is_asked_for(size: float) -> None:
    rules = {"protocol": "none", "slow_start": "after_idle"}
    path = lowered({"delay": ONE_WAY, "connection": rules})
    twice = answered(path, (1.0, 5.0), response_bytes=size)["latency"]
    assert twice["mean"] == pytest.approx(twice["max"])


@pytest.mark.oracle(30)
@pytest.mark.parametrize(("loss", "rate"), [(0.01, 1.431e6), (0.001, 4.524e6)])
@pytest.mark.parametrize("slow_start", ["off", "new_connections"])
def test_o30_losses_cap_a_transfer(loss: float, rate: float, slow_start: Any) -> None:
    assert SEGMENT * 8.0 / RTT * math.sqrt(1.5 / loss) == pytest.approx(rate, rel=1e-3)
    size = 20e6
    rules = ConnectionPlan(round_trips=0, slow_start=slow_start)
    path = link("users", "web", delay=ONE_WAY, loss=loss, connection=rules)
    seen = answered(path, response_bytes=size)["latency"]["max"]
    assert size * 8.0 / seen == pytest.approx(rate, rel=0.05)


@pytest.mark.oracle(30)
def test_o30_a_narrow_link_hides_slow_start() -> None:
    # 15.3: 100 kB at 50 kb/s and a round trip of 2 s take 16 s; ten segments take longer than that trip.
    path = link(
        "users",
        "web",
        delay=1.0,
        bandwidth=50e3 / 8.0,
        connection=ConnectionPlan(round_trips=0, slow_start="new_connections"),
    )
    body = answered(path, request_bytes=0.0, response_bytes=100e3)["latency"]["max"]
    assert body == pytest.approx(16.0 + 2.0)


@pytest.mark.parametrize(("streams", "rounds"), [(1, 5), (100, 1)])
def test_thirty_resources_take_five_rounds_over_six_connections_and_one_over_streams(
    streams: int, rounds: int
) -> None:
    path = lowered(
        {
            "delay": ONE_WAY,
            "connection": {"protocol": "none", "streams": streams, "max_connections": 6},
        }
    )
    assert answered(path, (1.0,) * 30)["latency"]["max"] == pytest.approx(rounds * RTT)


def test_an_edge_that_keeps_its_connections_brings_the_first_byte_sooner() -> None:
    # 9.5: 20 ms to the edge and 140 ms on to the origin; cold TLS 1.3 takes 3 round trips.
    cold = ConnectionPlan(round_trips=2)
    warm = ConnectionPlan(round_trips=0)
    edge = [
        link("users", "edge", delay=0.010, connection=cold),
        link("edge", "origin", delay=0.070, connection=warm),
    ]
    far = [link("users", "origin", delay=0.080, connection=cold)]
    users = client(process="trace", times=(1.0,))
    places = [station(name, 0.0, workers=None) for name in ("edge", "origin")]
    near_made = simulate(plan([users, *places], edge))
    far_made = simulate(plan([users, places[1]], far))
    assert near_made["clients"]["users"]["latency"]["max"] == pytest.approx(0.200)
    assert far_made["clients"]["users"]["latency"]["max"] == pytest.approx(0.480)


@pytest.mark.parametrize(("certificate", "cost"), [("ecdsa", 0.095e-3), ("rsa", 0.35e-3)])
@pytest.mark.parametrize("requests", [1, 10])
def test_handshakes_take_their_share_of_the_workers(
    certificate: str, cost: float, requests: int
) -> None:
    # 10.3: utilization rises by connections a second x handshake, and n requests share one.
    rate = 400.0
    path = lowered(
        {
            "encryption": {"certificate": certificate, "per_kilobyte": 0.0},
            "connection": {"max_requests": requests, "max_connections": 1, "idle_timeout": None},
        }
    )
    nodes = [client(process="deterministic", rate=rate), station("web", 0.001)]
    made = simulate(plan(nodes, [path], duration=50.0))
    opened = made["links"]["users-web"]["extra"]["connections_opened"]
    assert opened == pytest.approx(rate / requests * 50.0, abs=1)
    expected = rate * 0.001 + opened / 50.0 * cost
    assert made["nodes"]["web"]["utilization"] == pytest.approx(expected, rel=1e-3)


def test_ciphers_take_theirs_by_the_byte() -> None:
    path = lowered({"encryption": {}})
    nodes = [client(process="deterministic", rate=400.0), station("web", 0.001)]
    kinds = (request_class(request_bytes=20e3, response_bytes=80e3),)
    made = simulate(plan(nodes, [path], classes=kinds, duration=50.0))
    assert made["nodes"]["web"]["utilization"] == pytest.approx(400.0 * (0.001 + 80e-6), rel=1e-3)


def test_a_node_without_workers_takes_the_time_of_encryption() -> None:
    path = link("users", "web", encryption=EncryptionPlan(per_byte=1e-6))
    assert answered(path, request_bytes=1e3, response_bytes=4e3)["latency"]["max"] == pytest.approx(
        5e-3
    )


@pytest.mark.parametrize("size", [100e3, 25e3])
def test_a_gigabit_carries_so_many_bytes_a_second(size: float) -> None:
    # 12.3: 1 Gb/s over 100 kB is 1250 a second, however many ask.
    path = link("users", "web", delay=0.001, bandwidth=1e9 / 8.0)
    kinds = (request_class(request_bytes=100.0, response_bytes=size),)
    nodes = [closed("users", 64, 0.0), station("web", 0.0, workers=None)]
    made = simulate(plan(nodes, [path], classes=kinds, duration=10.0))
    ceiling = 1e9 / 8.0 / size
    assert made["clients"]["users"]["goodput"] == pytest.approx(ceiling, rel=0.005)
    extra = made["links"]["users-web"]["extra"]
    assert extra["response_utilization"] == pytest.approx(1.0, abs=1e-3)
    assert extra["request_utilization"] == pytest.approx(100.0 / size, rel=0.01)
    # Who is neither serialised nor on the way waits: N = X (wait + size/bandwidth + 2 ms).
    waits = 64 / ceiling - (size + 100.0) * 8.0 / 1e9 - 0.002
    assert extra["response_wait"] == pytest.approx(waits, rel=0.01)


def test_bytes_queue_like_calls_at_a_single_constant_server() -> None:
    # O5 on the wire: Poisson messages of one size are M/D/1, Wq = rho s / 2 (1 - rho).
    size, rate = 12_500.0, 80.0
    path = link("users", "web", bandwidth=size * 100.0)
    kinds = (request_class(request_bytes=size, response_bytes=0.0),)
    nodes = [client(rate=rate), station("web", 0.0, workers=None)]
    made = simulate(plan(nodes, [path], classes=kinds, duration=2500.0, warmup=100.0))
    extra = made["links"]["users-web"]["extra"]
    assert extra["request_utilization"] == pytest.approx(0.8, rel=0.02)
    assert extra["request_wait"] == pytest.approx(0.8 * 0.01 / 2.0 / 0.2, rel=0.08)


@pytest.mark.parametrize(("ordered", "on_time"), [(True, 0.1757), (False, 0.64)])
def test_a_loss_stalls_all_streams_of_an_ordered_connection(ordered: bool, on_time: float) -> None:
    # Ten calls at once, 20 % lost each way. In order, call k is on time if none of the first k is lost.
    unlost = 0.8**2
    expected = sum(unlost**k for k in range(1, 11)) / 10.0 if ordered else unlost
    assert expected == pytest.approx(on_time, abs=1e-4)
    rules = ConnectionPlan(round_trips=0, streams=100, connections=1, ordered=ordered)
    path = link("users", "web", delay=ONE_WAY, loss=0.2, connection=rules, timeout=1.5 * RTT)
    times = tuple(float(20 * batch) for batch in range(1, 1001) for _ in range(10))
    nodes = [client(process="trace", times=times), station("web", 0.0, workers=None)]
    kinds = (request_class(request_bytes=0.0, response_bytes=0.0),)
    seen = simulate(plan(nodes, [path], classes=kinds, duration=21e3))["clients"]["users"]
    assert seen["succeeded"] / seen["offered"] == pytest.approx(expected, abs=0.025)


@pytest.mark.parametrize(("delay", "first"), [(0.0, 0.2), (0.04, 0.2), (0.1, 0.4), (0.5, 2.0)])
def test_a_loss_costs_two_round_trips_and_not_less_than_the_least(
    delay: float, first: float
) -> None:
    # Six time-outs, each twice the one before, and the caller gives up: 63 of the first.
    path = link("users", "web", delay=delay, loss=1.0)
    nodes = [closed("users", 1, 0.0), station("web")]
    made = simulate(plan(nodes, [path], duration=10.5 * 63.0 * first))
    assert made["clients"]["users"]["failed"] == {"network": 10}


@pytest.mark.parametrize(
    ("round_trip", "kilobits", "body"),
    [(2.0, 50.0, 16.0), (1.4, 70.0, 11.43), (0.27, 700.0, 1.143)],
)
def test_slow_networks_take_so_long_for_a_page(
    round_trip: float, kilobits: float, body: float
) -> None:
    # 15.3, by the effective connection types slow-2g, 2g and 3g: 100 kB at their bandwidth.
    rules = {"protocol": "tls_1_3", "slow_start": "off"}
    path = lowered(
        {"delay": round_trip / 2.0, "bandwidth": kilobits * 1e3 / 8.0, "connection": rules}
    )
    empty = answered(path, request_bytes=0.0, response_bytes=0.0)["latency"]["max"]
    assert empty == pytest.approx(3.0 * round_trip), "the first byte"
    page = answered(path, request_bytes=0.0, response_bytes=100e3)["latency"]["max"]
    assert page - empty == pytest.approx(body, rel=1e-3)
