"""Risks: databases that are asked again and again for one request (N+1)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.plan.flow import flow_of
from engine.plan.primitives import CallPart, ChoicePart, LoopPart, ParallelPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.plan.primitives import FlowPlan, Plan

_MANY: Final = 5
"""Queries one after the other, from which on a word is due: a transaction of a few statements is none."""
_DATABASE: Final = "sql_database"


def query_findings(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """Loops of queries, each of which waits for the one before."""
    kinds = {node.id: node.kind for node in reading.design.nodes}
    asked = [link for link in plan.links if kinds[link.target] == _DATABASE]
    for caller in plan.nodes:
        mine = [link for link in asked if link.source == caller.id]
        if not mine or caller.router is not None or caller.keeps_messages:
            continue
        leaving = [link for link in plan.links if link.source == caller.id]
        rounds = _in_turn(flow_of(caller, leaving, plan.classes))
        for link in mine:
            if rounds[link.id] >= _MANY:
                yield _finding(reading, link.id, caller.id, link.target, rounds[link.id])


def query_warnings(reading: Reading) -> Iterator[Finding]:
    """Read times of databases that derive them."""
    for node in reading.design.nodes:
        config = reading.configs.get(node.id)
        if getattr(config, "query", None) is not None and "read_time" in node.config:
            yield Finding(
                level="warning",
                code="no-effect",
                id=node.id,
                field="config.read_time",
                message=f"The read time of {name_of(reading.design, node.id)} has no effect: its query plan says how long "
                "reads take; remove one of the two",
                fix=SetField(node.id, ("config", "read_time"), UNSET, "Remove read time"),
            )


def _finding(reading: Reading, link: str, source: str, target: str, rounds: int) -> Finding:
    """What so many trips mean."""
    caller, database = name_of(reading.design, source), name_of(reading.design, target)
    return Finding(
        level="risk",
        code="n-plus-one",
        id=link,
        message=f"{caller} asks {database} up to {rounds} times for one request, one after the other (N+1): "
        f"{rounds} round trips and queries. Fetch all in one query, or begin them at once",
    )


def _in_turn(flow: FlowPlan) -> Counter[str]:
    """How often a flow makes the calls of each link in loops: those of parallel ways are not in turn."""
    found: Counter[str] = Counter()
    for part in flow:
        match part:
            case CallPart():
                found[part.link] += 1
            case LoopPart():
                for link, times in _in_turn(part.do).items():
                    found[link] += times * part.rounds
            case ParallelPart():
                for way in part.ways:
                    found |= _in_turn(way)
            case ChoicePart():
                most: Counter[str] = Counter()
                for choice in part.ways:
                    most |= _in_turn(choice.do)
                found += most
            case _:
                pass
    return found
