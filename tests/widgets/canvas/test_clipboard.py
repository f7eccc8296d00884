"""What is pasted stands on its own: references between the copied items lead to the copies."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from engine.catalog import check
from tests.helpers.builders import client, design, link, node
from widgets.canvas.clipboard import copied, pasted

FLOW = [{"parallel": [{"call": "web-a"}, {"sequence": [{"call": "web-b"}]}], "need": 1}]


def test_the_flow_of_a_copy_calls_the_copies_of_its_links() -> None:
    nodes = [client("users"), node("web", "service", flow=FLOW)]
    nodes += [node(name, "service") for name in "ab"]
    made = design(nodes, [link("users", "web"), link("web", "a"), link("web", "b")])
    after = pasted(made, copied(made, ["web", "a", "b"]), QPointF(10, 10)).apply(made).design
    assert after.node_by_id["web-2"].config["flow"] == [
        {"parallel": [{"call": "web-a-2"}, {"sequence": [{"call": "web-b-2"}]}], "need": 1}
    ]
    assert {(each.source, each.target) for each in after.links if each.source == "web-2"} == {
        ("web-2", "a-2"),
        ("web-2", "b-2"),
    }
    assert not [each for each in check(after) if each.level == "error"]
    alone = pasted(made, copied(made, ["web"]), QPointF(10, 10)).apply(made).design
    found = [each for each in check(alone) if each.level == "error"]
    assert {each.id for each in found} == {"web-2"}, "its calls lead nowhere, and that is said"
