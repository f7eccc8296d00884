"""Findings about trust zones: which lie on the way of calls, and which let in more than they seem to."""

from __future__ import annotations

from typing import Any

from engine.catalog import check
from engine.model.design import Design
from engine.model.findings import Finding
from tests.helpers.builders import client, design, link, node, run

ALLOWED = {"allowed": True}


def zone(name: str, trust: int, frame: str | None = None) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "trust_zone",
        "name": name,
        "frame": frame,
        "config": {"trust": trust},
    }


def coded(made: Design, code: str) -> list[Finding]:
    return [each for each in check(made) if each.code == code]


def sites(*more: dict[str, Any]) -> Design:
    """Two sites that have nothing to do with each other, each with an edge and a zone of data."""
    nodes, links, frames = [], [], []
    for site in "ab":
        frames += [zone(f"edge-{site}", 1), zone(f"data-{site}", 2)]
        nodes += [
            client(f"users-{site}"),
            node(f"web-{site}", "service", frame=f"edge-{site}"),
            node(f"db-{site}", "service", frame=f"data-{site}"),
        ]
        links += [
            link(f"users-{site}", f"web-{site}", **ALLOWED),
            link(f"web-{site}", f"db-{site}", **ALLOWED),
        ]
    nodes.append(node("batch", "client", arrivals={"process": "poisson", "rate": 1}))
    return design(nodes, [*links, *more], frames=frames)


def test_zones_that_are_not_on_the_way_are_not_named() -> None:
    assert coded(sites(), "past-zones") == []
    [found] = coded(sites(link("users-a", "db-a", **ALLOWED)), "past-zones")
    assert "from trust level 0 to 2, past edge-a: who has Users-a has Db-a" in found.message


def test_a_back_door_leads_past_the_zones_by_which_others_come() -> None:
    [found] = coded(sites(link("batch", "db-b", **ALLOWED)), "past-zones")
    assert "past edge-b: who has Batch" in found.message


def test_a_zone_that_nobody_comes_through_from_below_is_on_no_way() -> None:
    nodes = [
        client("users"),
        node("ops", "client", frame="inner", arrivals={"process": "poisson", "rate": 1}),
        node("db", "service", frame="data"),
    ]
    links = [link("users", "db", **ALLOWED), link("ops", "db", **ALLOWED)]
    made = design(nodes, links, frames=[zone("inner", 1), zone("data", 2)])
    assert coded(made, "past-zones") == []


def test_a_zone_around_the_target_is_on_every_way() -> None:
    nodes = [client("users"), node("db", "service", frame="data")]
    frames = [zone("services", 1), zone("data", 2, "services")]
    [found] = coded(design(nodes, [link("users", "db", **ALLOWED)], frames=frames), "past-zones")
    assert "past services" in found.message


def named(**config: Any) -> Design:
    """A DNS that somebody inside a zone and somebody outside ask for what lies in it."""
    nodes = [
        client("inside", 5.0) | {"frame": "data"},
        client("outside", 5.0),
        node("names", "dns"),
        node("db", "service", frame="data"),
    ]
    links = [link("inside", "names"), link("outside", "names"), link("names", "db", **config)]
    return design(nodes, links, frames=[zone("data", 1)], duration=20.0, warmup=0.0)


def test_who_asks_dns_from_outside_comes_in_with_those_inside_and_check_says_so() -> None:
    made = named()
    [found] = coded(made, "open-zone")
    assert (found.level, found.id, found.field) == ("warning", "names-db", "config.allowed")
    assert found.message.startswith(
        "Names → Db lets everybody into data who asks Names, since Inside"
    )
    assert "Outside comes in from outside; have a DNS of its own" in found.message
    assert run(made)["clients"]["outside"]["succeeded"] > 0  # as it says
    assert found.fix is not None
    assert coded(found.fix.apply(made).design, "open-zone") == []
    assert coded(named(allowed=False), "open-zone") == []


def test_an_allowed_way_from_dns_is_told_of_those_who_ask_it() -> None:
    nodes = [
        client("users"),
        client("others"),
        node("names", "dns"),
        node("web", "service", frame="edge"),
        node("db", "service", frame="data"),
    ]
    links = [
        link("users", "names"),
        link("names", "db", **ALLOWED),
        link("others", "web", **ALLOWED),
        link("web", "db", **ALLOWED),
    ]
    made = design(nodes, links, frames=[zone("edge", 1), zone("data", 2)])
    [found] = coded(made, "past-zones")
    assert "past edge: who has Users has Db with one hop" in found.message


def test_instances_outside_come_in_with_those_inside_and_check_says_so() -> None:
    nodes = [
        client("users"),
        node("web", "service", instances=2, spread=["edge", "data"]),
        node("db", "service", frame="data"),
    ]
    links = [link("users", "web", **ALLOWED), link("web", "db")]
    frames = [zone("edge", 1), zone("data", 2)]
    [found] = coded(design(nodes, links, frames=frames), "open-zone")
    assert found.message.startswith("Web → Db lets all instances of Web into data, since some are")
    assert "those in edge come in from outside" in found.message


def test_instances_inside_are_reached_with_those_outside_and_check_says_so() -> None:
    nodes = [client("users"), node("web", "service", instances=2, spread=["lobby", "data"])]
    frames = [zone("data", 2), {"id": "lobby", "kind": "region", "config": {}}]
    [found] = coded(design(nodes, [link("users", "web")], frames=frames), "open-zone")
    assert "lets Users into data, to the instances of Web there" in found.message
