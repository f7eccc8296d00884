"""What a plan's theory and its run say has the names that people know, never an id."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.catalog import Lowerer, check, lower
from engine.control.simulation import Simulation
from engine.model.edits import SetField
from engine.plan.theory import predict
from engine.run.session import Session
from tests.helpers.builders import client, design, exponential, link, node
from tests.helpers.random_plans import random_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model.prediction import Theory
    from engine.plan.primitives import Plan

SEEDS = range(40)
RUNS = range(8)


def named(seed: int) -> Plan:
    """A random plan whose nodes have names that are no word of anything else."""
    plan = random_plan(seed)
    names = {node.id: f"«{place}»" for place, node in enumerate(plan.nodes)}
    links = {link.id: f"{names[link.source]} → {names[link.target]}" for link in plan.links}
    return replace(plan, names=names | links)


def texts_of(theory: Theory) -> Iterator[str]:
    """Everything that a theory says in words."""
    yield from (theory.bottleneck_doubt, *theory.doubts)
    for each in (*theory.nodes.values(), *theory.clients.values()):
        yield from (each.reason, each.model, *each.doubts)


def ids_in(plan: Plan, texts: list[str]) -> list[str]:
    """The texts that name an id."""
    ids = "|".join(map(re.escape, plan.names))
    return [text for text in texts if re.search(rf"(?<![\w-])(?:{ids})(?![\w-])", text)]


def test_theory_names_no_id() -> None:
    told = 0
    for seed in SEEDS:
        plan = named(seed)
        texts = list(texts_of(predict(plan)))
        assert ids_in(plan, texts) == []
        told += sum("«" in text for text in texts)
    assert told > 500  # or the test would see nothing


def test_notices_name_no_id() -> None:
    told = 0
    for seed in RUNS:
        plan = named(seed)
        simulation = Simulation(plan)
        simulation.advance(5.0)
        texts = [notice.text for notice in simulation.notices]
        assert ids_in(plan, texts) == []
        told += sum("«" in text for text in texts)
    assert told > 100


def test_a_node_that_is_renamed_while_it_runs_has_its_new_name_from_then_on() -> None:
    nodes = [client("users", 50.0), node("w", "service", name="Web", autoscale={"interval": 1})]
    session = Session(design(nodes, [link("users", "w")], duration=100))
    session.advance(1.0)
    session.apply(SetField("w", ("name",), "Shop"))
    session.apply(SetField("w", ("config", "autoscale", "min"), 3))
    session.advance(10.0)
    told = [notice.text for notice in session.snapshot().notices if notice.target == "w"]
    assert any(text.startswith("Shop: ") for text in told)
    assert not any("Web" in text for text in told)


def test_names_follow_edits_of_single_nodes() -> None:
    made = design([client(), node("w", "service", name="Web")], [link("users", "w")])
    lowerer = Lowerer()
    lowerer.lower(made)
    edited = SetField("w", ("name",), "Shop").apply(made).design
    names = lowerer.lower(edited).names
    assert names == lower(edited).names
    assert names["users-w"] == "Users → Shop"


def test_findings_call_a_group_without_a_name_by_who_reads() -> None:
    nodes = [
        client("users", 5.0),
        node("t", "topic", name="Orders", partitions=2),
        node("w", "worker", name="Packing", instances=4, service_time=exponential(0.01)),
    ]
    made = design(nodes, [link("users", "t"), link("t", "w")])
    idle = next(each for each in check(made) if each.code == "idle-consumers")
    assert "of group Packing have nothing to do" in idle.message
