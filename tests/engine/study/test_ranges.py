"""Ranges: what people write, and what makes no sense."""

from __future__ import annotations

import pytest

from engine.study import StudyError
from engine.study.ranges import axis_of, bounds_of, parameter_of
from tests.engine.study.helpers import shop


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("web.instances=1:4", "1 2 3 4"),
        ("web.instances=4:1:-1", "4 3 2 1"),
        ("web.instances=1:8:3", "1 4 7"),
        ("web.instances=2,4,8", "2 4 8"),
        ("web.instances=2, 4, 2", "2 4"),
        ("web.instances=5:5", "5"),
        ("web.config.instances=1:2", "1 2"),
        ("users.arrivals.rate=100:500:100", "100 200 300 400 500"),
        ("users.arrivals.rate=1k:2k:0.5k", "1000 1500 2000"),
        ("load=0.1:0.5:0.1", "0.1 0.2 0.3 0.4 0.5"),
        ("load=0.5,1,2k", "0.5 1 2000"),
        ("web.service_time.mean=5ms:15ms:5ms", "0.005 0.01 0.015"),
        ("web.service_time=5ms:15ms:5ms", "0.005 0.01 0.015"),
        ("web.workers=1:100:x10", "1 10 100"),
        ("web.workers=64:1:x0.25", "64 16 4 1"),
        ("load=1:1000:log4", "1 10 100 1000"),
        ("web.workers=1:10:log5", "1 2 3 6 10"),
        ("web.discipline=fifo,lifo", "fifo lifo"),
        ("users.arrivals.rate=[[0, 1], [9, 2]],50", "[[0, 1], [9, 2]] 50"),
        ('web.service_time={"law": "constant", "mean": 0.1}', '{"law": "constant", "mean": 0.1}'),
    ],
)
def test_what_people_write(text: str, values: str) -> None:
    axis = axis_of(shop(), text)
    assert " ".join(axis.values) == values
    assert all(each.partition("=")[0] == axis.parameter.name for each in axis.settings)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("web.instances", "write NAME=VALUES, such as web.instances=1:8"),
        ("web.instances=", "write NAME=VALUES"),
        ("instances=1:8", "write ID.path=VALUE, such as web.workers=8, or load for the load dial"),
        ("wbe.instances=1:8", "did you mean 'web'?"),
        ("web.instanses=1:8", "did you mean 'instances'?"),
        ("web.instances=1:8:0", "a step of 0 leads nowhere"),
        ("web.instances=1:8:-1", "a step of -1 never comes from 1 to 8; change its sign"),
        ("web.instances=8:1", "a step of 1 never comes from 8 to 1"),
        ("web.instances=1:2:3:4", "has too many parts; write START:STOP:STEP"),
        ("web.instances=1:", "'' is no quantity; write it like 12 or 10k"),
        ("web.instances=1:many", "'many' is no quantity"),
        ("web.instances=1,,2", "a value is missing between commas"),
        ("web.service_time.mean=5ms:50ms", "needs a step between numbers that are not whole"),
        ("web.service_time.mean=5:50:5rps", "'5rps' is no quantity; write it like 250 ms or 2 s"),
        ("load=0:8:x2", "needs ends above 0"),
        ("load=1:8:x0.5", "a factor of 0.5 never comes from 1 to 8"),
        ("load=1:8:x1", "a factor of 1 never comes"),
        ("load=1:8:log1", "log1 says not how many values; write log7"),
        ("load=1:8:log", "says not how many values"),
        ("load=1:1000000", "has more than 1000 values"),
        ("load=1:2:log5000", "has more than 1000 values"),
        ("load=much", "'much' is no quantity"),
    ],
)
def test_what_makes_no_sense_is_one_line(text: str, says: str) -> None:
    with pytest.raises(StudyError) as caught:
        axis_of(shop(), text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_parameter_knows_its_unit_and_its_value() -> None:
    rate = parameter_of(shop(), "users.arrivals.rate")
    assert (rate.unit, rate.whole, rate.current) == ("rps", False, 60.0)
    workers = parameter_of(shop(), "web.workers")
    assert (workers.unit, workers.whole, workers.current) == ("", True, 2.0)
    assert parameter_of(shop(), "web.service_time").current == 0.02
    assert parameter_of(shop(), "web.discipline").current is None
    assert parameter_of(shop(), "load").current == 1.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("load=1", "write NAME=LOW:HIGH"),
        ("load=1:2:3", "write NAME=LOW:HIGH"),
        ("load=2:1", "the range is empty; 2 should be below 1"),
        ("load=1:1", "the range is empty"),
    ],
)
def test_bounds_that_bound_nothing(text: str, says: str) -> None:
    with pytest.raises(StudyError, match=says):
        bounds_of(shop(), text)
