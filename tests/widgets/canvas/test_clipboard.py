"""What is pasted stands on its own: references between the copied items lead to the copies."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from PySide6.QtCore import QPointF

from engine.catalog import check
from engine.model.class_names import equal_mix
from engine.model.design import Design, Frame, Node
from engine.model.edits import EditError, Insert
from engine.model.files import dumps, loads
from tests.helpers.builders import client, design, link, node
from tests.helpers.strategies import broken_raw, rich_raw
from widgets.canvas.clipboard import Clip, PasteError, copied, pasted, read_clip
from widgets.canvas.whole_design import completed

FLOW = [{"parallel": [{"call": "web-a"}, {"sequence": [{"call": "web-b"}]}], "need": 1}]


def test_the_flow_of_a_copy_calls_the_copies_of_its_links() -> None:
    nodes = [client("users"), node("web", "service", flow=FLOW)]
    nodes += [node(name, "service") for name in "ab"]
    made = design(nodes, [link("users", "web"), link("web", "a"), link("web", "b")])
    after = (
        pasted(made, read_clip(copied(made, ["web", "a", "b"])), QPointF(10, 10)).apply(made).design
    )
    assert after.node_by_id["web-2"].config["flow"] == [
        {"parallel": [{"call": "web-a-2"}, {"sequence": [{"call": "web-b-2"}]}], "need": 1}
    ]
    assert {(each.source, each.target) for each in after.links if each.source == "web-2"} == {
        ("web-2", "a-2"),
        ("web-2", "b-2"),
    }
    assert not [each for each in check(after) if each.level == "error"]
    alone = pasted(made, read_clip(copied(made, ["web"])), QPointF(10, 10)).apply(made).design
    found = [each for each in check(alone) if each.level == "error"]
    assert {each.id for each in found} == {"web-2"}, "its calls lead nowhere, and that is said"


def paste(into: Design, text: str) -> Design:
    """The design after a paste. Raises ``PasteError`` or ``EditError``."""
    clip = read_clip(text)
    insert = pasted(into, clip, QPointF(10, 10))
    return completed(into, clip, insert).apply(into).design


def test_the_file_of_a_design_can_be_pasted() -> None:
    whole = loads(json.dumps(rich_raw() | {"title": "Shop"}))
    made = paste(Design(), dumps(whole))
    assert made.scenario == whole.scenario
    assert made.objectives == whole.objectives
    assert (made.title, made.classes) == ("Shop", whole.classes)
    assert [each.config for each in made.nodes] == [each.config for each in whole.nodes]
    other = Design.model_validate({"title": "Mine", "classes": [{"name": "read"}]})
    other = Insert.of(Node(id="web", kind="service")).apply(other).design
    made = paste(other, dumps(whole))
    assert (made.title, made.scenario) == ("Mine", other.scenario)
    assert [each.name for each in made.classes] == ["read", "write"]
    assert {"web", "web-2", "users"} <= made.node_by_id.keys()
    assert loads(dumps(made)) == made


def _clients(own: str, **config: object) -> dict[str, object]:
    """A design with one client and a service that takes what it sends."""
    return {
        "windtunnel": 1,
        "nodes": [
            {"id": own, "kind": "client", "config": config},
            {"id": f"{own}-web", "kind": "service"},
        ],
        "links": [{"id": f"{own}-link", "source": own, "target": f"{own}-web"}],
    }


@pytest.mark.parametrize("mix", [{}, {"mix": {"request": 1.0}}])
@pytest.mark.parametrize("named", ["neither", "pasted", "there", "both"])
def test_clients_send_the_classes_they_sent_when_designs_are_pasted_together(mix, named) -> None:
    """Also where the class of one of the designs goes without saying."""
    two = {"classes": [{"name": "a"}, {"name": "b"}]}
    there = _clients("here", **({} if named in ("there", "both") else mix))
    there |= two if named in ("there", "both") else {}
    other = _clients("new", **({} if named in ("pasted", "both") else mix))
    other |= two if named in ("pasted", "both") else {}
    into = loads(json.dumps(there))
    made = paste(into, json.dumps(other))
    assert not [each for each in check(made) if each.level == "error"]
    for own, classes in (("here", {"there", "both"}), ("new", {"pasted", "both"})):
        sent = made.node_by_id[own].config.get("mix") or equal_mix(made)
        assert sent == (dict.fromkeys("ab", 1.0) if named in classes else {"request": 1.0})


def test_copies_name_the_copies_of_what_they_named() -> None:
    """The auth server, the store of sessions, the link to fall back on, records, accounts and distances."""
    raw = {
        "windtunnel": 1,
        "frames": [
            {"id": "east", "kind": "region", "config": {"round_trip": {"west": 0.1, "far": 0.2}}},
            {"id": "west", "kind": "region"},
        ],
        "nodes": [
            {"id": "users", "kind": "client"},
            {"id": "thief", "kind": "client", "config": {"wrong_credentials": {"of": "users"}}},
            {"id": "names", "kind": "dns", "config": {"records": ["web"]}},
            {
                "id": "web",
                "kind": "service",
                "config": {
                    "admission": {"auth": {"mode": "introspection", "server": "auth"}},
                    "sessions": {"where": "store", "store": "memory"},
                },
            },
            {"id": "auth", "kind": "auth"},
            {"id": "memory", "kind": "cache"},
            {"id": "db", "kind": "sql_database"},
            {"id": "spare", "kind": "sql_database"},
        ],
        "links": [
            {"id": "users-names", "source": "users", "target": "names"},
            {"id": "thief-names", "source": "thief", "target": "names"},
            {"id": "names-web", "source": "names", "target": "web"},
            {"id": "web-auth", "source": "web", "target": "auth"},
            {"id": "web-memory", "source": "web", "target": "memory"},
            {
                "id": "web-db",
                "source": "web",
                "target": "db",
                "config": {"fallback": {"kind": "link", "link": "web-spare"}},
            },
            {"id": "web-spare", "source": "web", "target": "spare"},
        ],
    }
    made = loads(json.dumps(raw))
    assert not [each for each in check(made) if each.level == "error"]
    everything = [each.id for part in (made.nodes, made.frames) for each in part]
    after = pasted(made, read_clip(copied(made, everything)), QPointF(9, 9)).apply(made).design
    assert not [each for each in check(after) if each.level == "error"]
    web = after.node_by_id["web-2"].config
    assert web["admission"]["auth"]["server"] == "auth-2"
    assert web["sessions"]["store"] == "memory-2"
    assert after.link_by_id["web-db-2"].config["fallback"]["link"] == "web-spare-2"
    assert after.node_by_id["names-2"].config["records"] == ["web-2"]
    assert after.node_by_id["thief-2"].config["wrong_credentials"]["of"] == "users-2"
    assert after.frame_by_id["east-2"].config["round_trip"] == {"west-2": 0.1, "far": 0.2}


def test_nobody_pastes_more_than_a_file_holds() -> None:
    many = Design(nodes=tuple(Node(id=f"n{n}", kind="service") for n in range(2_000)))
    text = copied(many, many.node_by_id)
    twice = paste(paste(Design(), text), text)
    with pytest.raises(EditError, match="has 6000 nodes; at most 5000 are read"):
        paste(twice, text)
    assert loads(dumps(twice)) == twice


def test_a_long_name_is_cut_where_a_number_has_to_follow() -> None:
    design = Design(nodes=(Node(id="a", kind="service", name="x" * 200),))
    for _ in range(12):
        design = paste(design, copied(design, ["a"]))
    assert loads(dumps(design)) == design
    assert len({node.name for node in design.nodes}) == 13


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"frames": [{"id": "a", "frame": "b"}, {"id": "b", "frame": "a"}]}, "lies inside itself"),
        ({"nodes": [{"id": "a", "kind": "x", "name": "x" * 201}]}, "at most 200 characters"),
        ({"nodes": [{"id": "a", "kind": "x"}] * 2}, "is used twice"),
        ({"nodes": [{"id": "a", "kind": "x", "x": 1e9}]}, "x should be at most"),
        ({"nodes": [{"id": "a", "kind": "x", "config": {"x": 2**64}}]}, "too large"),
        ({"nodes": [{"id": "a", "kind": "x"}] * 5001}, "has 5001 nodes"),
        ({"nodes": [{"id": ["a"], "kind": "x", "frame": "f"}], "links": [{}]}, "id should be"),
        ({"nodes": 3}, "nodes should be a list"),
    ],
)
def test_what_no_file_could_hold_is_not_pasted(parts: dict[str, object], says: str) -> None:
    with pytest.raises(PasteError, match=says) as caught:
        read_clip(json.dumps({"windtunnel_items": 1} | parts))
    assert str(caught.value).isprintable()


def test_a_paste_that_would_leave_the_canvas_is_refused() -> None:
    clip = Clip(Design(nodes=(Node(id="a", kind="service", x=1e7),)))
    with pytest.raises(EditError, match="x should be at most"):
        pasted(Design(), clip, QPointF(1.0, 0.0)).apply(Design())


def test_copies_stay_in_a_frame_that_was_not_copied() -> None:
    design = Design(frames=(Frame(id="zone"),), nodes=(Node(id="a", kind="x", frame="zone"),))
    text = copied(design, ["a"])
    assert paste(design, text).node_by_id["a-2"].frame == "zone"
    assert paste(Design(), text).node_by_id["a"].frame is None


def test_a_design_whose_class_has_no_name_is_pasted_too() -> None:
    node = {"nodes": [{"id": "a", "kind": "client"}]}
    nameless = {"windtunnel": 1, "classes": [{"operation": "write"}, {"name": "bulk"}]} | node
    into = paste(Design(), json.dumps({"windtunnel": 1} | node))
    made = paste(into, json.dumps(nameless))
    assert [each.name for each in made.classes] == ["request", "bulk"]
    assert loads(dumps(made)) == made


@settings(max_examples=150, deadline=None)
@given(broken_raw(), broken_raw())
def test_whatever_is_pasted_leaves_a_design_that_can_be_opened(
    first: object, other: object
) -> None:
    design = Design()
    for raw in (first, other):
        for text in (json.dumps(raw), json.dumps({"windtunnel_items": 1, **dict(raw or {})})):
            try:
                design = paste(design, text)
            except (PasteError, EditError) as error:
                problem = str(error)
            else:
                problem = ""
            assert problem.isprintable()
            assert loads(dumps(design)) == design


def test_a_flowchart_is_pasted_laid_out_in_one_step(desk) -> None:
    before = desk.design
    text = "flowchart LR\n subgraph east [East]\n B[Web] --> C[(Orders)]\n end\n A[Client] --> B\n C --> B"
    desk.view.paste(text)
    assert len(desk.edits) == 1
    added = [node for node in desk.design.nodes if node.id not in before.node_by_id]
    assert [node.kind for node in added] == ["service", "sql_database", "client"]
    web, orders, client = added
    assert client.x < web.x < orders.x
    frame = desk.design.frame_by_id["east"]
    assert frame.x < web.x < orders.x < frame.x + frame.width
    assert desk.messages == [
        (
            "Pasted a flowchart of 3 nodes and 2 links; left out: "
            "Orders → Web (nothing leaves a sql database)"
        )
    ]
    desk.undo()
    assert desk.design == before


def test_a_flowchart_without_nodes_is_not_pasted(desk) -> None:
    desk.view.paste("flowchart LR\n%% nothing")
    assert not desk.edits
    assert desk.messages == ["Nothing was pasted: the flowchart has no nodes"]
