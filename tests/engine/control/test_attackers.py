"""Attackers: what they have is what the links that nothing stops lead to, whatever the design."""

from __future__ import annotations

import sys
from typing import Any

import networkx as nx
import numpy as np
import pytest

from engine.catalog import check
from engine.model.design import Design
from engine.model.edits import Remove, SetDesign, SetField
from engine.run.session import Session
from engine.sim.invariants import check as check_laws
from engine.sim.report import Result

CALLERS = ("service", "function", "api_gateway")
SINKS = ("sql_database", "object_storage", "cache", "external_api", "key_value_cluster")
USERS = {"id": "users", "kind": "client", "config": {"arrivals": {"process": "poisson", "rate": 1}}}
NEVER = {"probability": 0.0}
"""Nobody calls over it: requests cannot go round for ever, and an attacker does not mind."""


def made(
    nodes: list[dict[str, Any]],
    links: list[dict[str, Any]],
    *events: dict[str, Any],
    frames: tuple[dict[str, Any], ...] = (),
    **scenario: Any,
) -> Design:
    raw = {
        "nodes": nodes,
        "links": links,
        "frames": frames,
        "scenario": {"duration": 20, "warmup": 0, "events": events} | scenario,
    }
    return Design.model_validate(raw)


def chain(*events: dict[str, Any], **scenario: Any) -> Design:
    """Users call a, that calls b, that c."""
    nodes = [{"id": "users", "kind": "client"}]
    nodes += [{"id": each, "kind": "service", "config": {"workers": 50}} for each in "abc"]
    links = [{"id": one + two, "source": one, "target": two} for one, two in ("ab", "bc")]
    links.append({"id": "in", "source": "users", "target": "a"})
    return made(nodes, links, *events, **scenario)


def attack(target: str, at: float = 1.0, **fields: Any) -> dict[str, Any]:
    return {"at": at, "target": target, "change": "compromise"} | fields


def run(design: Design) -> Result:
    session = Session(design)
    session.advance(design.scenario.duration)
    return session.result()


def held(session: Session) -> set[str]:
    gauges = session.snapshot().gauges
    return {name for name, gauge in gauges.items() if gauge.compromised is not None}


class Net:
    """A random network with zones in zones, and by itself what is allowed in it."""

    def __init__(self, seed: int, count: int = 9, zones: int = 5) -> None:
        self.random = np.random.Generator(np.random.PCG64(seed))
        random = self.random
        self.names = [f"n{place}" for place in range(count)]
        self.parents = [int(random.integers(-1, place)) for place in range(zones)]
        self.trust = [[None, 0, 1, 2, 3][int(random.integers(5))] for _ in range(zones)]
        self.homes = [int(random.integers(-1, zones)) for _ in self.names]
        drawn = nx.gnp_random_graph(count, 0.25, seed=seed, directed=True)
        self.pairs = sorted(drawn.edges)
        sorts = [SINKS if drawn.out_degree(place) == 0 else CALLERS for place in range(count)]
        self.kinds = [each[int(random.integers(len(each)))] for each in sorts]
        self.allowed = [["auto", "auto", True, True, False][int(random.integers(5))] for _ in self.pairs]  # fmt: skip

    def around(self, home: int) -> set[int]:
        found = set()
        while home >= 0:
            found.add(home)
            home = self.parents[home]
        return found

    def graph(self) -> nx.DiGraph[str]:
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self.names)
        for (one, two), allowed in zip(self.pairs, self.allowed, strict=True):
            entered = self.around(self.homes[two]) - self.around(self.homes[one])
            if allowed is True or (allowed == "auto" and not any(self.trust[z] for z in entered)):
                graph.add_edge(self.names[one], self.names[two])
        return graph

    def design(self, entry: str, **fields: Any) -> Design:
        def frame(place: int) -> str | None:
            return f"z{place}" if place >= 0 else None

        nodes = [
            {"id": name, "kind": kind, "frame": frame(home)}
            for name, kind, home in zip(self.names, self.kinds, self.homes, strict=True)
        ]
        links = [
            {
                "id": f"{one}to{two}",
                "source": self.names[one],
                "target": self.names[two],
                "config": NEVER | ({} if allowed == "auto" else {"allowed": allowed}),
            }
            for (one, two), allowed in zip(self.pairs, self.allowed, strict=True)
        ]
        frames = tuple(
            {
                "id": f"z{place}",
                "kind": "trust_zone",
                "frame": frame(parent),
                "config": {} if trust is None else {"trust": trust},
            }
            for place, (parent, trust) in enumerate(zip(self.parents, self.trust, strict=True))
        )
        links.append({"id": "in", "source": "users", "target": self.names[0]})
        return made([USERS, *nodes], links, attack(entry, **fields), frames=frames)


@pytest.mark.parametrize("seed", range(40))
def test_he_has_the_descendants_over_allowed_links_exactly(seed: int) -> None:
    net = Net(seed)
    entry = net.names[seed % len(net.names)]
    result = run(net.design(entry))
    expected = {entry} | nx.descendants(net.graph(), entry)
    assert set(result["compromised"]) == expected
    assert result["blast_radius"] == len(expected)


@pytest.mark.parametrize("seed", range(40, 52))
def test_with_a_time_a_hop_he_comes_after_as_many_as_there_are(seed: int) -> None:
    net = Net(seed)
    entry = net.names[0]
    session = Session(net.design(entry, seconds=2.0))
    hops = nx.single_source_shortest_path_length(net.graph(), entry)
    for past in range(6):
        session.advance(1.0 + 2.0 * past + 0.5)
        assert held(session) == {name for name, far in hops.items() if far <= past}


@pytest.mark.parametrize("seed", range(52, 60))
def test_segmentation_never_lets_him_further(seed: int) -> None:
    net = Net(seed, count=8, zones=6)
    net.trust, net.allowed = [None] * 6, ["auto"] * len(net.pairs)
    entry, radius = net.names[1], 10**6
    for place in net.random.permutation(6 + len(net.pairs)):
        if place < 6:
            net.trust[place] = int(net.random.integers(1, 4))
        elif net.random.random() < 0.3:
            net.allowed[place - 6] = False
        else:
            continue
        before, radius = radius, run(net.design(entry))["blast_radius"]
        assert radius <= before


def test_one_more_zone_around_the_attacker_opens_nothing() -> None:
    nodes = [
        USERS,
        {"id": "a", "kind": "service", "frame": "low"},
        {"id": "b", "kind": "service", "frame": "high"},
    ]
    links = [{"id": "ba", "source": "b", "target": "a"}]
    low = {"id": "low", "kind": "trust_zone", "config": {"trust": 1}}
    for trust in ({}, {"trust": 1}, {"trust": 3}):
        high = {"id": "high", "kind": "trust_zone", "config": trust}
        result = run(made(nodes, links, attack("b"), frames=(low, high)))
        assert result["compromised"] == ["b"]


def test_spread_instances_are_let_in_where_one_of_them_is_inside_with_the_caller() -> None:
    zone = {"id": "z", "kind": "zone", "config": {"trust": 1}}
    other = {"id": "y", "kind": "zone", "config": {"trust": 1}}
    for home, reached in (("z", ["a", "b"]), ("y", ["a", "b"]), (None, ["a"])):
        nodes = [
            USERS,
            {"id": "a", "kind": "service", "frame": home},
            {"id": "b", "kind": "service", "config": {"instances": 2, "spread": ["z", "y"]}},
        ]
        design = made(
            nodes, [{"id": "ab", "source": "a", "target": "b"}], attack("a"), frames=(zone, other)
        )
        assert run(design)["compromised"] == reached


def test_calls_over_a_link_that_is_not_allowed_get_nowhere_either() -> None:
    design = chain()
    shut = SetField("bc", ("config", "allowed"), value=False).apply(design).design
    result = run(shut)
    assert result["nodes"]["c"]["arrivals"] == 0
    assert set(result["links"]["bc"]["failed"]) == {"network"}
    assert "compromised" not in result


def test_dns_lets_him_by_where_those_who_ask_it_are_inside() -> None:
    nodes = [
        {"id": "users", "kind": "client", "frame": None},
        {"id": "names", "kind": "dns", "frame": "z"},
        {"id": "web", "kind": "service", "frame": "z"},
    ]
    links = [
        {"id": "ask", "source": "users", "target": "names"},
        {"id": "go", "source": "names", "target": "web"},
    ]
    zone = {"id": "z", "kind": "trust_zone", "config": {"trust": 1}}
    outside = made(nodes, links, attack("users"), frames=(zone,))
    assert run(outside)["compromised"] == ["users", "names"]
    nodes[0]["frame"] = "z"
    inside = made(nodes, links, attack("users"), frames=(zone,))
    assert run(inside)["compromised"] == ["users", "names", "web"]


def test_the_event_over_he_is_thrown_out_and_the_measurement_keeps_it() -> None:
    session = Session(chain(attack("b", at=4.0, duration=5.0)))
    session.advance(5.0)
    assert held(session) == {"b", "c"}
    assert session.snapshot().gauges["c"].faults == ("compromised",)
    session.advance(20.0)
    last = session.snapshot().gauges
    assert held(session) == set()
    assert last["c"].faults == ()
    result = session.result()
    assert result["compromised"] == ["b", "c"]
    assert result["nodes"]["c"]["extra"]["compromised"] == pytest.approx(0.25)
    assert result["nodes"]["a"]["extra"]["compromised"] == 0.0


def test_what_was_over_before_the_measurement_is_not_counted() -> None:
    result = run(chain(attack("a", at=1.0, duration=2.0), warmup=5.0))
    assert (result["compromised"], result["blast_radius"]) == ([], 0)
    assert run(chain(attack("a", at=1.0), warmup=5.0))["compromised"] == ["a", "b", "c"]


def test_two_attackers_have_theirs_each() -> None:
    session = Session(chain(attack("c", duration=4.0), attack("b", at=2.0, duration=6.0)))
    found = []
    for time in (1.5, 3.0, 6.0, 9.0):
        session.advance(time)
        found.append(held(session))
    assert found == [{"c"}, {"b", "c"}, {"b", "c"}, set()]


@pytest.mark.parametrize(
    "stop",
    [
        {"target": "bc", "change": "partition"},
        {"target": "bc", "change": "loss", "probability": 1.0},
        {"target": "bc", "change": "set", "path": "allowed", "value": False},
        {"target": "c", "change": "kill"},
        {"target": "c", "change": "freeze"},
        {"target": "b", "change": "kill"},
    ],
    ids=lambda stop: f"{stop['change']}-{stop['target']}",
)
def test_what_stops_him_does_so_while_it_lasts(stop: dict[str, Any]) -> None:
    stop = {"at": 0.5, "duration": 9.5} | stop
    session = Session(chain(attack("b", seconds=2.0), stop))
    session.advance(11.5)
    assert held(session) == {"b"}
    session.advance(12.5)
    assert held(session) == {"b", "c"}
    check_laws(session._simulation.machine)


def test_a_hop_that_is_interrupted_begins_anew() -> None:
    cut = {"at": 2.0, "duration": 1.0, "target": "bc", "change": "partition"}
    session = Session(chain(attack("b", seconds=3.0), cut))
    session.advance(5.9)
    assert held(session) == {"b"}
    session.advance(6.1)
    assert held(session) == {"b", "c"}


def test_edits_open_and_shut_while_it_runs() -> None:
    session = Session(
        SetField("bc", ("config", "allowed"), value=False).apply(chain(attack("a"))).design
    )
    session.advance(2.0)
    assert held(session) == {"a", "b"}
    session.apply(SetField("bc", ("config", "allowed"), value=True))
    session.advance(2.1)
    assert held(session) == {"a", "b", "c"}
    session.apply(SetField("bc", ("config", "allowed"), value=False))
    session.advance(3.0)
    assert held(session) == {"a", "b", "c"}  # what he has he has
    session.apply(Remove(frozenset({"b", "ab", "bc"})))
    session.advance(4.0)
    assert held(session) == {"a", "c"}


def test_an_attacker_who_is_let_in_by_hand_goes_on_and_is_taken_back() -> None:
    session = Session(chain())
    session.advance(3.0)
    events = [attack("a", at=3.0)]
    session.apply(SetDesign(("scenario", "events"), events))
    session.advance(4.0)
    assert held(session) == {"a", "b", "c"}
    session.apply(SetDesign(("scenario", "events"), []))
    session.advance(5.0)
    assert held(session) == set()
    session.advance(20.0)
    assert session.result()["blast_radius"] == 3


def test_an_edit_of_his_pace_leaves_him_what_he_has() -> None:
    session = Session(chain(attack("a", seconds=4.0)))
    session.advance(6.0)
    assert held(session) == {"a", "b"}
    session.apply(SetDesign(("scenario", "events"), [attack("a", seconds=1.0)]))
    session.advance(6.5)
    assert held(session) == {"a", "b"}
    session.advance(7.5)
    assert held(session) == {"a", "b", "c"}


def test_it_is_told_over_which_links_he_came() -> None:
    session = Session(chain(attack("a", seconds=2.0)))
    session.advance(6.0)
    snapshot = session.snapshot()
    came = {name: gauge.compromised for name, gauge in snapshot.gauges.items()}
    assert came == {"users": None, "a": "", "b": "ab", "c": "bc"}
    told = [(each.at, each.text) for each in snapshot.notices]
    assert told == [
        (1.0, "Attacker on a, 2 s a hop"),
        (3.0, "b compromised"),
        (5.0, "c compromised"),
    ]


def test_requests_are_answered_as_before() -> None:
    calm, attacked = run(chain()), run(chain(attack("a", seconds=0.1)))
    for section in ("clients", "nodes"):
        for part in attacked[section].values():
            del part["extra"]["compromised"]
        assert calm[section] == attacked[section]
    assert calm["links"] == attacked["links"]


def test_a_run_that_is_repeated_to_a_moment_shows_the_same() -> None:
    session = Session(chain(attack("a", seconds=2.0)))
    session.advance(4.0)
    session.apply(SetField("bc", ("config", "allowed"), value=False))
    session.advance(20.0)
    for until, expected in ((3.5, {"a", "b"}), (2.0, {"a"}), (0.5, set())):
        assert held(Session.replay(session.journal(), until)) == expected
    assert Session.replay(session.journal()).result()["hash"] == session.result()["hash"]


def test_how_far_he_comes_is_an_objective() -> None:
    raw = chain(attack("b")).model_dump(by_alias=True, exclude_unset=True)
    raw["objectives"] = [
        {"metric": "blast_radius", "below": 3},
        {"metric": "a.extra.compromised", "equals": 0},
        {"metric": "c.extra.compromised", "below": 0.5},
    ]
    design = Design.model_validate(raw)
    assert not [each for each in check(design) if each.code == "unknown-metric"]
    judged = run(design)["objectives"]
    assert [(each["value"], each["met"]) for each in judged] == [
        (2.0, True),
        (0.0, True),
        (pytest.approx(0.95), False),
    ]
    raw["scenario"]["events"] = []
    (found, *_) = (
        each for each in check(Design.model_validate(raw)) if each.code == "unknown-metric"
    )
    assert "No attacker comes" in found.message


def test_the_checks_tell_of_links_that_zones_shut_and_offer_to_allow_them() -> None:
    nodes = [
        {"id": "users", "kind": "client"},
        {"id": "web", "kind": "service", "frame": "edge"},
        {"id": "db", "kind": "sql_database", "frame": "data"},
    ]
    links = [
        {"id": "in", "source": "users", "target": "web"},
        {"id": "out", "source": "web", "target": "db", "config": {"allowed": True}},
        {"id": "past", "source": "users", "target": "db", "config": {"allowed": True}},
    ]
    frames = (
        {"id": "edge", "kind": "trust_zone", "config": {"trust": 1}},
        {"id": "data", "kind": "trust_zone", "config": {"trust": 2}},
    )
    design = made(nodes, links, frames=frames)
    found = {each.code: each for each in check(design)}
    assert found["not-allowed"].id == "in"
    assert "users → web leads into edge" in found["not-allowed"].message
    assert found["past-zones"].id == "past"
    assert "from trust level 0 to 2, past edge" in found["past-zones"].message
    fix = found["not-allowed"].fix
    assert fix is not None
    assert "not-allowed" not in {each.code for each in check(fix.apply(design).design)}


def fan(count: int) -> Design:
    """One node that calls many."""
    nodes = [USERS, {"id": "hub", "kind": "service"}]
    nodes += [{"id": f"n{place}", "kind": "service", "name": f"N{place}"} for place in range(count)]
    links = [{"id": "in", "source": "users", "target": "hub"}]
    links += [
        {"id": f"l{place}", "source": "hub", "target": f"n{place}", "config": NEVER}
        for place in range(count)
    ]
    return made(nodes, links, attack("hub", seconds=1.0))


def calls_made(count: int) -> int:
    """Python calls while he comes to so many nodes at the same time."""
    session = Session(fan(count))
    session.advance(1.5)
    calls = 0

    def count_one(_frame: object, what: str, _of: object) -> None:
        nonlocal calls
        calls += what == "call"

    sys.setprofile(count_one)
    try:
        session.advance(2.5)
    finally:
        sys.setprofile(None)
    assert len(held(session)) == count + 1
    return calls


def test_who_comes_to_many_at_once_is_told_of_once_and_costs_no_more_each() -> None:
    session = Session(fan(6))
    session.advance(3.0)
    told = [each.text for each in session.snapshot().notices]
    assert told[1:] == ["N0, N1, N2, N3 and 2 more compromised"]
    assert calls_made(200) <= 4.4 * calls_made(50)
