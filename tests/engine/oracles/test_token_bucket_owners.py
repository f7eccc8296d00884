"""Token buckets of owners: clients, keys, sessions, classes, instances, each no more than its own (O15)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from engine.plan.primitives import KeyPlan, NodePlan
from engine.sim.lane.gates.rate_limiter import KEPT
from engine.sim.report import Result
from tests.helpers.plans import client, closed, link, plan, request_class, simulate
from tests.helpers.token_buckets import admitted, limited, poisson_times

SPAN = 40.0


def together(clients: list[NodePlan], classes: int = 1, span: float = SPAN, **limit: Any) -> Result:
    """Clients that ask one limited node."""
    kinds = tuple(
        request_class(f"kind{place}", keys=KeyPlan(count=50, alpha=0.0)) for place in range(classes)
    )
    node = limited(work=[0.0] * classes, **limit)
    links = [link(each.id, "api", classes=(True,) * classes) for each in clients]
    return simulate(plan([*clients, node], links, classes=kinds, duration=span))


@pytest.mark.oracle(15)
@pytest.mark.parametrize("by", ["client", "key", "class"])
@pytest.mark.parametrize(("rate", "burst"), [(5.0, 20), (2.0, 1), (12.5, 7)])
def test_o15_each_owner_has_its_own_bucket(by: str, rate: float, burst: int) -> None:
    """Three clients, each of one key and one class: what each gets is what a bucket of its own lets in."""
    offers = {"few": 3.0, "some": 15.0, "many": 80.0}
    times = {name: poisson_times(offer, SPAN, seed=4) for name, offer in offers.items()}
    clients = [
        client(
            name,
            process="trace",
            times=tuple(times[name]),
            kinds=(place,) * len(times[name]),
            keys=(place,) * len(times[name]),
            mix=tuple(float(kind == place) for kind in range(3)),
        )
        for place, name in enumerate(offers)
    ]
    result = together(clients, classes=3, rate=rate, burst=burst, by=by)
    for name, came in times.items():
        users = result["clients"][name]
        alone = admitted(((time, name) for time in came), rate, burst)[name]
        assert users["succeeded"] == alone <= burst + rate * SPAN
        assert users["offered"] == alone + users["failed"].get("rate_limited", 0)
    # Whoever asks 80 times a second takes each token within some 1/80 s of its coming.
    most = burst + rate * SPAN
    assert result["clients"]["many"]["succeeded"] > 0.97 * most


@pytest.mark.oracle(15)
def test_o15_buckets_are_forgotten_only_when_that_makes_no_difference() -> None:
    """More keys than are kept at a time; some of them hot."""
    random = np.random.default_rng(5)
    times = poisson_times(1000.0, SPAN, seed=6)
    keys = random.integers(0, 5 * KEPT, len(times))
    keys[random.random(len(times)) < 0.3] = 17
    keys[random.random(len(times)) < 0.1] = 99
    asked = [int(key) for key in keys]
    users = client(process="trace", times=tuple(times), keys=tuple(asked))
    result = together([users], rate=0.5, burst=2, by="key")
    alone = admitted(zip(times, asked, strict=True), 0.5, 2)
    assert result["nodes"]["api"]["extra"]["admitted"] == sum(alone.values())
    assert len(alone) > 3 * KEPT


@pytest.mark.oracle(15)
def test_o15_keys_are_told_apart_where_nothing_else_looks_at_them() -> None:
    """Fifty equally popular keys pass fifty times as much as one."""
    result = together([client(rate=2000.0)], rate=2.0, burst=4, by="key")
    assert result["nodes"]["api"]["extra"]["admitted"] == pytest.approx(50 * (4 + 2 * SPAN), abs=50)


@pytest.mark.oracle(15)
@pytest.mark.parametrize("users", [1, 7])
def test_o15_each_user_of_a_closed_client_has_a_bucket(users: int) -> None:
    crowd = closed("crowd", users, 0.01)
    result = together([crowd], rate=2.0, burst=10, by="session")
    assert result["clients"]["crowd"]["succeeded"] == pytest.approx(
        users * (10 + 2.0 * SPAN), abs=users
    )


@pytest.mark.oracle(15)
def test_o15_an_attempt_that_is_made_again_is_of_the_same_user() -> None:
    """A bucket of one user counts what reaches it over a service in between, too."""
    crowd = closed("crowd", 3, 0.01)
    nodes = [crowd, NodePlan(id="web"), limited(rate=2.0, burst=10, by="session")]
    links = [link("crowd", "web"), link("web", "api")]
    result = simulate(plan(nodes, links, duration=SPAN))
    assert result["nodes"]["api"]["extra"]["admitted"] == pytest.approx(3 * 90.0, abs=3)


@pytest.mark.oracle(15)
@pytest.mark.parametrize("instances", [1, 3, 4])
@pytest.mark.parametrize("by", ["all", "client"])
def test_o15_buckets_of_instances_let_in_so_many_times_as_much(instances: int, by: str) -> None:
    flood = client(process="deterministic", rate=997.0)
    extras = [
        together([flood], 1, 10.0, rate=10.0, burst=20, by=by, shared=shared, instances=instances)[
            "nodes"
        ]["api"]["extra"]
        for shared in (True, False)
    ]
    assert extras[0]["admitted"] == pytest.approx(120.0, abs=1)
    assert extras[1]["admitted"] == pytest.approx(instances * 120.0, abs=instances)


def goodput(result: Result) -> float:
    """Share of the legitimate requests that are answered."""
    legitimate = result["clients"]["legitimate"]
    return float(legitimate["succeeded"] / legitimate["offered"])


@pytest.mark.oracle(15)
def test_o15_a_flood_takes_one_bucket_for_all_and_not_that_of_others() -> None:
    """9 920 of a flood and 80 legitimate ones a second, where 100 may pass."""
    clients = [client("flood", 9920.0), client("legitimate", 80.0)]
    limit: dict[str, Any] = {"rate": 100.0, "burst": 20}
    drowned = goodput(together(clients, span=30.0, **limit))
    assert 80.0 * drowned == pytest.approx(0.8, abs=0.3)
    apart = together(clients, span=30.0, by="client", **limit)
    assert goodput(apart) >= 0.99
    assert apart["clients"]["flood"]["succeeded"] == pytest.approx(20 + 100 * 30, abs=1)


@pytest.mark.oracle(15)
def test_o15_guesses_at_an_account_are_bounded_however_many_ask() -> None:
    """Five at once and one a minute for each key: in an hour 65, from two clients together."""
    times = tuple(0.25 * place for place in range(4 * 3600))
    keys = tuple(place % 3 for place in range(len(times)))
    clients = [client(name, process="trace", times=times, keys=keys) for name in ("one", "two")]
    result = together(clients, span=3600.0, rate=1 / 60, burst=5, by="key")
    count = Counter({name: users["succeeded"] for name, users in result["clients"].items()})
    assert count.total() == pytest.approx(3 * 65, abs=3)
