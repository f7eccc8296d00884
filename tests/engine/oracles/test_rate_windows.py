"""Rate limits by windows, cells and leaking buckets, against naive ones (O15)."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.rate_limit import RateLimit
from engine.sim.invariants import check
from engine.sim.lane.gates.allowances import SlidingWindow
from engine.sim.report import Result, result_of
from tests.helpers.plans import client, link, plan
from tests.helpers.token_buckets import conforming, limited, poisson_times

END = 1000.0


def passed(times: list[float], **limit: Any) -> list[bool]:
    """Which of some calls get in at once."""
    nodes = [client(process="trace", times=tuple(times)), limited(**limit)]
    simulation = Simulation(plan(nodes, [link("users", "api")], duration=END))
    gate = simulation.machine.nodes["api"].gates[0].thing
    found = []
    for after in [*times[1:], times[-1] + 1.0]:
        before = int(gate.admitted)
        simulation.advance(after)
        found.append(int(gate.admitted) > before)
    check(simulation.machine)
    return found


@pytest.mark.oracle(15)
@pytest.mark.parametrize("algorithm", ["gcra", "leaky_bucket"])
@pytest.mark.parametrize(("rate", "burst"), [(20.0, 1), (20.0, 4), (6.0, 12), (31.0, 3)])
def test_o15_cells_and_leaking_buckets_let_the_same_calls_in(
    algorithm: str, rate: float, burst: int
) -> None:
    times = poisson_times(25.0, 60.0, seed=burst)
    found = passed(times, algorithm=algorithm, rate=rate, burst=burst)
    assert found == conforming(times, rate, burst)


def in_fixed_windows(times: list[float], limit: int, window: float) -> list[bool]:
    counts: dict[int, int] = {}
    found = []
    for time in times:
        number = int(time / window)
        counts[number] = counts.get(number, 0) + 1
        found.append(counts[number] <= limit)
    return found


def in_sliding_windows(times: list[float], limit: int, window: float) -> list[bool]:
    log: deque[float] = deque()
    found = []
    for time in times:
        while log and log[0] <= time - window:
            log.popleft()
        found.append(len(log) < limit)
        if found[-1]:
            log.append(time)
    return found


@pytest.mark.oracle(15)
@pytest.mark.parametrize(("rate", "window"), [(10.0, 1.0), (10.0, 0.35), (2.0, 7.5), (100.0, 0.01)])
@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window"])
def test_o15_windows_let_in_what_naive_ones_do(algorithm: str, rate: float, window: float) -> None:
    times = poisson_times(15.0, 90.0, seed=3)
    naive = in_fixed_windows if algorithm == "fixed_window" else in_sliding_windows
    found = passed(times, algorithm=algorithm, rate=rate, window=window)
    assert found == naive(times, max(1, int(rate * window)), window)
    assert 0.05 < sum(found) / len(found) < 1.0


@pytest.mark.oracle(15)
def test_o15_a_fixed_window_passes_twice_as_many_around_its_end() -> None:
    times = [0.5 + place / 500.0 for place in range(500)]
    fixed = passed(times, algorithm="fixed_window", rate=100.0)
    sliding = passed(times, algorithm="sliding_window", rate=100.0)
    bucket = passed(times, rate=100.0, burst=100)
    assert (sum(fixed), sum(sliding)) == (200, 100)
    assert sum(bucket) == pytest.approx(200, abs=1)


@pytest.mark.oracle(15)
@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window"])
@pytest.mark.parametrize(("rate", "window"), [(100.0, 1.0), (40.0, 2.5)])
def test_o15_in_the_long_run_windows_pass_the_rate(
    algorithm: str, rate: float, window: float
) -> None:
    result = run({"process": "deterministic", "rate": 500.0}, 50.0, algorithm, rate, window=window)
    extra = result["nodes"]["api"]["extra"]
    assert extra["admitted"] == pytest.approx(rate * 50.0, abs=1)
    assert result["clients"]["users"]["failed"]["rate_limited"] == extra["rate_limited"]


def run(traffic: dict[str, Any], span: float, algorithm: str, rate: float, **limit: Any) -> Result:
    nodes = [client(**traffic), limited(algorithm=algorithm, rate=rate, **limit)]
    simulation = Simulation(plan(nodes, [link("users", "api")], duration=span))
    simulation.advance(span)
    check(simulation.machine)
    return result_of(simulation.machine, (), 0.0)


@pytest.mark.oracle(15)
@pytest.mark.parametrize(("offered", "burst"), [(90.0, 5), (140.0, 20), (140.0, 1)])
def test_o15_a_leaking_bucket_that_delays_lets_one_out_at_a_time(
    offered: float, burst: int
) -> None:
    """nginx: one each 1/rate, no more than the burst wait."""
    times = poisson_times(offered, 60.0, seed=5)
    free, leaves = 0.0, deque[float]()
    waits, refused = [], 0
    for time in times:
        while leaves and leaves[0] <= time:
            leaves.popleft()
        if len(leaves) >= burst:
            refused += 1
            continue
        start = max(time, free)
        free = start + 0.01
        waits.append(start - time)
        if start > time:
            leaves.append(start)
    traffic = {"process": "trace", "times": tuple(times)}
    result = run(traffic, END, "leaky_bucket", 100.0, burst=burst, delay=True)
    node = result["nodes"]["api"]
    assert node["failed"].get("rate_limited", 0) == pytest.approx(refused, abs=2)
    assert node["wait"]["mean"] == pytest.approx(sum(waits) / len(waits), rel=0.01)


@pytest.mark.oracle(15)
@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window"])
def test_o15_with_delay_windows_let_all_in_later(algorithm: str) -> None:
    """300 at once: a hundred now, a hundred with each of the next windows."""
    traffic = {"process": "trace", "times": (0.25,) * 300}
    result = run(traffic, 10.0, algorithm, 100.0, delay=True)
    first = 0.75 if algorithm == "fixed_window" else 1.0
    assert result["clients"]["users"]["failed"] == {}
    assert result["nodes"]["api"]["wait"]["mean"] == pytest.approx((2 * first + 1.0) / 3, rel=1e-3)
    assert result["nodes"]["api"]["wait"]["max"] == pytest.approx(first + 1.0, rel=0.01)


def test_owners_have_windows_of_their_own() -> None:
    nodes = [
        client("a", process="deterministic", rate=300.0),
        client("b", process="deterministic", rate=30.0),
        limited(algorithm="sliding_window", rate=50.0, by="client"),
    ]
    made = plan(nodes, [link("a", "api"), link("b", "api")], duration=20.0)
    simulation = Simulation(made)
    simulation.advance(20.0)
    clients = result_of(simulation.machine, (), 0.0)["clients"]
    assert clients["a"]["succeeded"] == pytest.approx(1000, abs=1)
    assert clients["b"]["failed"] == {}


def test_another_algorithm_while_it_runs() -> None:
    def made(**limit: Any) -> Any:
        nodes = [client(process="deterministic", rate=200.0), limited(**limit)]
        return plan(nodes, [link("users", "api")], duration=100.0)

    simulation = Simulation(made(rate=50.0, burst=10))
    for place, algorithm in enumerate(("fixed_window", "gcra", "sliding_window", "leaky_bucket")):
        simulation.advance(10.0 * (place + 1))
        simulation.follow(made(rate=50.0, burst=10, algorithm=algorithm))
        check(simulation.machine)
    simulation.advance(50.0)
    gate = simulation.machine.nodes["api"].gates[0].thing
    assert float(gate.admitted) == pytest.approx(50.0 * 50.0, abs=150)


@pytest.mark.parametrize("level", [0.0, 2.0, 5.0])
def test_a_sliding_window_that_begins_amid_a_run_counts_those_before_it_at_once(
    level: float,
) -> None:
    """As a log of as many entries would, also with a limit that no memory holds."""
    times = poisson_times(6.0, 12.0, seed=3)
    for limit in (5, 8, 40):
        window = SlidingWindow(limit, 2.0)
        window.begin_at(level, times[0])
        naive = deque([times[0]] * (limit - int(level)))
        for time in times:
            while naive and naive[0] <= time - 2.0:
                naive.popleft()
            passes = len(naive) < limit
            wait = 0.0 if passes else naive[len(naive) - limit] + 2.0 - time
            assert window.next_in(time) == pytest.approx(wait)
            assert window.take(time) == passes
            if passes:
                naive.append(time)
    endless = SlidingWindow(10**15, 2.0)
    endless.begin_at(level, 1.0)
    assert [endless.take(1.5) for _ in range(6)] == [place < level for place in range(6)]
    assert endless.next_in(1.5) == pytest.approx(1.5)
    assert endless.level(3.1) == 10**15 - level


def test_a_window_in_which_nobody_may_pass_is_refused() -> None:
    with pytest.raises(ValueError, match="widen it to 10 s or more"):
        RateLimit(algorithm="fixed_window", rate=0.1, window=2.0)


@pytest.mark.parametrize(
    ("changes", "edge"),
    [
        ([{"algorithm": "gcra"}, {"algorithm": "token_bucket"}], 1.0),
        ([{"algorithm": "sliding_window"}, {"algorithm": "fixed_window"}], 100.0),
        (
            [
                {"algorithm": "fixed_window", "window": 9.9},
                {"algorithm": "fixed_window", "window": 10.0},
            ],
            100.0,
        ),
    ],
)
def test_no_change_while_it_runs_lets_more_in(changes: list[dict[str, Any]], edge: float) -> None:
    """10 a second and 100 at once, whatever is turned; windows pass a hundred more around an edge."""

    def made(**limit: Any) -> Any:
        nodes = [
            client(process="deterministic", rate=500.0),
            limited(**{"rate": 10.0, "burst": 100, "window": 10.0} | limit),
        ]
        return plan(nodes, [link("users", "api")], duration=100.0)

    simulation = Simulation(made(**changes[-1]))
    for turn in range(100):
        simulation.advance(0.5 * (turn + 1))
        simulation.follow(made(**changes[turn % len(changes)]))
        check(simulation.machine)
    gate = simulation.machine.nodes["api"].gates[0].thing
    assert float(gate.admitted) <= 100.0 + 10.0 * 50.0 + edge
