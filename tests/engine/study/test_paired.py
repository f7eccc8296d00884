"""Paired numbers: against Student's formula by hand, and what they say."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.stats.intervals import mean_interval
from engine.study import Compare, Variant
from engine.study.paired import Paired, paired_of, with_failures
from engine.study.senses import more_is_better
from engine.study.short_runs import too_few
from tests.engine.study.helpers import conclude
from tests.helpers.builders import client, design, exponential, link, node

T4: float = 2.776445105
"""Student's t of 4 degrees at 97.5 %, from a table."""


def shop(workers: int) -> Any:
    web = node("web", "service", workers=workers, service_time=exponential(0.1), queue_limit=20)
    return design([client("users", 30.0), web], [link("users", "web")], duration=120, warmup=20, seed=3)  # fmt: skip


def paired(**fields: Any) -> Paired:
    known = {"metric": "users.latency.p99", "unit": "s", "a": 0.1, "b": 0.09, "mean": -0.0123}
    return Paired(**(known | {"low": -0.0134, "high": -0.0112, "pairs": 20} | fields))


def test_the_interval_is_that_of_the_differences() -> None:
    report = conclude(Compare(Variant.of(shop(4)), Variant.of(shop(6)), seeds=5))
    rows = report.table("replications").records()
    found = paired_of(report)
    assert found[0].metric == "users.latency.p99"
    for each in found:
        apart = [float(row[f"b {each.metric}"] or 0.0) - float(row[f"a {each.metric}"] or 0.0) for row in rows]  # fmt: skip
        mean = math.fsum(apart) / 5
        spread = math.sqrt(math.fsum((x - mean) ** 2 for x in apart) / 4)
        assert each.mean == pytest.approx(mean)
        whole = mean_interval(apart)
        assert (each.low, each.high) == pytest.approx((whole.low, whole.high))
        assert each.half >= T4 * spread / math.sqrt(5) * (1.0 - 1e-6)  # type: ignore[operator]
        assert each.pairs == 5
        assert each.mean == pytest.approx((each.b or 0.0) - (each.a or 0.0))
    assert found[0].verdict == "better"
    assert found[0].difference_text.startswith("−")


def test_short_runs_are_not_trusted_with_a_percentile_and_long_ones_are() -> None:
    """A queue at .75 remembers for 84 requests there and back, so 2.5 independent ones beyond p99 take 21 000."""

    def queue(duration: float, workers: int) -> Any:
        web = node("web", "service", workers=workers, service_time=exponential(0.01))
        nodes = [client("users", 75.0), web]
        return design(nodes, [link("users", "web")], duration=duration, warmup=10, seed=3)

    def doubts(duration: float) -> dict[str, bool]:
        sides = (Variant.of(queue(duration, workers)) for workers in (1, 2))
        report = conclude(Compare(*sides, seeds=2))
        assert any("runs are too short" in each for each in report.sentences) == (duration < 250.0)
        assert sum("two runs" in each for each in report.sentences) == 1
        return {
            each.metric.partition(".")[2]: "too short" in each.doubt for each in paired_of(report)
        }

    names = ("latency.mean", "latency.p50", "latency.p95", "latency.p99")
    short, long = doubts(120.0), doubts(400.0)
    assert [short[name] for name in names] == [False, False, False, True]
    assert not any(long.values())


def test_two_pairs_of_times_are_told_to_be_too_few() -> None:
    assert "run at least 3" in too_few("users.latency.p99", 2)
    assert too_few("users.latency.p99", 3) == too_few("users.goodput", 2) == ""
    told = paired(pairs=2, doubt=too_few("users.latency.p99", 2)).verdict_text
    assert told == "B is better; too few pairs to be sure"


def test_pairs_tell_more_than_the_two_apart() -> None:
    """The reason for common random numbers: the interval of the difference is narrower than both make it look."""
    report = conclude(Compare(Variant.of(shop(4)), Variant.of(shop(5)), seeds=8))
    goodput = next(each for each in paired_of(report) if each.metric == "users.goodput")
    rows = report.table("replications").records()
    spreads = []
    for side in ("a", "b"):
        values = [float(row[f"{side} users.goodput"] or 0.0) for row in rows]
        mean = math.fsum(values) / 8
        spreads.append(math.fsum((x - mean) ** 2 for x in values) / 7)
    apart = 2.364624 * math.sqrt((spreads[0] + spreads[1]) / 8)
    assert goodput.half is not None
    assert goodput.half < 0.5 * apart


def test_where_requests_fail_latency_is_that_of_all() -> None:
    """One that refuses nearly everything answers the rest fast, and is no better for that."""
    study = with_failures(Compare(Variant.of(shop(1)), Variant.of(shop(6)), seeds=2))
    assert study.metrics[:2] == ("users.latency.p99", "users.latency_all.p99")
    found = {each.metric for each in paired_of(conclude(study))}
    assert "users.latency_all.p99" in found
    assert "users.latency.p99" not in found
    well = with_failures(Compare(Variant.of(shop(6)), Variant.of(shop(8)), seeds=2))
    found = {each.metric for each in paired_of(conclude(well))}
    assert "users.latency.p99" in found
    assert not any("latency_all" in each for each in found)


def test_a_comparison_that_names_nothing_speaks_of_all_requests_where_they_fail() -> None:
    """One that refuses nearly everything would win by what answers alone say."""
    report = conclude(Compare(Variant.of(shop(1)), Variant.of(shop(6)), seeds=2))
    rows = [str(row["metric"]) for row in report.table("metrics").records()]
    assert rows[0] == "users.latency_all.p99"
    assert rows.index("users.latency.p99") > rows.index("users.goodput")  # kept, behind the others
    assert not any("users.latency.p99" in each for each in report.sentences)
    assert report.sentences[-1].startswith("Requests of users fail (A 6")
    assert "B 0 %" in report.sentences[-1]
    shown = [each.metric for each in paired_of(report)]
    assert "users.latency_all.p99" in shown
    assert "users.latency.p99" not in shown
    well = conclude(Compare(Variant.of(shop(6)), Variant.of(shop(8)), seeds=2))
    assert not any("_all" in str(row["metric"]) for row in well.table("metrics").records())
    named = conclude(Compare(Variant.of(shop(1)), Variant.of(shop(6)), seeds=2, metrics=("p99",)))
    assert [row["metric"] for row in named.table("metrics").records()] == ["users.latency.p99"]
    assert named.sentences[-1].endswith("users.latency_all.p99 counts it.")


def test_what_they_say() -> None:
    assert paired().difference_text == "−12.3 ±1.1 ms"
    assert paired().verdict == "better"
    assert paired(metric="users.goodput", unit="rps").verdict == "worse"
    assert paired(mean=0.0123, low=0.0112, high=0.0134).difference_text == "+12.3 ±1.1 ms"
    assert paired(mean=0.0123, low=0.0112, high=0.0134).verdict_text == "B is worse"
    assert paired(mean=-0.001, low=-0.004, high=0.002).verdict_text == "no difference can be told"
    same = paired(mean=0.0, low=0.0, high=0.0)
    assert (same.difference_text, same.verdict) == ("0", "same")
    once = paired(low=None, high=None, pairs=1)
    assert (once.difference_text, once.verdict) == ("−12.3 ±? ms", "")
    assert once.verdict_text == "one pair tells nothing of chance"
    never = paired(a=None, mean=None, low=None, high=None, pairs=0)
    assert (never.difference_text, never.verdict_text) == ("–", "not measured in both")
    assert never.value_text(never.a) == "–"


def test_more_is_better_of_what_succeeds() -> None:
    assert more_is_better("users.goodput")
    assert more_is_better("cache.extra.hit_ratio")
    assert not more_is_better("users.latency.p99")
    assert not more_is_better("cost_per_hour")
