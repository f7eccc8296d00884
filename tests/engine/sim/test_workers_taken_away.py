"""Instances whose workers are taken away while they work: never busier than the workers that they have."""

from __future__ import annotations

import pytest

from engine.model.edits import SetField
from engine.run.session import Session
from tests.helpers.builders import client, constant, design, link, node


@pytest.mark.parametrize("discipline", ["fifo", "lifo", "priority", "ps"])
def test_who_finishes_work_after_its_worker_was_taken_away_counts_as_a_worker(
    discipline: str,
) -> None:
    web = node("web", "service", workers=4, service_time=constant(1.0), discipline=discipline)
    made = design([client("users", 100.0), web], [link("users", "web")], duration=20, warmup=0)
    session = Session(made)
    session.advance(10.3)
    session.apply(SetField("web", ("config", "workers"), 1))
    for time in (10.5, 11.0, 20.0):
        session.advance(time)
        found = session.result()["nodes"]["web"]
        (instance,) = found["instances"]
        assert instance["utilization"] == pytest.approx(found["utilization"])
        assert instance["utilization"] <= 1.0
