"""O21 for the evictions that look at use: against simulations of a trace that are too simple to be wrong."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from typing import Any

import numpy as np
import pytest

from engine.plan.hits import hit_ratio
from engine.plan.primitives import KeyPlan, StorePlan
from engine.plan.primitives.store import Eviction
from engine.sim.lane.draws import Streams
from engine.sim.stores import make_store
from tests.helpers.plans import store

KEYS = KeyPlan(count=10_000, alpha=0.8)
ROOM = 1000
REQUESTS, COLD = 300_000, 60_000
SHORT, SHORT_COLD = 60_000, 15_000
"""For small stores, which settle soon."""


def asked_for(keys: KeyPlan, requests: int, seed: int = 5) -> list[int]:
    """Keys asked for, one after the other."""
    weights = np.arange(1, keys.count + 1) ** -keys.alpha
    draws = np.random.default_rng(seed).random(requests)
    found = np.searchsorted(np.cumsum(weights) / weights.sum(), draws)
    return [int(key) for key in np.minimum(found, keys.count - 1)]


def hits_of(plan: StorePlan, trace: list[int], cold: int) -> float:
    """Share of the keys that the engine's own store finds, once it is warm."""
    made = make_store("store", plan, Streams(1))
    found = 0
    for place, key in enumerate(trace):
        if made.find(key, float(place)) >= 0:
            found += place >= cold
        else:
            made.put(key, float(place), float("inf"), 1, 0)
    return found / (len(trace) - cold)


def sampled_alone(trace: list[int], room: int, samples: int, cold: int) -> float:
    """The least recently used of some entries goes."""
    rng = np.random.default_rng(9)
    entries: list[int] = []
    used: dict[int, int] = {}
    found = 0
    for place, key in enumerate(trace):
        if key in used:
            found += place >= cold
        elif len(entries) < room:
            entries.append(key)
        else:
            drawn = [int(each) for each in rng.integers(room, size=samples)]
            gone = min(drawn, key=lambda each: used[entries[each]])
            del used[entries[gone]]
            entries[gone] = key
        used[key] = place
    return found / (len(trace) - cold)


def s3_fifo_alone(trace: list[int], room: int, cold: int) -> float:
    """As the paper's algorithm 1 says it, with lists."""
    small: deque[int] = deque()
    main: deque[int] = deque()
    ghosts: OrderedDict[int, None] = OrderedDict()
    uses: dict[int, int] = {}
    found = 0
    for place, key in enumerate(trace):
        if key in uses:
            uses[key] = min(3, uses[key] + 1)
            found += place >= cold
            continue
        returns = key in ghosts
        ghosts.pop(key, None)
        while len(uses) >= room:
            if small and (len(small) >= room // 10 or not main):
                first = small.popleft()
                if uses[first] > 1:
                    uses[first] = 0
                    main.append(first)
                    continue
                del uses[first]
                ghosts[first] = None
                if len(ghosts) > room * 9 // 10:
                    ghosts.popitem(last=False)
            else:
                first = main.popleft()
                if uses[first] > 0:
                    uses[first] -= 1
                    main.append(first)
                    continue
                del uses[first]
        (main if returns else small).append(key)
        uses[key] = 0
    return found / (len(trace) - cold)


def tiny_lfu_alone(trace: list[int], room: int, cold: int) -> float:
    """A window, a segmented LRU, and exact counts in place of a sketch, halved as often."""
    window: OrderedDict[int, None] = OrderedDict()
    probation: OrderedDict[int, None] = OrderedDict()
    protected: OrderedDict[int, None] = OrderedDict()
    wide = room - room * 99 // 100
    safe = (room - wide) * 8 // 10
    counts: Counter[int] = Counter()
    counted, found = 0, 0
    for place, key in enumerate(trace):
        if counts[key] < 15:
            counts[key] += 1
            counted += 1
        if counted >= 10 * room:
            odd = sum(each & 1 for each in counts.values())
            counts = Counter({each: uses // 2 for each, uses in counts.items() if uses > 1})
            counted = (counted - odd) // 2
        if key in window:
            window.move_to_end(key)
        elif key in protected:
            protected.move_to_end(key)
        elif key in probation:
            del probation[key]
            protected[key] = None
            if len(protected) > safe:
                probation[protected.popitem(last=False)[0]] = None
        else:
            window[key] = None
            if len(window) > wide:
                candidate = window.popitem(last=False)[0]
                probation[candidate] = None
                if len(window) + len(probation) + len(protected) > room:
                    victim = next(iter(probation))
                    del probation[victim if counts[candidate] > counts[victim] else candidate]
            continue
        found += place >= cold
    return found / (len(trace) - cold)


def kept_for_good_alone(trace: list[int], room: int, cold: int) -> float:
    """The first so many keys stay."""
    held: set[int] = set()
    found = 0
    for place, key in enumerate(trace):
        if key in held:
            found += place >= cold
        elif len(held) < room:
            held.add(key)
    return found / (len(trace) - cold)


@pytest.mark.oracle(21)
@pytest.mark.parametrize(("samples", "printed"), [(5, 0.4311), (10, 0.4349)])
def test_o21_sampled_lru(samples: int, printed: float) -> None:
    plan = store(ROOM, eviction="sampled_lru", samples=samples)
    found = hits_of(plan, asked_for(KEYS, REQUESTS), COLD)
    assert found == pytest.approx(printed, rel=0.01)
    assert hit_ratio(plan, [(1000.0, KEYS, 1.0)]) == pytest.approx(printed, rel=0.005)


@pytest.mark.parametrize("samples", [1, 2, 5, 10, 64])
def test_sampled_lru_is_what_theory_says_of_it(samples: int) -> None:
    """From random eviction with one sample to LRU with many, which the theory is not told."""
    keys = KeyPlan(count=1000, alpha=0.9)
    trace = asked_for(keys, SHORT)
    plan = store(100, eviction="sampled_lru", samples=samples)
    predicted = hit_ratio(plan, [(50.0, keys, 1.0)])
    assert sampled_alone(trace, 100, samples, SHORT_COLD) == pytest.approx(predicted, abs=0.01)
    assert hits_of(plan, trace, SHORT_COLD) == pytest.approx(predicted, abs=0.01)
    ends: dict[int, Eviction] = {1: "random", 64: "lru"}
    if samples in ends:
        other = hit_ratio(store(100, eviction=ends[samples]), [(50.0, keys, 1.0)])
        assert predicted == pytest.approx(other, rel=0.003)


@pytest.mark.parametrize(("count", "alpha", "room"), [(1000, 0.9, 100), (1000, 0.6, 300)])
@pytest.mark.parametrize(
    ("eviction", "alone"),
    [("s3_fifo", s3_fifo_alone), ("w_tinylfu", tiny_lfu_alone), ("none", kept_for_good_alone)],
)
def test_each_hits_as_its_own_simulation_does(
    count: int, alpha: float, room: int, eviction: Any, alone: Any
) -> None:
    trace = asked_for(KeyPlan(count=count, alpha=alpha), SHORT)
    found = hits_of(store(room, eviction=eviction), trace, SHORT_COLD)
    assert found == pytest.approx(alone(trace, room, SHORT_COLD), rel=0.01)


def test_those_that_look_at_use_are_between_lru_and_perfect_lfu() -> None:
    """O21: LRU 47.55 % and LFU 61.07 % of 100 of 1000 keys."""
    trace = asked_for(KeyPlan(count=1000, alpha=0.9), SHORT)
    for eviction in ("s3_fifo", "w_tinylfu"):
        assert 0.52 < hits_of(store(100, eviction=eviction), trace, SHORT_COLD) < 0.6107


def test_a_scan_does_not_empty_what_looks_at_use() -> None:
    """Every second request asks for a key that never comes again: LRU loses most of its room to those."""
    keys = KeyPlan(count=1000, alpha=0.9)
    mixed = [
        each
        for place, key in enumerate(asked_for(keys, SHORT // 2))
        for each in (key, 10_000 + place)
    ]
    lost = {
        eviction: 2.0 * hits_of(store(100, eviction=eviction), mixed, SHORT_COLD)
        for eviction in ("lru", "w_tinylfu", "s3_fifo")
    }
    assert lost["lru"] < 0.36
    assert min(lost["w_tinylfu"], lost["s3_fifo"]) > 0.5


def test_what_is_never_evicted_hits_as_lru_does_by_theory() -> None:
    """The first so many different keys are as likely to be the same as the last so many."""
    keys = KeyPlan(count=1000, alpha=0.9)
    first = np.mean(
        [kept_for_good_alone(asked_for(keys, 20_000, seed), 100, 10_000) for seed in range(20)]
    )
    predicted = hit_ratio(store(100, eviction="none"), [(50.0, keys, 1.0)])
    assert predicted == pytest.approx(0.4755, rel=0.005)
    assert first == pytest.approx(predicted, rel=0.02)
    warm = hit_ratio(store(100, eviction="none", prewarm=True), [(50.0, keys, 1.0)])
    assert warm == pytest.approx(0.6107, rel=0.005)
