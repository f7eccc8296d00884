"""Storms: runs in which little time passes, or none. Whoever calls is heard, and the numbers stay the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count

import pytest

from engine.model.design import Design
from engine.model.edits import SetField
from engine.model.files import loads
from engine.run.protocol import Ack, Pause, Progress, Run, SetSpeed, Started, StartOver
from engine.run.session import Session
from engine.run.transport import WorkerTransport
from tests.engine.cli.test_ending import STORMS
from tests.helpers.builders import client, constant, design, exponential, link, node
from tests.helpers.warm import warm_processes


@pytest.fixture
def transport() -> Iterator[WorkerTransport]:
    with warm_processes():
        made = WorkerTransport()
    yield made
    made.close()


def pauses(transport: WorkerTransport) -> bool:
    """Whether a running process stands still once it is told so, after some reports."""
    told = False
    for seen in count():
        if not transport.wait(60.0):
            return False
        for report in transport.poll():
            if isinstance(report, Started):
                continue
            assert isinstance(report, Progress), report
            transport.send(Ack())
            if told and not report.running:
                return True
            if seen > 5 and not told:
                told = True
                transport.send(Pause())
    return False


@pytest.mark.parametrize("name", STORMS)
def test_the_process_behind_the_window_pauses_in_any_storm(
    transport: WorkerTransport, name: str
) -> None:
    for command in (StartOver(loads(json.dumps(STORMS[name]))), SetSpeed(1.0), Run()):
        transport.send(command)
    assert pauses(transport)
    transport.send(Run())
    transport.close()
    assert not transport.alive


def shop() -> Design:
    nodes = [
        client("users", 200),
        node("web", "service", workers=4, service_time=exponential(0.01)),
        node("db", "sql_database", connections=8),
    ]
    links = [link("users", "web", timeout=0.5), link("web", "db")]
    events = [{"at": 3, "duration": 2, "target": "db", "change": "slow", "factor": 4}]
    return design(nodes, links, duration=10, warmup=1, events=events)


def whole(session: Session) -> object:
    """The hash at the end of the scenario, however often it comes back before."""
    while not session.advance(session.design.scenario.duration):
        pass
    return session.result()["hash"]


def test_coming_back_early_changes_nothing() -> None:
    expected = whole(Session(shop()))
    session = Session(shop())
    looks = count()
    session.heed = lambda: next(looks) % 3 == 0
    assert not session.advance(10.0)
    assert 0.0 < session.now < 10.0
    assert whole(session) == expected


def test_what_was_changed_where_it_came_back_is_replayed_exactly_there() -> None:
    session = Session(shop())
    looks = count()
    session.heed = lambda: next(looks) % 2 == 0
    for workers in (2, 6, 1):
        assert not session.advance(10.0)
        session.apply(SetField("web", ("config", "workers"), workers))
        session.set_load(0.5 + workers / 4.0)
    journal = session.journal()
    assert whole(Session.replay(journal)) == whole(session)


def test_a_storm_can_be_changed_and_replayed_while_no_time_passes() -> None:
    stuck = loads(json.dumps(STORMS["no think time"]))
    session = Session(stuck)
    session.heed = lambda: True
    for _ in range(50):
        session.advance(1.0)
    session.apply(SetField("web", ("config", "service_time"), constant(0.01)))
    moment = session.moment
    replayed = Session.replay(session.journal())
    assert replayed.moment == moment
    assert replayed.design == session.design
