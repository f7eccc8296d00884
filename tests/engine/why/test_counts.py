"""The numbers in a chain: what is counted, over enough of it, and never more than there can be."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine.run.session import Session
from engine.why.chain import explain
from engine.why.fact import Fact
from engine.why.record import Record
from engine.why.signs import Signs
from engine.why.stretch import Point, Stretch
from tests.helpers.builders import client, design, exponential, link, node

Raw = dict[str, Any]


def recorded(made: Any) -> tuple[Record, tuple[Fact, ...]]:
    """What a whole run recorded, and its chain of causes."""
    session = Session(made)
    record = Record(session.plan)
    record.add(session.snapshot())
    while session.now < made.scenario.duration:
        session.advance(session.now + 2.0)
        record.add(session.snapshot())
    return record, explain(record, {each.id: each.id for each in made.nodes})


def the(facts: tuple[Fact, ...], words: str) -> Fact:
    (found,) = [each for each in facts if words in each.what] or [None]
    assert found is not None, [each.what for each in facts]
    return found


def held_web(attempts: int, events: list[Raw], **db: Any) -> Any:
    """A web server whose workers wait for a database of two workers, with retries."""
    web = {"service_time": exponential(0.004), "workers": 20, "hold_while_waiting": True}
    nodes = [
        client("c", 100.0),
        node("web", "service", queue_limit=50, **web),
        node("db", "service", service_time=exponential(0.01), workers=2, queue_limit=100, **db),
    ]
    links = [
        link("c", "web", timeout=1.0),
        link("web", "db", timeout=0.5, retry={"attempts": attempts}),
    ]
    return design(nodes, links, events=events, duration=90.0, warmup=0.0, seed=7)


def event(change: str, target: str, duration: float | None = 20.0, **fields: Any) -> Raw:
    lasts = {} if duration is None else {"duration": duration}
    return {"at": 40.0, "target": target, "change": change, **lasts, **fields}


@pytest.mark.parametrize("attempts", [2, 3, 5])
def test_retries_multiply_calls_by_no_more_than_is_allowed(attempts: int) -> None:
    """All attempts of some intervals are retries, as who retries holds the workers that would begin others."""
    record, facts = recorded(held_web(attempts, [event("slow", "db", factor=6.0)]))
    shares = [each.retries / each.attempts for _, each in record.link("web-db") if each.attempts]
    assert max(shares) > 1.0 - 1.0 / attempts
    said = the(facts, "retries multiply the calls")
    assert said.value is not None
    assert said.value <= attempts
    within = [each for sample, each in record.link("web-db") if 50.0 <= sample.start < 60.0]
    tried, again = sum(each.attempts for each in within), sum(each.retries for each in within)
    assert said.value == pytest.approx(tried / (tried - again), rel=0.25)


def test_attempts_that_an_event_had_allowed_count() -> None:
    """A link that does not retry by itself is set to for a while."""
    more = event("set", "web-db", path="retry", value={"attempts": 4})
    _, facts = recorded(held_web(1, [event("slow", "db", factor=6.0), more]))
    said = the(facts, "retries multiply the calls")
    assert said.value is not None
    assert 1.5 < said.value <= 4.0


@pytest.mark.parametrize("hold", [False, True])
def test_frozen_workers_stand_still_and_wait_for_nobody(hold: bool) -> None:
    nodes = [
        client("c", 100.0),
        node("db", "service", service_time=exponential(0.002), workers=3, queue_limit=100,
             hold_while_waiting=hold),
        node("disk", "service", service_time=exponential(0.001), workers=4),
    ]  # fmt: skip
    links = [link("c", "db", timeout=0.5), link("db", "disk")]
    made = design(nodes, links, events=[event("freeze", "db", 10.0)], duration=80.0, seed=7)
    record, facts = recorded(made)
    said = the(facts, "db is full")
    assert "of the busy workers stand still" in said.what
    assert "somebody else" not in said.what
    during = Stretch(42.0, 48.0, (Point(42.0, 48.0, 0.0),))
    signs = Signs(record)
    assert signs.still("db", during) == pytest.approx(1.0)
    assert signs.held("db", during) == pytest.approx(0.0, abs=1e-9)


def test_frozen_workers_elsewhere_are_waited_for() -> None:
    """The database stands still, the web server waits for it: each is said of the right one."""
    made = held_web(1, [event("freeze", "db", 10.0)])
    raw = made.model_dump(exclude_unset=True, by_alias=True)
    raw["links"][1]["config"]["timeout"] = 8.0
    record, facts = recorded(type(made).model_validate(raw))
    assert "for somebody else" in the(facts, "web is full").what
    assert "stand still" in the(facts, "db is full").what
    during = Stretch(42.0, 48.0, (Point(42.0, 48.0, 0.0),))
    assert Signs(record).held("web", during) > 0.9
    assert Signs(record).still("web", during) == 0.0


def logged(users: int, ttl: float, **auth: Any) -> Any:
    """Users whose credentials all end at 40 s, and an auth server with workers for few logins."""
    crowd = {"process": "closed", "users": users, "think_time": exponential(2.0)}
    checks = {"auth": {"server": "a", "ttl": ttl}}
    nodes = [
        node("c", "client", arrivals=crowd),
        node("s", "service", service_time=exponential(0.002), workers=8, admission=checks),
        node("a", "auth", **auth),
    ]
    links = [link("c", "s"), link("s", "a", timeout=0.5)]
    return design(nodes, links, events=[event("expire", "a", None)], duration=80.0, seed=7)


def test_those_who_have_to_log_in_are_all_and_not_those_who_have() -> None:
    """A single worker lets a handful in before nobody gets an answer in time."""
    record, facts = recorded(logged(200, 80.0, workers=1))
    said = the(facts, "users have to log in")
    count, of, seconds = re.findall(r"in, (\d+) of (\d+) have within ([\d.]+ m?s)", said.what)[0]
    assert int(of) == 200
    assert said.value == int(count)
    assert int(count) < 20
    assert seconds
    made = sum(
        each.extra.get("logins", 0.0) for sample, each in record.node("s") if sample.end > 40
    )
    assert said.value <= made


def test_logins_are_counted_where_users_cannot_be() -> None:
    """Each session is another user: there is no number of users of which some have logged in."""
    made = logged(200, 80.0, workers=40)
    raw = made.model_dump(exclude_unset=True, by_alias=True)
    raw["nodes"][0]["config"]["arrivals"] = {
        "process": "sessions",
        "rate": 5.0,
        "requests": 20.0,
        "think_time": exponential(1.0),
    }
    _, facts = recorded(type(made).model_validate(raw))
    said = the(facts, "users have to log in")
    assert re.search(r"in, [\d,]+ logins within [\d.]+ m?s$", said.what), said.what
