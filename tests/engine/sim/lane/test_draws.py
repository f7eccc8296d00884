"""Random streams: one an owner and purpose, the same everywhere; laws with the right moments."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from statistics import NormalDist

import pytest

from engine.plan.primitives import LawPlan
from engine.sim.lane.draws import ROOM, Draws, Room, Source, Streams, generator
from engine.sim.lane.traffic.keys import Keys, hot_popularity, popularity
from engine.sim.samplers import make_sampler


def test_a_stream_belongs_to_seed_owner_and_purpose() -> None:
    first = [generator(1, "web", "work").random() for _ in range(2)]
    assert first[0] == first[1]
    others = [generator(2, "web", "work"), generator(1, "web2", "work"), generator(1, "web", "x")]
    assert first[0] not in [other.random() for other in others]


def test_the_streams_are_the_same_on_every_machine() -> None:
    """Fixed for ever: other values would change the hash of every design."""
    drawn = generator(1, "web", "work").random(2).tolist()
    assert drawn == [0.6706399586936107, 0.39615632037440607]


def test_asking_twice_gives_the_same_stream() -> None:
    streams = Streams(7)
    assert streams.uniform("a", "b") is streams.uniform("a", "b")
    assert streams.uniform("a", "b") is not streams.exponential("a", "b")
    assert streams.gamma("a", "b", 2.0) is not streams.gamma("a", "b", 3.0)


def test_the_size_of_the_batches_does_not_matter() -> None:
    batch = Streams(3).exponential("a", "b")
    drawn = [batch.draw() for _ in range(10_000)]
    assert drawn == generator(3, "a", "b/exponential").standard_exponential(10_000).tolist()


def test_whole_numbers_below() -> None:
    uniforms = Streams(3).uniform("a", "b")
    drawn = [int(uniforms.below(7)) for _ in range(7000)]
    assert sorted(set(drawn)) == list(range(7))
    assert max(abs(drawn.count(number) - 1000) for number in range(7)) < 5 * math.sqrt(1000)


LAWS = [
    (LawPlan(law="constant", mean=0.02), 0.0),
    (LawPlan(law="exponential", mean=0.02), 1.0),
    (LawPlan(law="lognormal", mean=0.02, cv2=2.0), 2.0),
    (LawPlan(law="lognormal", mean=0.02, cv2=0.0), 0.0),
    (LawPlan(law="gamma", mean=0.02, cv2=0.25), 0.25),
    (LawPlan(law="hyperexponential", mean=0.02, cv2=6.0), 6.0),
    (LawPlan(law="hyperexponential", mean=0.02, cv2=1.0), 1.0),
    (LawPlan(law="uniform", mean=0.02, low=0.01, high=0.03), 1.0 / 12.0),
    (LawPlan(law="pareto", mean=0.02, alpha=6.0), 1.0 / (6.0 * 4.0)),
    (LawPlan(law="empirical", mean=0.02, values=(0.01, 0.05), weights=(3.0, 1.0)), 0.75),
    (LawPlan(law="empirical", mean=0.02, values=(0.01, 0.03)), 0.25),
]


@pytest.mark.parametrize(("plan", "cv2"), LAWS, ids=lambda value: getattr(value, "law", ""))
def test_moments(plan: LawPlan, cv2: float) -> None:
    law = make_sampler(plan, Streams(5), "node", "work")
    values = [law.draw() for _ in range(100_000)]
    mean = statistics.fmean(values)
    assert mean == pytest.approx(plan.mean, rel=0.03)
    assert statistics.pvariance(values) / mean**2 == pytest.approx(cv2, rel=0.15, abs=1e-9)
    assert min(values) >= 0.0


def erlang(shape: int, mean: float, t: float) -> float:
    """Share of an Erlang law below t."""
    load = t * shape / mean
    return 1.0 - math.exp(-load) * math.fsum(load**n / math.factorial(n) for n in range(shape))


def two_phases(mean: float, cv2: float, t: float) -> float:
    """Share below t of two exponential phases with balanced means."""
    first = (1.0 + math.sqrt((cv2 - 1.0) / (cv2 + 1.0))) / 2.0
    parts = ((each, mean / (2.0 * each)) for each in (first, 1.0 - first))
    return 1.0 - math.fsum(each * math.exp(-t / phase) for each, phase in parts)


def lognormal(mean: float, cv2: float, t: float) -> float:
    """Share below t of a log-normal law."""
    variance = math.log1p(cv2)
    return NormalDist(math.log(mean) - variance / 2.0, math.sqrt(variance)).cdf(math.log(t))


SHARES: list[tuple[LawPlan, Callable[[float], float]]] = [
    (LawPlan(law="exponential", mean=0.02), lambda t: 1.0 - math.exp(-t / 0.02)),
    (LawPlan(law="lognormal", mean=0.02, cv2=2.0), lambda t: lognormal(0.02, 2.0, t)),
    (LawPlan(law="gamma", mean=0.02, cv2=0.25), lambda t: erlang(4, 0.02, t)),
    (LawPlan(law="hyperexponential", mean=0.02, cv2=6.0), lambda t: two_phases(0.02, 6.0, t)),
    (LawPlan(law="uniform", mean=0.02, low=0.01, high=0.03), lambda t: (t - 0.01) / 0.02),
    (LawPlan(law="pareto", mean=0.02, alpha=1.5), lambda t: 1.0 - (0.02 / 3.0 / t) ** 1.5),
    (LawPlan(law="pareto", mean=0.02, alpha=6.0), lambda t: 1.0 - (0.02 * 5.0 / 6.0 / t) ** 6.0),
]


@pytest.mark.parametrize(("plan", "share"), SHARES, ids=lambda value: getattr(value, "law", ""))
def test_quantiles(plan: LawPlan, share: Callable[[float], float]) -> None:
    """Kolmogorov and Smirnov's distance of 100 000 values; 1.95/sqrt(n) is exceeded once in a thousand."""
    law = make_sampler(plan, Streams(6), "node", "work")
    values = sorted(law.draw() for _ in range(100_000))
    size = len(values)
    distance = max(
        max(share(value) - place / size, (place + 1) / size - share(value))
        for place, value in enumerate(values)
    )
    assert distance < 1.95 / math.sqrt(size)
    assert values[0] >= 0.0


def test_empirical_values_come_as_often_as_they_weigh() -> None:
    values, weights = (0.001, 0.02, 0.5, 3.0), (1.0, 0.0, 6.0, 3.0)
    plan = LawPlan(law="empirical", mean=1.0, values=values, weights=weights)
    law = make_sampler(plan, Streams(5), "node", "work")
    drawn = [law.draw() for _ in range(100_000)]
    assert set(drawn) == {0.001, 0.5, 3.0}
    for value, weight in zip(values, weights, strict=True):
        expected = weight / 10.0
        spread = 4.0 * math.sqrt(expected * (1.0 - expected) / 1e5)
        assert drawn.count(value) / 1e5 == pytest.approx(expected, abs=spread)


@pytest.mark.parametrize(
    "law", ["exponential", "lognormal", "gamma", "hyperexponential", "pareto", "constant"]
)
def test_a_mean_of_zero_takes_no_time(law: str) -> None:
    plan = LawPlan(law=law, mean=0.0, cv2=2.0, alpha=2.0)  # type: ignore[arg-type]
    assert make_sampler(plan, Streams(5), "node", "work").draw() == 0.0


def test_popular_keys_come_first() -> None:
    sums = popularity(1000, 0.8)
    keys = Keys(Streams(1).uniforms("users", "keys"), sums, 1000)
    drawn = [int(keys.draw()) for _ in range(100_000)]
    assert drawn.count(0) / 1e5 == pytest.approx(float(sums[0]), rel=0.05)
    assert drawn.count(9) / drawn.count(0) == pytest.approx(10**-0.8, rel=0.1)
    assert 0 <= min(drawn) <= max(drawn) < 1000


def test_hot_keys_get_their_share() -> None:
    keys = Keys(Streams(1).uniforms("users", "keys"), hot_popularity(1000, 20, 0.7), 1000)
    drawn = [int(keys.draw()) for _ in range(100_000)]
    hot = [key for key in drawn if key < 20]
    assert len(hot) / 1e5 == pytest.approx(0.7, abs=0.006)
    assert min(map(hot.count, range(20))) == pytest.approx(3500, abs=240)
    assert max(map(hot.count, range(20))) == pytest.approx(3500, abs=240)
    cold = [key for key in drawn if key >= 20]
    assert (min(cold), max(cold)) == (20, 999)
    assert len(set(cold)) == 980


def test_uniform_keys() -> None:
    keys = Keys(Streams(1).uniforms("users", "keys"), None, 10)
    drawn = [int(keys.draw()) for _ in range(10_000)]
    assert sorted(set(drawn)) == list(range(10))


def test_batches_start_small() -> None:
    sizes: list[int] = []

    def source(size: int) -> object:
        sizes.append(size)
        return generator(1, "a", "b").random(size)

    batch = Draws(source, Room())
    for _ in range(64 + 128 + 1):
        batch.draw()
    assert sizes == [64, 128, 256]


def test_many_streams_draw_few_numbers_at_once_and_the_same_ones() -> None:
    sizes: list[int] = []
    source = Source(1, "a", "b", "random", 0.0)

    def noted(size: int) -> object:
        sizes.append(size)
        return source(size)

    room = Room()
    for _ in range(999):
        room.join()
    batch = Draws(noted, room)
    drawn = [batch.draw() for _ in range(2000)]
    assert max(sizes) == ROOM // 1000
    assert drawn == generator(1, "a", "b").random(2000).tolist()
