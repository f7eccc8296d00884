"""The past of a run: any moment can be shown again, and it never takes more than it may."""

from __future__ import annotations

from engine.sim.snapshot import Crossing, InstanceGauge, NodeGauge, NodeSample, Sample, Snapshot
from widgets.instruments import Past


def snapshot(time: float, step: float = 1.0, busy: int = 0) -> Snapshot:
    """A second of a run in which ten requests a second more come each second."""
    node = NodeSample(arrivals=round(10 * time), completed=round(10 * time))
    return Snapshot(
        time=time,
        wall=time / 100.0,
        requests=round(time),
        samples=(Sample(time - step, time, {"web": node}, {}),),
        gauges={"web": NodeGauge(instances=(InstanceGauge(busy=busy),))},
        crossings=(Crossing("a", time, 0.1, "request"),),
    )


def past(seconds: int, **limits: int) -> Past:
    made = Past(**limits)
    for second in range(1, seconds + 1):
        made.add(snapshot(float(second), busy=second), {"web": second})
    return made


def test_a_moment_is_shown_by_what_was_measured_shortly_before() -> None:
    moment = past(60).at(30.2)
    assert moment.at == 30.2
    assert [each.samples[0].end for each in moment.snapshots] == [27.0, 28.0, 29.0, 30.0, 31.0]
    assert moment.latest.time == 30.2
    assert moment.latest.gauges["web"].instances[0].busy == 30, "the nearest look at how it stood"
    assert moment.memory == {"web": 27}


def test_what_moves_is_not_kept() -> None:
    assert past(10).at(5.0).latest.crossings == ()


def test_moments_outside_are_the_first_and_the_last() -> None:
    made = past(10)
    assert made.at(-3.0).at == 0.0
    assert made.at(99.0).at == 10.0
    assert Past().at(1.0) is None


def test_quick_looks_are_put_together_and_long_ones_told_apart() -> None:
    made = Past()
    for quarter in range(1, 41):
        made.add(snapshot(quarter / 4.0, step=0.25))
    assert len(made) == 10
    long = tuple(snapshot(float(second)).samples[0] for second in range(11, 23))
    made.add(Snapshot(time=22.0, wall=0.0, requests=0, samples=long))
    ends = [each.samples[0].end for each in made.at(15.5).snapshots]
    assert ends == [12.0, 13.0, 14.0, 15.0, 16.0], "a piece of twelve seconds is not one number"


def test_it_is_bounded_and_the_newest_part_stays_whole() -> None:
    made = past(1000, most_pieces=100)
    assert len(made) <= 100
    for second in range(980, 1000):
        assert made.at(second + 0.0).latest.samples[0].end == second
    for second in range(5, 1000, 20):
        found = made.at(float(second))
        assert abs(found.latest.samples[0].end - second) <= 40.0
    small = past(500, most_bytes=20_000)
    assert small.size <= 20_000
    assert small.end == 500.0


def test_going_back_forgets_what_came_later() -> None:
    made = past(60)
    made.forget_after(30.0)
    assert made.end == 30.0
    made.add(snapshot(31.0, busy=99))
    assert made.at(31.0).latest.gauges["web"].instances[0].busy == 99
    assert made.size > 0


def test_another_run_does_not_mix_with_the_last() -> None:
    made = past(60)
    made.add(snapshot(1.0, busy=7))
    assert made.end == 1.0
