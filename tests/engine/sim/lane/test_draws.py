"""Random streams: one an owner and purpose, the same everywhere; laws with the right moments."""

from __future__ import annotations

import math
import statistics

import pytest

from engine.plan.primitives import LawPlan
from engine.sim.lane.draws import Batch, Streams, generator
from engine.sim.lane.keys import Keys, popularity
from engine.sim.laws import make_law


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
    law = make_law(plan, Streams(5), "node", "work")
    values = [law.draw() for _ in range(100_000)]
    mean = statistics.fmean(values)
    assert mean == pytest.approx(plan.mean, rel=0.03)
    assert statistics.pvariance(values) / mean**2 == pytest.approx(cv2, rel=0.15, abs=1e-9)
    assert min(values) >= 0.0


@pytest.mark.parametrize(
    "law", ["exponential", "lognormal", "gamma", "hyperexponential", "pareto", "constant"]
)
def test_a_mean_of_zero_takes_no_time(law: str) -> None:
    plan = LawPlan(law=law, mean=0.0, cv2=2.0, alpha=2.0)  # type: ignore[arg-type]
    assert make_law(plan, Streams(5), "node", "work").draw() == 0.0


def test_popular_keys_come_first() -> None:
    sums = popularity(1000, 0.8)
    keys = Keys(Streams(1).uniforms("users", "keys"), sums, 1000)
    drawn = [int(keys.draw()) for _ in range(100_000)]
    assert drawn.count(0) / 1e5 == pytest.approx(float(sums[0]), rel=0.05)
    assert drawn.count(9) / drawn.count(0) == pytest.approx(10**-0.8, rel=0.1)
    assert 0 <= min(drawn) <= max(drawn) < 1000


def test_uniform_keys() -> None:
    keys = Keys(Streams(1).uniforms("users", "keys"), None, 10)
    drawn = [int(keys.draw()) for _ in range(10_000)]
    assert sorted(set(drawn)) == list(range(10))


def test_batches_start_small() -> None:
    sizes: list[int] = []

    def source(size: int) -> object:
        sizes.append(size)
        return generator(1, "a", "b").random(size)

    batch = Batch(source)
    for _ in range(64 + 128 + 1):
        batch.draw()
    assert sizes == [64, 128, 256]
