"""The versions of keys against a list of all acknowledgements."""

from __future__ import annotations

import random

from engine.sim.lane.stores.versions import UNKNOWN, Origins


def test_newest_at_any_time_against_a_list_of_acknowledgements() -> None:
    draws = random.Random(7)
    origins = Origins()
    table, other = origins.of("db"), origins.of("other")
    done: list[tuple[float, int, int]] = []
    waiting: list[tuple[int, int]] = []
    now = 0.0
    for _ in range(3000):
        now += draws.choice((0.0, 0.001, 0.002))
        key = draws.randrange(40)
        other.write(key, now)
        waiting.append((key, table.issue()))
        if len(waiting) > 3:
            key, version = waiting.pop(draws.randrange(len(waiting)))
            table.acknowledge(key, version, now)
            done.append((now, key, version))
        began = now - draws.choice((0.0, 0.001, 0.01))
        known = [version for at, each, version in done if each == key and at < began]
        assert table.newest_at(key, began) == max(known, default=1)
        everything = [version for _, each, version in done if each == key]
        assert table.newest(key) == max(everything, default=1)


def test_who_looks_back_too_far_is_given_the_benefit_of_the_doubt() -> None:
    origins = Origins()
    table = origins.of("db")
    for write in range(1000):
        table.write(0, float(write))
    assert table.newest_at(0, 0.5) >= 1
    assert not origins.is_stale(UNKNOWN, 0, 1000.0, [table])


def test_what_nobody_tells_the_origin_of_is_judged_by_all_that_count() -> None:
    origins = Origins()
    counts, other = origins.of("counts"), origins.of("other")
    version = origins.as_of_now()
    other.write(0, 1.0)
    assert not origins.is_stale(version, 0, 2.0, [counts])
    counts.write(0, 1.0)
    assert origins.is_stale(version, 0, 2.0, [counts])
    assert not origins.is_stale(version, 0, 1.0, [counts]), (
        "it began when that was not acknowledged yet"
    )
