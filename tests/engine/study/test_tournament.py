"""Compare of many: the front equals brute force, and pairs know more than single runs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine.study import StudyError, Tournament, Variant
from engine.study.tournament import beaten_by
from tests.engine.study.helpers import conclude
from tests.helpers.builders import client, design, exponential, link, node

MORE, LESS = -1, 1


def web(instances: int, rate: float = 250.0, price: float | None = 1.0, **more: float) -> Variant:
    """A service with some instances of 100 rps, for money or without."""
    prices = {} if price is None else {"prices": {"instance_hour": price, "gigabyte": 0.0}}
    made = design(
        [
            client("users", rate),
            node("web", "service", instances=instances, workers=1, service_time=exponential(0.01)),
        ],
        [link("users", "web")],
        title=f"Web {instances}",
        **({"duration": 40.0, "warmup": 10.0} | prices | more),
    )
    return Variant.of(made)


def test_the_front_is_that_of_brute_force() -> None:
    """Over random numbers, ties among them: nobody on the front is beaten, everybody else is."""
    dice = np.random.default_rng(7)
    for _ in range(200):
        rows = [tuple(float(x) for x in dice.integers(0, 4, 3)) for _ in range(8)]
        senses = tuple(int(x) for x in dice.choice([LESS, MORE], 3))
        beaten = beaten_by(rows, senses)
        for mine, better in zip(rows, beaten, strict=True):
            signed = [s * x for s, x in zip(senses, mine, strict=True)]
            others = [[s * x for s, x in zip(senses, row, strict=True)] for row in rows]
            expected = [
                place
                for place, other in enumerate(others)
                if other != signed and all(a <= b for a, b in zip(other, signed, strict=True))
            ]
            assert better == expected


def test_who_lacks_a_number_neither_beats_nor_is_beaten() -> None:
    """Nothing is known of it."""
    assert beaten_by([(1.0, None), (2.0, 1.0), (3.0, 2.0)], (LESS, LESS)) == [[], [], [1]]


def test_more_instances_are_faster_and_dearer_until_they_are_only_dearer() -> None:
    """Three, four and five are all worth their money; the same five for twice as much is not."""
    study = Tournament(
        (web(3), web(4), web(5), web(5, price=2.0)),
        seeds=3,
        metrics=("p99", "cost_per_hour"),
    )
    report = conclude(study)
    rows = report.table("designs").records()
    assert [row["pareto"] for row in rows] == [True, True, True, False]
    assert rows[3]["beaten"] == "C"
    assert [row["cost_per_hour"] for row in rows] == [3.0, 4.0, 5.0, 10.0]
    p99 = [row["p99"] for row in rows]
    assert p99[0] > p99[1] > p99[2] == p99[3]
    assert report.sentences[0].startswith("3 of 4 designs are on the Pareto front")


def test_pairs_know_more_than_single_runs() -> None:
    """Under common random numbers the interval of a difference is narrower than those of its sides."""
    report = conclude(Tournament((web(4), web(5)), seeds=12, metrics=("p99", "goodput")))
    difference = report.table("differences").records()[0]
    rows = report.table("designs").records()
    wide = sum((row["p99_high"] - row["p99_low"]) ** 2 for row in rows) ** 0.5
    assert difference["high"] - difference["low"] < wide


def test_where_one_fails_all_are_compared_by_all_requests() -> None:
    """Who answers one in three at once would be on the front by answers alone."""

    def hasty(instances: int) -> Variant:
        made = design(
            [
                client("users", 250.0),
                node(
                    "web",
                    "service",
                    instances=instances,
                    workers=1,
                    queue_limit=0,
                    service_time=exponential(0.01),
                ),
            ],
            [link("users", "web", timeout=0.5)],
            title=f"Hasty {instances}",
            duration=40.0,
            warmup=10.0,
        )
        return Variant.of(made)

    report = conclude(Tournament((hasty(1), hasty(12)), seeds=2))
    rows = report.table("designs").records()
    assert "latency_all.p99" in rows[0]
    assert "p99" not in rows[0]
    assert report.sentences[-1].startswith("Requests fail (A ")
    well = conclude(Tournament((web(5, price=None), web(6, price=None)), seeds=2))
    assert "p99" in well.table("designs").records()[0]
    named = conclude(Tournament((hasty(1), hasty(12)), seeds=2, metrics=("p99", "goodput")))
    assert "p99" in named.table("designs").records()[0]
    assert named.sentences[-1].endswith("latency_all.p99 counts it.")


def test_without_prices_money_is_not_compared() -> None:
    """By default it is where everybody has prices."""
    free = web(3, price=None)
    assert "cost_per_hour" in Tournament((web(3), web(4))).metrics
    assert "cost_per_hour" not in Tournament((free, web(4))).metrics
    with pytest.raises(StudyError, match="prices"):
        Tournament((free, web(4)), metrics=("cost_per_hour",))


def test_what_cannot_be_compared_is_refused() -> None:
    """The same design twice, one alone, other times."""
    with pytest.raises(StudyError, match="the same"):
        Tournament((web(3), web(3)))
    with pytest.raises(StudyError, match="compare from 2"):
        Tournament((web(3),))
    with pytest.raises(StudyError, match="duration, 40 s, 50 s"):
        Tournament((web(3), web(4, duration=50.0)))
    many = [web(3, rate) for rate in itertools.islice(itertools.count(100.0), 27)]
    with pytest.raises(StudyError, match="27 designs"):
        Tournament(tuple(many))
