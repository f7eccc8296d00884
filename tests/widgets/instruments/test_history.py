"""What is recorded of a run comes back as rates, means and percentiles."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.model.design import Design
from engine.sim.snapshot import LinkSample, NodeSample, Percentiles, Sample
from widgets.instruments.history import History
from widgets.instruments.metrics import Charted, charted, charted_as


def node(arrivals: int = 10, **more: object) -> NodeSample:
    return NodeSample(arrivals=arrivals, completed=arrivals, **more)  # type: ignore[arg-type]


def sample(start: float, end: float, nodes: dict[str, NodeSample], **links: LinkSample) -> Sample:
    return Sample(start, end, nodes, links)


LINKED = Design.model_validate(
    {"nodes": [{"id": "a", "kind": "x"}], "links": [{"id": "l", "source": "a", "target": "a"}]}
)


def metric_of(name: str, *, link: bool) -> Charted:
    return charted_as(name, charted("l" if link else "a", LINKED, {}))


def values(history: History, item: str, name: str, *, link: bool = False) -> list[float]:
    metric = metric_of(name, link=link)
    _, (series,) = history.series(item, [metric], 0.0, 1e9, 10**6)
    return [float(value) for value in series]


def test_rates_divide_by_the_length_of_the_interval() -> None:
    history = History()
    history.add([sample(0.0, 0.5, {"web": node(10)}), sample(0.5, 2.5, {"web": node(10)})])
    assert values(history, "web", "rate") == [20.0, 5.0]


def test_gauges_are_means_over_time() -> None:
    history = History(base=1.0)
    history.add(
        [
            sample(0.0, 0.25, {"web": node(utilization=1.0, queue=8.0)}),
            sample(0.25, 1.0, {"web": node(utilization=0.0, queue=0.0)}),
        ]
    )
    assert values(history, "web", "utilization") == pytest.approx([0.25])
    assert values(history, "web", "queue") == pytest.approx([2.0])


def test_percentiles_are_weighted_by_count_and_empty_intervals_are_gaps() -> None:
    slow, fast = Percentiles(1, 4.0, 4.0, 4.0, 4.0), Percentiles(3, 1.0, 1.0, 1.0, 1.0)
    history = History(base=1.0)
    history.add(
        [
            sample(0.0, 0.5, {"web": node(latency=slow)}),
            sample(0.5, 1.0, {"web": node(latency=fast)}),
            sample(1.0, 2.0, {"web": node(latency=Percentiles())}),
        ]
    )
    p99 = values(history, "web", "p99")
    assert p99[0] == pytest.approx(1.75)
    assert math.isnan(p99[1])


def test_links_have_their_own_numbers() -> None:
    history = History()
    link = LinkSample(attempts=6, retries=2, succeeded=3, failed={"timeout": 3})
    history.add([sample(0.0, 1.0, {}, wire=link)])
    assert values(history, "wire", "rate", link=True) == [6.0]
    assert values(history, "wire", "retries", link=True) == [2.0]
    assert values(history, "wire", "failure_ratio", link=True) == [0.5]


def test_reasons_and_extras_appear_when_they_occur() -> None:
    history = History()
    history.add([sample(0.0, 1.0, {"web": node(failed={"timeout": 0})})])
    assert history.reasons(["web"]) == []
    history.add([sample(1.0, 2.0, {"web": node(failed={"shed": 4}, extra={"hit_ratio": 0.5})})])
    assert history.reasons(["web"]) == ["shed"]
    assert history.extras("web") == ["hit_ratio"]
    ratios = values(history, "web", "extra.hit_ratio")
    assert math.isnan(ratios[0])
    assert ratios[1] == 0.5


def test_an_extra_that_is_no_number_is_a_gap() -> None:
    history = History()
    history.add([sample(0.0, 1.0, {"web": node(extra={"hit_ratio": math.nan})})])
    assert history.extras("web") == []


def test_nodes_may_come_and_go_while_it_runs() -> None:
    history = History()
    history.add([sample(0.0, 1.0, {"a": node(1)}), sample(1.0, 2.0, {"a": node(2), "b": node(3)})])
    history.add([sample(2.0, 3.0, {"b": node(4)})])
    a, b = values(history, "a", "rate"), values(history, "b", "rate")
    assert a[:2] == [1.0, 2.0]
    assert math.isnan(a[2]), "a node that is gone has no rate, not a rate of zero"
    assert math.isnan(b[0])
    assert b[1:] == [3.0, 4.0]


def test_samples_of_the_past_are_refused() -> None:
    history = History()
    history.add([sample(0.0, 1.0, {"a": node(5)}), sample(0.0, 1.0, {"a": node(5)})])
    assert values(history, "a", "rate") == [5.0]


def test_an_unknown_item_has_no_values_but_the_same_instants() -> None:
    history = History()
    history.add([sample(0.0, 1.0, {"a": node(5)})])
    window, (series,) = history.series("nobody", [metric_of("rate", link=False)], 0.0, 9.0, 99)
    assert len(window) == 1
    assert np.isnan(series).all()


def test_an_unknown_metric_is_an_error() -> None:
    with pytest.raises(KeyError):
        metric_of("beauty", link=False)
    with pytest.raises(KeyError):
        metric_of("utilization", link=True)
