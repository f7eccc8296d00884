"""Incidents of many kinds, planted: every mark is where the settings of the design put it, and a healthy run has none."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.design import Design, Node
from engine.model.edits import Insert, Remove, SetField
from engine.run.session import Session
from engine.sim.snapshot import NodeSample, Notice, Sample, Snapshot
from engine.why.incident import Incident, incident_object, mean_after
from engine.why.incidents import incidents
from engine.why.record import Record
from tests.helpers.builders import client, constant, design, exponential, link, node

AT = 60.0
STEP = 1.0
BLIND = {"health": None}
"""A balancer that checks nobody."""


def found(made: Design, *acts: tuple[float, Any], load: float = 1.0) -> tuple[Incident, ...]:
    """The incidents of a run in which somebody edits at some times; from 60 s on the load dial may stand elsewhere."""
    session = Session(made)
    record = Record(session.plan)
    record.add(session.snapshot())
    left = list(acts)
    while session.now < made.scenario.duration:
        session.advance(session.now + STEP)
        record.add(session.snapshot())
        if session.now == AT and load != 1.0:
            session.set_load(load)
        if left and session.now >= left[0][0]:
            session.apply(left.pop(0)[1])
            record.follow(session.plan, session.now)
    names = {each.id: each.name or each.id for each in made.nodes}
    return incidents(record, names, made.objectives)


def one(*args: Any, **more: Any) -> Incident:
    (incident,) = found(*args, **more)
    return incident


def shop(events: list[dict[str, Any]], web: dict[str, Any] | None = None, **more: Any) -> Design:
    """Users, a balancer with checks and four web servers."""
    checks = more.pop("lb", {"health": {"interval": 2.0, "timeout": 1.0, "failures": 3}})
    servers = {"instances": 4, "workers": 8, "service_time": exponential(0.02), "queue_limit": 50}
    nodes = [
        client("users", 200.0),
        node("lb", "load_balancer", **checks),
        node("web", "service", **(servers | (web or {}))),
    ]
    way = {"timeout": 0.5} | more.pop("way", {})
    links = [link("users", "lb", timeout=1.0), link("lb", "web", delay=constant(0.001), **way)]
    fields = {"duration": 150.0, "warmup": 10.0, "seed": 2, "events": events}
    return design(nodes, links, **(fields | more))


def at(target: str, change: str, duration: float | None = 30.0, **fields: Any) -> dict[str, Any]:
    event = {"at": AT, "target": target, "change": change, **fields}
    return event | ({} if duration is None else {"duration": duration})


def test_a_health_check_sees_a_dead_instance_and_takes_it_out() -> None:
    """Three checks, 2 s apart, that a dead instance refuses: out after 4 to 6 s; then nobody fails any more."""
    incident = one(shop([at("web", "kill", 60.0, instances=1)]))
    assert incident.cause is not None
    assert (incident.cause.at, incident.cause.item) == (AT, "web")
    assert incident.detect is not None
    assert incident.detect.what == "Web 1 out of rotation at Lb"
    assert 4.0 <= incident.detect.at - AT <= 6.0
    assert incident.mitigate == incident.detect
    assert incident.page is None
    assert incident.recover is not None
    assert 0.0 <= incident.recover.at - incident.detect.at <= STEP + 0.1
    assert incident.share == pytest.approx(0.25, abs=0.06)


def test_a_failover_is_seen_after_two_probes_and_over_after_the_promotion() -> None:
    db = node("db", "sql_database", read_time=constant(0.002), standby=True, failover={"interval": 2.0, "failures": 3, "promote": 20.0})  # fmt: skip
    made = design(
        [client("users", 50.0), db], [link("users", "db", timeout=0.5)],
        duration=150, warmup=10, events=[at("db", "kill", None)],
    )  # fmt: skip
    incident = one(made)
    assert [name for name, _ in incident.marks] == ["cause", "detect", "mitigate", "recover"]
    assert 4.0 <= (incident.after("detect") or 0.0) <= 6.0
    detect, mitigate = dict(incident.marks)["detect"], dict(incident.marks)["mitigate"]
    assert mitigate.at - detect.at == pytest.approx(20.0)
    assert mitigate.what == "Db: the standby leads"
    assert (incident.after("recover") or 0.0) == pytest.approx(mitigate.at - AT, abs=STEP + 0.1)
    assert incident.share == pytest.approx(1.0, abs=0.02)


def test_an_alert_pages_and_a_person_repairs() -> None:
    """All fail from 60 s on: 5 × 10 % of 20 s are bad after 10 s; somebody edits at 90 s."""
    alerts = {"rules": [[5.0, 20.0, 2.0]]}
    objective = {"metric": "users.availability", "above": 0.9, "alerts": alerts}
    made = shop([at("web", "error", 30.0, probability=1.0)], lb=BLIND, objectives=[objective])
    incident = one(made, (90.0, SetField("web", ("config", "workers"), 16, "Change workers")))
    assert incident.page is not None
    assert incident.page == incident.detect
    assert incident.page.at - AT == pytest.approx(10.0, abs=0.3)
    assert incident.page.what.startswith("Page: availability of Users burns")
    assert incident.mitigate is not None
    assert incident.mitigate.at == 90.0
    assert (incident.after("recover") or 0.0) == pytest.approx(30.0, abs=STEP + 0.1)


def test_a_person_repairs_what_stays_broken() -> None:
    """A pool that is far too small from 60 s on, until somebody makes it larger."""
    small = at("web", "set", None, path="workers", value=1)
    made = shop([small], web={"instances": 1, "queue_limit": 5}, lb=BLIND)
    incident = one(made, (100.0, SetField("web", ("config", "instances"), 16, "More instances")))
    assert incident.mitigate is not None
    assert (incident.mitigate.at, incident.mitigate.what) == (100.0, "Web: instances = 16")
    assert (incident.recover.at if incident.recover else 0.0) == pytest.approx(101.0, abs=2.1)


def test_a_fault_that_ends_within_an_interval_is_what_mitigated_it() -> None:
    """All stand still for 30.5 s; the interval from 90 to 91 s has answers of its second half."""
    arrivals = {"process": "closed", "users": 40, "think_time": exponential(0.5)}
    made = design(
        [node("users", "client", arrivals=arrivals), node("web", "service", instances=2, workers=4)],
        [link("users", "web")],
        duration=150, warmup=10, events=[at("web", "freeze", 30.5)],
    )  # fmt: skip
    incident = one(made)
    assert incident.after("mitigate") == pytest.approx(30.5)
    assert incident.after("recover") == pytest.approx(30.5)


def test_what_a_person_makes_worse_or_builds_beside_it_mitigates_nothing() -> None:
    """Half the workers, another name and a node that nobody calls, then what helps."""
    small = at("web", "set", None, path="workers", value=2)
    made = shop([small], web={"instances": 1, "queue_limit": 5}, lb=BLIND)
    tries = (
        (70.0, SetField("web", ("config", "workers"), 1, "Fewer workers")),
        (80.0, Insert.of(Node(id="beside", kind="service"))),
        (95.0, SetField("web", ("config", "instances"), 16, "More instances")),
    )
    incident = one(made, *tries)
    assert incident.mitigate is not None
    assert (incident.mitigate.at, incident.mitigate.what) == (95.0, "Web: instances = 16")
    assert one(made, *tries[:2]).mitigate is None


def test_what_is_put_in_while_it_runs_is_looked_at_since_then() -> None:
    """A client that calls nobody; it is taken out and put in again, as people do who undo."""
    new = Insert.of(Node(id="new", kind="client"))
    out = Remove(frozenset({"new"}))
    made = shop([])
    incident = one(made, (70.0, new))
    assert incident.begun == pytest.approx(70.0, abs=STEP)
    assert incident.recover is None
    for gap in (0.0, 1.0, 2.0, 20.0):
        assert found(made, (70.0, new), (75.0, out), (75.0 + gap, new))
        assert not found(made, (70.0, new), (70.0 + gap, out), (80.0 + gap, Insert.of(Node(id="x", kind="service"))))  # fmt: skip


def test_a_breaker_opens_against_a_dead_service() -> None:
    """A hundred calls at 200 a second: the breaker opens after about half a second, and falls back on what is static."""
    breaker = {"window": 100, "minimum": 100, "failure_share": 0.5, "open": 200.0}
    way = {"breaker": breaker, "fallback": {"kind": "static"}}
    made = shop([at("web", "error", None, probability=1.0)], lb=BLIND, way={})
    assert one(made).recover is None, "without it the fault goes on"
    incidents_ = found(shop([at("web", "error", None, probability=1.0)], lb=BLIND, way={"breaker": breaker}))  # fmt: skip
    (incident,) = incidents_
    assert incident.mitigate is not None
    assert incident.mitigate.item == "lb-web"
    assert 0.2 < incident.mitigate.at - AT < 1.5
    assert incident.detect == incident.mitigate
    assert found(shop([at("web", "error", None, probability=1.0)], lb=BLIND, way=way)) == ()


def test_an_autoscaler_meets_a_spike() -> None:
    """Three times the load needs 12 workers of 8: the next look, 15 s apart, adds instances."""
    scale = {"metric": "utilization", "target": 0.5, "interval": 15.0, "min": 1, "max": 12}
    web = {"instances": 1, "workers": 8, "queue_limit": 20, "autoscale": scale}
    incident = one(shop([], web=web, lb=BLIND), load=3.0)
    assert incident.cause is not None
    assert incident.mitigate is not None
    assert "instances" in incident.mitigate.what
    assert 0.0 < incident.mitigate.at - AT <= 15.1
    assert incident.recover is not None
    assert incident.recover.at <= AT + 45.0


def test_a_fault_that_comes_by_itself_is_repaired_by_itself() -> None:
    """A unit that lives 60 s and is repaired after 10 s, again and again: an incident each, and the mean of their times."""
    life = {"mtbf": constant(60.0), "mttr": constant(10.0)}
    faults = life | {"unit": "node", "kind": "kill"}
    made = shop([], web={"faults": faults}, lb=BLIND, duration=250.0, warmup=0.0)
    several = found(made)
    assert len(several) >= 2
    for incident in several[:-1]:
        assert incident.cause is not None
        assert "fault" in incident.cause.what or "by a fault" in incident.cause.what
        assert incident.mitigate is not None
        assert incident.after("mitigate") == pytest.approx(10.0)
        assert "repaired after 10 s" in incident.mitigate.what
    times = [each.after("recover") for each in several if each.recover is not None]
    known = [each for each in times if each is not None]
    assert mean_after(several, "recover") == pytest.approx(sum(known) / len(known))
    assert mean_after(several, "page") is None


def test_two_faults_are_two_incidents_with_causes_of_their_own() -> None:
    first = at("web", "error", 20.0, probability=0.3)
    second = {"at": 110.0, "duration": 15.0, "target": "web", "change": "kill"}
    before, after = found(shop([first, second], lb=BLIND))
    assert before.cause is not None
    assert after.cause is not None
    assert (before.cause.at, after.cause.at) == (60.0, 110.0)
    assert before.recover is not None
    assert before.recover.at == pytest.approx(80.0, abs=STEP + 0.1)
    assert after.mitigate is not None
    assert after.mitigate.at == 125.0


@pytest.mark.parametrize(
    "made",
    [
        shop([]),
        shop([at("web", "slow", factor=1.2)]),
        shop([at("web", "kill", 30.0, instances=1)], lb={"health": None}, way={"retry": {"attempts": 3, "other_instance": True}}),
    ],
    ids=["nothing happens", "a fault that nobody feels", "a dead instance that others stand in for"],
)  # fmt: skip
def test_a_healthy_run_has_none(made: Design) -> None:
    assert found(made) == ()


def test_what_chance_makes_is_no_incident() -> None:
    """.5 % fail all the time: some seconds have more than 1 %, and none of them is an incident."""
    assert found(shop([{**at("web", "error", None, probability=0.005), "at": 0.0}], lb=BLIND)) == ()


def record_of(*notices: Notice, bad: tuple[int, int]) -> Record:
    """A record in which all fail between two seconds."""
    made = shop([])
    record = Record(Session(made).plan)
    samples = tuple(
        Sample(
            float(t), t + 1.0,
            {"users": NodeSample(100, 0, {"error": 100}) if bad[0] <= t < bad[1] else NodeSample(100, 100)},
            {},
        )
        for t in range(100)
    )  # fmt: skip
    record.add(Snapshot(time=100.0, wall=1.0, requests=1, samples=samples, notices=notices))
    return record


def test_marks_are_the_first_notices_with_their_roles_from_the_cause_to_the_end() -> None:
    notices = (
        Notice(10.0, "health", "long before", "web", ("seen", "act")),
        Notice(40.0, "event", "broken", "web", ("cause",)),
        Notice(43.0, "alert", "page", "users", ("seen", "page")),
        Notice(45.0, "health", "scaled", "web", ("act",)),
        Notice(46.0, "health", "scaled again", "web", ("act",)),
        Notice(90.0, "alert", "long after", "users", ("seen", "page")),
    )
    (incident,) = incidents(record_of(*notices, bad=(41, 50)), {})
    told = incident_object(incident)
    assert told["begun"] == 41.0
    assert told["bad"] == 900
    assert told["share"] == 1.0
    assert {name: told[name]["time"] for name in ("cause", "detect", "page", "mitigate", "recover")} == {
        "cause": 40.0, "detect": 43.0, "page": 43.0, "mitigate": 45.0, "recover": 50.0
    }  # fmt: skip
    assert told["time_to_detect"] == 3.0
    assert told["time_to_mitigate"] == 5.0
    assert told["time_to_recover"] == 10.0


def test_nobody_fails_before_the_cause_within_an_interval() -> None:
    """Failures are known to a second, and the cause to the moment: it was in that second."""
    record = record_of(Notice(41.25, "event", "broken", "web", ("cause",)), bad=(41, 50))
    (incident,) = incidents(record, {})
    assert incident.begun == 41.25
    assert incident.start == 41.25
    (earlier,) = incidents(
        record_of(Notice(40.5, "event", "broken", "web", ("cause",)), bad=(41, 50)), {}
    )
    assert earlier.begun == 41.0


def test_what_is_not_known_is_not_told() -> None:
    """No cause, nobody who saw it, and no end."""
    (incident,) = incidents(record_of(bad=(95, 100)), {})
    told = incident_object(incident)
    assert told["begun"] == 95.0
    assert told["recover"] is None
    assert told["detect"] is None
    assert told["time_to_detect"] is None
    assert incident.start == (95.0 if incident.cause is None else incident.cause.at)
