"""The simulating process says why something went wrong, of the run on screen."""

from __future__ import annotations

import pickle

import pytest

from engine.model.edits import SetDesign, SetField
from engine.run.answers import explained
from engine.run.protocol import (
    ApplyEdit,
    Explain,
    Explained,
    FindIncidents,
    FoundIncidents,
    Run,
    SetSpeed,
    StartOver,
)
from engine.run.session import Session
from engine.why.record import Record
from tests.engine.run.test_worker import SHOP, Bench
from tests.helpers.builders import client, design, link, node

SLOW = SHOP.scenario.events[0].model_copy(update={"factor": 100.0})
HURT = SetDesign(
    ("scenario", "events"), [SLOW.model_dump(mode="json", by_alias=True, exclude_unset=True)]
).apply(SHOP).design  # fmt: skip


@pytest.fixture
def bench() -> Bench:
    return Bench()


def answer(bench: Bench, question: Explain) -> Explained:
    bench.tell(question)
    found = [each for each in bench.said if isinstance(each, Explained)]
    assert found
    return found[-1]


def test_what_happens_is_the_first_cause(bench: Bench) -> None:
    bench.tell(StartOver(HURT), SetSpeed(10.0), Run())
    bench.shown(lambda: bench.now >= 18.0)
    said = answer(bench, Explain())
    assert said.question == Explain()
    assert said.facts[0].node == "db"
    assert said.facts[0].first
    assert said.facts[-1].node == "users"
    assert pickle.loads(pickle.dumps(said)) == said


def test_a_run_that_is_well_and_none_at_all(bench: Bench) -> None:
    assert answer(bench, Explain()).facts == ()
    bench.tell(StartOver(HURT), SetSpeed(10.0), Run())
    bench.shown(lambda: bench.now >= 5.0)
    assert answer(bench, Explain()).facts == ()


def test_what_is_done_to_the_run_is_known(bench: Bench) -> None:
    """Nothing is planned; the timeout is set too short while it runs, and a new run knows nothing of it."""
    bench.tell(StartOver(SHOP), SetSpeed(10.0), Run())
    bench.shown(lambda: bench.now >= 4.5)
    bench.tell(ApplyEdit(SetField("users-web", ("config", "timeout"), 0.001)))
    bench.shown(lambda: bench.now >= 10.0)
    said = answer(bench, Explain())
    links = [fact for fact in said.facts if fact.link]
    assert [fact.link for fact in links] == ["users-web", "users-web"]
    assert "timeout = 1 ms" in links[0].what
    bench.tell(StartOver(SHOP))
    assert answer(bench, Explain(None, "web")).facts == ()


def test_what_is_wrong_now_comes_before_what_was_worse_and_is_over(bench: Bench) -> None:
    worse = {"at": 4.0, "change": "kill", "target": "web", "duration": 12.0}
    now = {"at": 40.0, "change": "kill", "target": "db", "duration": 6.0}
    hurt = SetDesign(("scenario", "events"), [worse, now]).apply(SHOP).design
    bench.tell(StartOver(hurt), SetSpeed(10.0), Run())
    for until, named in ((12.0, "web"), (36.0, "web"), (44.0, "db"), (60.0, "web")):
        bench.shown(lambda until=until: bench.now >= until)
        facts = answer(bench, Explain()).facts
        assert next(fact.node for fact in facts if fact.first) == named, until
    assert answer(bench, Explain(30.0)).facts == ()


def test_incidents_of_the_run_on_screen(bench: Bench) -> None:
    """None before the slow database, one after, and none of the next run."""

    def found() -> FoundIncidents:
        bench.tell(FindIncidents())
        said = [each for each in bench.said if isinstance(each, FoundIncidents)]
        return said[-1]

    assert found().incidents == ()
    bench.tell(StartOver(HURT), SetSpeed(10.0), Run())
    bench.shown(lambda: bench.now >= 5.0)
    assert found().incidents == ()
    bench.shown(lambda: bench.now >= 18.0)
    said = found()
    (incident,) = said.incidents
    assert incident.cause is not None
    assert incident.cause.item == "db"
    assert incident.cause.at == SLOW.at
    assert said.took > 0.0
    assert pickle.loads(pickle.dumps(said)) == said
    bench.tell(StartOver(HURT))
    assert found().incidents == ()


def test_at_the_end_it_tells_of_objectives_that_nobody_felt() -> None:
    attack = {"at": 5, "target": "web", "change": "compromise"}
    nodes = [client(), node("web", "service", workers=9), node("db", "service", workers=9)]
    made = design(
        nodes,
        [link("users", "web"), link("web", "db")],
        duration=20.0,
        warmup=0.0,
        events=[attack],
        objectives=[{"metric": "blast_radius", "below": 1}],
    )
    session = Session(made)
    record = Record(session.plan)
    for moment, count in ((10.0, 0), (20.0, 3)):
        session.advance(moment)
        record.add(session.snapshot())
        assert len(explained(record, session, Explain()).facts) == count
    *way, last = explained(record, session, Explain()).facts
    assert [fact.node for fact in way] == ["web", "db"]
    assert last.what == "blast_radius: 2 measured, below 1 asked for"
    assert explained(record, session, Explain(None, "db")).facts == ()
