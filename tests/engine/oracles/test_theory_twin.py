"""The theory twin against runs: plans inside its assumptions, at parameters that nobody chose by hand."""

from __future__ import annotations

import pytest

from engine.plan.primitives import LawPlan, NodePlan, Plan
from engine.plan.theory import predict
from engine.sim.lane.draws import generator
from tests.helpers.plans import client, closed, exponential, link, plan, simulate, station


def random_jackson(seed: int, requests: int) -> Plan:
    """Stations with one to five workers at 30 to 80 % load, calls by chance from lower to higher ones."""
    dice = generator(seed, "jackson", "shape")
    count, rate = int(dice.integers(3, 6)), float(dice.uniform(50.0, 200.0))
    names = [f"s{place}" for place in range(count)]
    links = [link("users", names[0])]
    visits = [1.0] + [0.0] * (count - 1)
    for place in range(count):
        for target in range(place + 1, count):
            if target == place + 1 or dice.uniform() < 0.4:
                chance = float(dice.uniform(0.3, 0.9))
                order = target
                visits[target] += visits[place] * chance
                links.append(link(names[place], names[target], probability=chance, order=order))
    stations: list[NodePlan] = []
    for name, visit in zip(names, visits, strict=True):
        workers = int(dice.integers(1, 6))
        busy = float(dice.uniform(0.3, 0.8))
        stations.append(
            station(name, exponential(busy * workers / (rate * visit)), workers=workers)
        )
    duration = requests / rate
    return plan(
        [client(rate=rate), *stations], links, duration=duration, warmup=duration / 10, seed=seed
    )


@pytest.mark.oracle(8)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2])
def test_open_networks(seed: int) -> None:
    design = random_jackson(seed, 150_000)
    predicted, measured = predict(design), simulate(design)
    for name, node in predicted.nodes.items():
        seen = measured["nodes"][name]
        assert node.model.startswith("M/M/")
        assert seen["utilization"] == pytest.approx(node.utilization, rel=0.02)
        assert seen["queue_mean"] == pytest.approx(node.queue, rel=0.12, abs=0.01)
        assert seen["residence"]["mean"] == pytest.approx(node.residence, rel=0.05)
        assert seen["residence"]["p99"] == pytest.approx(node.residence_p99, rel=0.1)
    users, seen = predicted.clients["users"], measured["clients"]["users"]["latency"]
    assert seen["mean"] == pytest.approx(users.latency, rel=0.05)
    assert seen["p99"] == pytest.approx(users.latency_p99, rel=0.1)


@pytest.mark.oracle(9)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1, 2])
def test_closed_networks(seed: int) -> None:
    dice = generator(seed, "closed", "shape")
    users, think = int(dice.integers(5, 60)), float(dice.uniform(0.1, 1.0))
    names = [f"s{place}" for place in range(int(dice.integers(2, 5)))]
    stations = [
        station(
            name, exponential(float(dice.uniform(0.004, 0.03))), workers=int(dice.integers(1, 4))
        )
        for name in names
    ]
    links = [link(a, b, delay=0.002) for a, b in zip(["users", *names], names, strict=False)]
    nodes = [closed("users", users, exponential(think)), *stations]
    expected = predict(plan(nodes, links)).clients["users"]
    assert expected.model == "MVA, exact"
    assert expected.offered is not None
    duration = 100_000 / expected.offered
    design = plan(nodes, links, duration=duration, warmup=duration / 10, seed=seed)
    measured, predicted = simulate(design), predict(design)
    seen = measured["clients"]["users"]
    assert seen["goodput"] == pytest.approx(expected.goodput, rel=0.02)
    assert seen["latency"]["mean"] == pytest.approx(expected.latency, rel=0.04)
    for name, node in predicted.nodes.items():
        assert measured["nodes"][name]["utilization"] == pytest.approx(node.utilization, rel=0.03)
        assert measured["nodes"][name]["residence"]["mean"] == pytest.approx(
            node.residence, rel=0.05
        )


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("changes", "within"),
    [
        # Four standard deviations of the mean wait, and the error that the approximation is known to have.
        ({"work": LawPlan(law="lognormal", mean=0.01, cv2=4.0), "workers": 4}, 0.15),
        ({"work": exponential(0.01), "instances": 8, "workers": 4}, 0.25),
        ({"work": exponential(0.01), "workers": 4, "discipline": "ps"}, 0.08),
        ({"work": exponential(0.01), "workers": 4, "discipline": "lifo"}, 0.08),
    ],
    ids=["M/G/4", "dealt in turn", "shared", "last come"],
)
def test_approximate_stations(changes: dict[str, object], within: float) -> None:
    web = station("web", **changes)  # type: ignore[arg-type]
    workers = (web.station.workers or 1) * web.station.instances
    rate = 0.8 * workers / 0.01
    duration = 150_000 / rate
    design = plan([client(rate=rate), web], [link("users", "web")], duration=duration, warmup=5.0)
    predicted, measured = predict(design).nodes["web"], simulate(design)["nodes"]["web"]
    assert measured["utilization"] == pytest.approx(predicted.utilization, rel=0.02)
    assert measured["wait"]["mean"] == pytest.approx(predicted.wait, rel=within)
    assert measured["residence"]["p99"] == pytest.approx(predicted.residence_p99, rel=0.2)


@pytest.mark.timeout(300)
def test_workers_that_are_held_bound_what_is_below() -> None:
    """As many as the web has workers can be at the database: its queue is shorter than an open one's."""
    nodes = [
        client(rate=300.0),
        station("web", exponential(0.01), workers=8, hold=True),
        station("db", exponential(0.01), workers=4),
    ]
    links = [link("users", "web"), link("web", "db")]
    design = plan(nodes, links, duration=500.0, warmup=50.0)
    predicted, measured = predict(design), simulate(design)
    for name, within in (("web", 0.1), ("db", 0.03)):
        node, seen = predicted.nodes[name], measured["nodes"][name]
        assert seen["utilization"] == pytest.approx(node.utilization, rel=0.02)
        assert seen["residence"]["mean"] == pytest.approx(node.residence, rel=within)
    assert "flow-equivalent server" in predicted.nodes["web"].doubts[0]


@pytest.mark.timeout(300)
def test_a_population_before_workers_that_are_held() -> None:
    nodes = [
        closed("users", 40, exponential(0.2)),
        station("web", exponential(0.01), workers=6, hold=True),
        station("db", exponential(0.01), workers=2),
    ]
    links = [link("users", "web"), link("web", "db", probability=0.8)]
    design = plan(nodes, links, duration=700.0, warmup=70.0)
    predicted, measured = predict(design), simulate(design)
    users, seen = predicted.clients["users"], measured["clients"]["users"]
    assert seen["goodput"] == pytest.approx(users.goodput, rel=0.02)
    assert seen["latency"]["mean"] == pytest.approx(users.latency, rel=0.04)
    assert seen["latency"]["p99"] == pytest.approx(users.latency_p99, rel=0.15)
    for name in ("web", "db"):
        node = predicted.nodes[name]
        assert measured["nodes"][name]["utilization"] == pytest.approx(node.utilization, rel=0.03)
