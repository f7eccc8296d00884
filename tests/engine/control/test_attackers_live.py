"""Attackers in designs that are edited while they are on their way, and where they have to ask for the way."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.design import Design, Node
from engine.model.edits import UNSET, CompoundEdit, Edit, Insert, Remove, SetDesign, SetField
from engine.run.session import Session
from tests.engine.control.test_attackers import NEVER, USERS, attack, chain, held, made, run


def framed(**fields: Any) -> Design:
    """An attacker in a frame of a and beside; a calls b, that calls c."""
    nodes = [USERS]
    nodes += [{"id": each, "kind": "service", "frame": "g"} for each in ("a", "beside")]
    nodes += [{"id": each, "kind": "service"} for each in "bc"]
    links = [
        {"id": one + two, "source": one, "target": two, "config": NEVER}
        for one, two in ("ab", "bc")
    ]
    return made(
        nodes, links, attack("g", seconds=3.0, **fields), frames=({"id": "g", "kind": "group"},)
    )


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            Insert.of(Node.model_validate({"id": "new", "kind": "service", "frame": "g"})),
            {"a", "beside", "b", "new"},
        ),
        (SetField("a", ("frame",), None), {"a", "beside", "b"}),
        (Remove.of("a"), {"beside", "b"}),
        (SetField("g", ("name",), "Other"), {"a", "beside", "b"}),
    ],
    ids=["node-put-in", "node-taken-out", "node-removed", "renamed"],
)
def test_what_becomes_of_his_frame_takes_nothing_from_him_and_delays_no_hop(
    edit: Edit, expected: set[str]
) -> None:
    session = Session(framed())
    session.advance(5.0)
    assert held(session) == {"a", "beside", "b"}
    session.apply(edit)
    assert held(session) == expected
    session.advance(6.9)
    assert held(session) == expected
    session.advance(7.1)
    assert held(session) == expected | {"c"}


@pytest.mark.parametrize(
    "edit",
    [
        SetField("a", ("name",), "Renamed {target} 100 %"),
        SetDesign(("scenario", "events"), [attack("a", seconds=4.0, duration=9.0)]),
    ],
    ids=["renamed", "ends-elsewhen"],
)
def test_a_hop_under_way_goes_on_through_edits_that_leave_his_pace(edit: Edit) -> None:
    session = Session(chain(attack("a", seconds=4.0)))
    session.advance(4.0)
    session.apply(edit)
    session.advance(5.1)
    assert held(session) == {"a", "b"}


def test_one_who_comes_in_elsewhere_begins_anew() -> None:
    session = Session(framed())
    session.advance(5.0)
    session.apply(SetDesign(("scenario", "events"), [attack("beside", seconds=3.0)]))
    assert held(session) == {"beside"}


def test_he_comes_into_a_node_that_is_made_with_him() -> None:
    session = Session(chain())
    session.advance(3.0)
    made_now = Insert.of(Node.model_validate({"id": "new", "kind": "service"}))
    come = SetDesign(("scenario", "events"), [attack("new", at=3.0)])
    session.apply(CompoundEdit((made_now, come), "Paste"))
    session.advance(4.0)
    assert held(session) == {"new"}


@pytest.mark.parametrize("seconds", [None, 1.0])
def test_who_asks_dns_later_than_another_gets_where_it_leads_him(seconds: float | None) -> None:
    regions = tuple({"id": each, "kind": "region"} for each in ("here", "there", "between"))
    homes = {"users": "here", "mid": "between", "svc": "between", "web": "there"}
    kinds = {"users": "client", "names": "dns"}
    nodes = [
        {"id": name, "kind": kinds.get(name, "service"), "frame": homes.get(name)}
        for name in ("users", "mid", "names", "svc", "web")
    ]
    ways = (
        ("users", "names"),
        ("users", "mid"),
        ("mid", "svc"),
        ("svc", "names"),
        ("names", "web"),
    )
    links = [{"id": f"{one}-{two}", "source": one, "target": two} for one, two in ways]
    apart = {"at": 0, "target": "here", "with": "there", "change": "partition"}
    fields = {} if seconds is None else {"seconds": seconds}
    session = Session(made(nodes, links, attack("users", **fields), apart, frames=regions))
    session.advance(10.0)
    assert held(session) == set(kinds) | set(homes)


def test_who_cannot_ask_dns_opens_no_zone_for_others_who_do() -> None:
    homes = {"users": None, "names": None, "svc": "z", "web": "z"}
    kinds = {"users": "client", "names": "dns"}
    nodes = [
        {"id": name, "kind": kinds.get(name, "service"), "frame": home}
        for name, home in homes.items()
    ]
    links = [
        {"id": "ask", "source": "users", "target": "names"},
        {"id": "go", "source": "names", "target": "web"},
        {"id": "inside", "source": "svc", "target": "names", "config": {"allowed": False}},
    ]
    zone = {"id": "z", "kind": "trust_zone", "config": {"trust": 1}}
    session = Session(made(nodes, links, attack("users"), frames=(zone,)))
    session.advance(5.0)
    assert held(session) == {"users", "names"}
    session.apply(SetField("inside", ("config", "allowed"), UNSET))
    session.advance(6.0)
    assert held(session) == {"users", "names", "web"}
    session.advance(20.0)
    assert session.result()["nodes"]["web"]["arrivals"] > 0


def test_two_attackers_on_a_node_are_one_badge() -> None:
    session = Session(chain(attack("a"), attack("b"), {"at": 2, "target": "b", "change": "kill"}))
    session.advance(3.0)
    gauges = session.snapshot().gauges
    assert gauges["c"].faults == ("compromised",)
    assert len(gauges["b"].faults) == 2


def test_how_far_he_comes_in_a_part_of_the_run_is_an_objective() -> None:
    raw = chain(attack("a", at=4.0, seconds=2.0, duration=5.0)).model_dump(
        by_alias=True, exclude_unset=True
    )
    parts = ((0.0, 3.0), (3.0, 5.0), (3.0, 7.0), (8.5, 9.0), (9.5, 12.0), (5.0, None))
    raw["objectives"] = [
        {"metric": "blast_radius", "below": 2, "from": begin} | ({} if end is None else {"to": end})
        for begin, end in parts
    ]
    judged = run(Design.model_validate(raw))["objectives"]
    assert [each["value"] for each in judged] == [0.0, 1.0, 2.0, 3.0, 0.0, 3.0]
    assert [each["met"] for each in judged] == [True, True, False, False, True, False]
