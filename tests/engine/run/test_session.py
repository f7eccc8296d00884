"""Sessions: a design runs, is edited, looked at, and measured the same however it is driven."""

from __future__ import annotations

import json
import pickle

import pytest

from engine.model.design import Design, Event, Frame, Link, Node
from engine.model.edits import UNSET, EditError, Insert, Placed, Remove, SetDesign, SetField
from engine.run.protocol import ApplyEdit
from engine.run.session import DesignError, Session


def design(**scenario: object) -> Design:
    raw = {
        "windtunnel": 1,
        "title": "Shop",
        "nodes": [
            {
                "id": "users",
                "kind": "client",
                "config": {"arrivals": {"process": "poisson", "rate": 100}},
            },
            {"id": "lb", "kind": "load_balancer"},
            {
                "id": "web",
                "kind": "service",
                "config": {
                    "instances": 2,
                    "workers": 2,
                    "service_time": {"law": "exponential", "mean": 0.02},
                },
            },
        ],
        "links": [
            {"id": "users-lb", "source": "users", "target": "lb", "config": {"timeout": 1.0}},
            {"id": "lb-web", "source": "lb", "target": "web"},
        ],
        "scenario": {"duration": 20, "warmup": 2, "seed": 3, "events": []} | scenario,
        "objectives": [{"metric": "users.latency.p99", "below": 0.5}],
    }
    return Design.model_validate_json(json.dumps(raw))


KILL = {"at": 6.0, "duration": 4.0, "target": "web", "change": "kill", "instances": 1}


def finished(**scenario: object) -> Session:
    session = Session(design(**scenario))
    session.advance(20.0)
    return session


def test_a_run_has_a_result() -> None:
    session = finished()
    result = session.result()
    assert session.now == 20.0
    assert (result["title"], result["seed"], result["warmup"]) == ("Shop", 3, 2.0)
    assert result["requests"] == session.requests == pytest.approx(2000, rel=0.1)
    assert result["objectives"] == [
        {
            "metric": "users.latency.p99",
            "value": result["clients"]["users"]["latency"]["p99"],
            "met": True,
            "ci95": result["clients"]["users"]["latency"]["ci95"]["p99"],
            "sure": False,
        }
    ]
    assert result["wall_seconds"] > 0.0


def test_the_result_is_settled_when_the_scenario_is_over() -> None:
    session = Session(design())
    session.advance(35.0)
    assert session.now == 35.0
    assert session.result()["duration"] == 20.0
    assert session.result()["hash"] == finished().result()["hash"]


def test_a_result_before_the_end_is_of_what_was_measured() -> None:
    session = Session(design())
    session.advance(10.0)
    assert session.result()["duration"] == 10.0
    session.advance(20.0)
    assert session.result()["hash"] == finished().result()["hash"]


def test_driven_like_the_app_it_gives_the_same_numbers() -> None:
    """Small slices, snapshots in between, single requests, a dial that is turned back and forth."""
    session = Session(design(events=[KILL]))
    session.snapshot()
    session.advance(0.001)
    session.advance_request()
    while session.now < 20.0:
        session.advance(min(20.0, session.now + 0.033))
        session.snapshot()
        session.set_load(1.0)
    assert session.result()["hash"] == finished(events=[KILL]).result()["hash"]


def test_a_snapshot_holds_everything_since_the_one_before() -> None:
    session = Session(design(events=[KILL]))
    assert session.snapshot().samples == ()
    session.advance(7.0)
    snapshot = session.snapshot()
    assert snapshot.time == 7.0
    assert [sample.end for sample in snapshot.samples] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert snapshot.requests == session.requests
    assert set(snapshot.gauges) == {"users", "lb", "web"}
    assert snapshot.gauges["web"].faults == ("killed (1)",)
    assert [instance.state for instance in snapshot.gauges["web"].instances] == ["down", "ready"]
    assert set(snapshot.in_flight) == {"users-lb", "lb-web"}
    assert [notice.kind for notice in snapshot.notices] == ["event", "health"][
        : len(snapshot.notices)
    ]
    assert pickle.loads(pickle.dumps(snapshot)) == snapshot
    assert session.snapshot().samples == ()
    assert session.snapshot().notices == ()


def test_stepping_by_requests() -> None:
    session = Session(design())
    for answered in range(1, 4):
        session.advance_request()
        client = session.snapshot().gauges["users"]
        assert session.requests - client.in_system == answered


def test_stepping_in_a_design_where_nothing_is_answered_ends() -> None:
    session = Session(design())
    session.set_load(0.0)
    session.advance(0.5)
    session.advance_request()
    assert session.now > 1000.0


def test_a_knob_is_turned_while_it_runs() -> None:
    session = Session(design())
    session.advance(5.0)
    session.apply(SetField("users", ("config", "arrivals", "rate"), 1000.0))
    before = session.requests
    session.advance(10.0)
    assert session.requests - before == pytest.approx(5000, rel=0.1)
    session.apply(SetField("users", ("config", "arrivals", "rate"), UNSET))
    assert session.design.node_by_id["users"].config["arrivals"] == {"process": "poisson"}


def test_breaking_and_undoing() -> None:
    session = Session(design())
    session.advance(5.0)
    killing = Event.model_validate(KILL | {"at": 4.99, "duration": None, "instances": None})
    broken = SetDesign(("scenario", "events"), [killing.model_dump(mode="json", by_alias=True)])
    undo = broken.apply(session.design).inverse
    session.apply(broken)
    assert session.snapshot().gauges["web"].faults == ("killed",)
    session.advance(8.0)
    session.apply(undo)
    assert session.snapshot().gauges["web"].faults == ()
    session.advance(20.0)
    users = session.result()["clients"]["users"]
    # Some by kill and refusal, until the health check has found out and the balancer refuses.
    assert sum(users["failed"].values()) == pytest.approx(300, rel=0.25)


def test_a_node_joins_and_leaves() -> None:
    session = Session(design())
    session.advance(5.0)
    added = Insert.of(
        Node(id="db", kind="sql_database"), Link(id="web-db", source="web", target="db")
    )
    session.apply(added)
    session.advance(10.0)
    assert session.snapshot().gauges["db"].instance_count >= 1
    assert session.result()["nodes"]["db"]["arrivals"] == pytest.approx(500, rel=0.2)
    session.apply(Remove(frozenset({"db", "web-db"})))
    session.advance(20.0)
    assert "db" not in session.snapshot().gauges
    assert sum(session.result()["clients"]["users"]["failed"].values()) == 0


def test_an_edit_that_does_not_fit_changes_nothing() -> None:
    session = Session(design())
    session.advance(5.0)
    with pytest.raises(EditError):
        session.apply(SetField("nobody", ("config", "workers"), 3))
    session.advance(20.0)
    assert session.result()["hash"] == finished().result()["hash"]


def test_an_edit_that_cannot_run_changes_nothing() -> None:
    session = Session(design())
    session.advance(5.0)
    with pytest.raises(DesignError) as caught:
        session.apply(SetField("web", ("config", "workers"), -3))
    assert caught.value.findings[0].id == "web"
    assert session.design == design()
    session.advance(20.0)
    assert session.result()["hash"] == finished().result()["hash"]


def test_moving_things_does_not_touch_the_run() -> None:
    session = Session(design())
    session.advance(5.0)
    session.apply(SetField("web", ("name",), "Shop front"))
    assert session.design.node_by_id["web"].name == "Shop front"
    session.advance(20.0)
    assert session.result()["hash"] == finished().result()["hash"]


def test_a_design_that_cannot_run_is_refused() -> None:
    broken = SetField("web", ("config", "workers"), "many").apply(design()).design
    with pytest.raises(DesignError):
        Session(broken)


def test_only_what_a_run_can_feel_is_put_on_record() -> None:
    """A name, a place or a folded frame heals nothing, so that no incident is mitigated by it."""
    frame = Frame(id="zone", name="Zone", x=0, y=0, width=500, height=300)
    session = Session(design())
    session.apply(Insert((Placed(frame),), "Add a frame"))
    session.advance(5.0)
    session.snapshot()
    session.apply(SetField("web", ("name",), "Edge tier", "Rename"))
    session.apply(SetField("zone", ("collapsed",), True, "Fold"))
    session.apply(SetField("zone", ("collapsed",), UNSET, "Unfold"))
    session.advance(6.0)
    assert session.snapshot().notices == ()
    session.apply(SetField("web", ("config", "workers"), 4, "Change workers"))
    session.advance(7.0)
    assert [notice.text for notice in session.snapshot().notices] == [
        "Edge tier: workers per instance = 4"
    ]


def test_an_edit_from_another_process_can_be_recorded() -> None:
    """What goes back to its default is the same there as here."""
    session = Session(design())
    session.advance(1.0)
    edit = SetField("web", ("config", "workers"), UNSET, "Reset")
    session.apply(pickle.loads(pickle.dumps(edit)))
    [entry] = session.journal().entries
    assert entry.command == ApplyEdit(edit)


def test_a_node_that_becomes_another_sort_counts_on_from_nothing() -> None:
    """A flow that is written out makes the service one of another sort; no interval has fewer than no arrivals."""
    session = Session(design())
    session.measure(step=1.0)
    session.advance(5.3)
    session.snapshot()
    session.apply(SetField("web", ("config", "flow"), [{"work": "service_time"}]))
    session.advance(6.3)
    [web] = [sample.nodes["web"] for sample in session.snapshot().samples]
    assert 60 <= web.arrivals <= 140
    assert 60 <= web.completed <= 140
    session.advance(20.0)
    series = session.result()["series"]["nodes"]["web"]
    assert min(series["arrivals"]) >= 0
    assert min(series["completed"]) >= 0
