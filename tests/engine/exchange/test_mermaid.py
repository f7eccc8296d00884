"""Flowcharts of Mermaid as designs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import COMPONENTS
from engine.exchange.diagrams.design import design_of
from engine.exchange.diagrams.guessing import guessed
from engine.exchange.diagrams.mermaid import (
    MAX_TEXT,
    FlowchartError,
    is_flowchart,
    read_flowchart,
)
from engine.model.files import dumps, loads

KINDS = {component.kind: component for component in COMPONENTS}


def ways(text: str) -> list[tuple[str, str]]:
    return [(arrow.source, arrow.target) for arrow in read_flowchart(text).arrows]


@pytest.mark.parametrize(
    "arrow",
    ["-->", "---", "-.->", "-.-", "==>", "===", "---->", "--o", "--x", "<-->", "-- text -->",
     "== text ==>", "-. text .->", "-->|text|", "--text-->", " --> ", "e1@-->"],
)  # fmt: skip
def test_every_sort_of_arrow_is_a_link(arrow: str) -> None:
    chart = read_flowchart(f"flowchart LR\nA {arrow} B")
    assert [(each.source, each.target) for each in chart.arrows] == [("A", "B")]
    assert chart.unread == []
    assert chart.arrows[0].label == ("text" if "text" in arrow else "")


@pytest.mark.parametrize(
    "box",
    ["B[Orders]", "B(Orders)", "B([Orders])", "B[[Orders]]", "B[(Orders)]", "B((Orders))",
     "B>Orders]", "B{Orders}", "B{{Orders}}", "B[/Orders/]", "B(((Orders)))", 'B["Orders"]',
     'B@{ shape: rect, label: "Orders" }', "B[<b>Orders</b>]", "B[Orders]:::hot"],
)  # fmt: skip
def test_every_shape_has_its_label(box: str) -> None:
    chart = read_flowchart(f"graph TD\nA --> {box} --> C")
    assert chart.boxes["B"].label == "Orders"
    assert ways(f"graph TD\nA --> {box} --> C") == [("A", "B"), ("B", "C")]


def test_chains_groups_and_several_statements_on_a_line() -> None:
    assert ways("flowchart LR; A --> B & C --> D; D --> E") == [
        ("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("D", "E"),
    ]  # fmt: skip
    assert ways('flowchart LR\nA["a; b --> c"] --> B') == [("A", "B")]
    assert ways("flowchart LR\nA ~~~ B") == []


def test_front_matter_comments_fences_and_styles_are_passed_over() -> None:
    text = """```mermaid
---
title: "Shop"
---
%% a comment
flowchart TB
  direction LR
  A --> B
  classDef hot fill:#f00
  class A hot
  linkStyle 0 stroke:#fff
  click A href "x"
```"""
    chart = read_flowchart(text)
    assert (chart.title, list(chart.boxes), chart.unread) == ("Shop", ["A", "B"], [])


def test_subgraphs_become_frames_inside_each_other() -> None:
    text = """flowchart LR
    subgraph eu [Europe]
      subgraph Zone A
        A[Web]
      end
      B[API]
    end
    A --> B --> C[Orders db]
    """
    design = design_of(read_flowchart(text), KINDS).design
    assert {frame.id: (frame.name, frame.frame) for frame in design.frames} == {
        "eu": ("Europe", None),
        "zone-a": ("Zone A", "eu"),
    }
    assert {node.id: node.frame for node in design.nodes} == {"a": "zone-a", "b": "eu", "c": None}


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Client", "client"),
        ("Mobile app", "client"),
        ("Load balancer", "load_balancer"),
        ("nginx ingress", "load_balancer"),
        ("API Gateway", "api_gateway"),
        ("Redis", "cache"),
        ("CDN", "cdn"),
        ("Orders DB", "sql_database"),
        ("PostgreSQL 16", "sql_database"),
        ("ordersDb", "sql_database"),
        ("Job queue", "queue"),
        ("Kafka", "queue"),
        ("Worker", "worker"),
        ("User service", "service"),
        ("Message API", "service"),
        ("Checkout", "service"),
        ("DNS", "dns"),
        ("Auth server", "auth"),
    ],
)
def test_kinds_are_guessed_by_words(label: str, kind: str) -> None:
    known = {"client", "load_balancer", "api_gateway", "cache", "sql_database", "queue", "worker",
             "service", "dns", "auth", "rate_limiter", "cdn"}  # fmt: skip
    assert guessed(label, "x", "", known)[0] == kind


def test_a_cylinder_is_a_database_unless_its_words_say_otherwise() -> None:
    assert guessed("Orders", "A", "store", KINDS)[0] == "sql_database"
    assert guessed("Session cache", "A", "store", KINDS)[0] == "cache"


def test_kinds_fit_the_arrows() -> None:
    text = """flowchart LR
    A[Users] --> B[Shop] --> Q[Mail queue] --> C[Mailer]
    B --> U[Customers]
    B --> W[Worker]
    """
    design = design_of(read_flowchart(text), KINDS).design
    assert {node.id: node.kind for node in design.nodes} == {
        "a": "client", "b": "service", "q": "queue", "c": "worker", "u": "service", "w": "service",
    }  # fmt: skip
    assert len(design.links) == 5


def test_what_cannot_be_is_told_in_one_line() -> None:
    text = "flowchart LR\nA[Client] -->|asks| D[Orders db] --> A\nA --> A\nwhat is this?"
    drawn = design_of(read_flowchart(text), KINDS)
    assert "\n" not in drawn.left_out
    assert "nothing leaves a SQL database" in drawn.left_out
    assert "leads to itself" in drawn.left_out
    assert "“what is this?”" in drawn.left_out
    assert "the words on 1 arrow" in drawn.left_out


def test_what_is_no_flowchart_is_refused() -> None:
    for text in ("", "sequenceDiagram\nA->>B: hi", "{}", "flowcharts are nice"):
        assert not is_flowchart(text)
        with pytest.raises(FlowchartError):
            read_flowchart(text)
    with pytest.raises(FlowchartError):
        read_flowchart("flowchart LR\n" + "A" * MAX_TEXT)
    many = " & ".join(f"n{i}" for i in range(100))
    with pytest.raises(FlowchartError):
        read_flowchart(f"flowchart LR\n{many} --> {many}")


def test_what_no_design_could_hold_is_cut_or_refused() -> None:
    """Long ids stand for names, a clipboard may hold half a character, and frames lie in few others."""
    long = "x" * 300
    drawn = design_of(
        read_flowchart(f"flowchart LR\nsubgraph \ud800\nB[\udfff] --> {long}\nend"), KINDS
    )
    assert {node.name for node in drawn.design.nodes} == {"?", "x" * 200}
    assert loads(dumps(drawn.design)) == drawn.design
    nested = [f"subgraph s{depth}" for depth in range(65)]
    deepest = design_of(read_flowchart("\n".join(["flowchart LR", *nested[:64], "a"])), KINDS)
    assert loads(dumps(deepest.design)) == deepest.design
    with pytest.raises(FlowchartError, match="more than 64 subgraphs inside each other"):
        read_flowchart("\n".join(["flowchart LR", *nested]))


@given(st.text("AB[](){}<>-.=~|&;:\"'@ \n#%/\\endsubgraph", max_size=120))
def test_any_text_is_read_or_told(text: str) -> None:
    chart = read_flowchart(f"flowchart LR\n{text}")
    drawn = design_of(chart, KINDS)
    assert len(drawn.design.nodes) + len(chart.groups) >= len(chart.boxes)
    assert "\n" not in drawn.left_out
