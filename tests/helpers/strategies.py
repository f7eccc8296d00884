"""Hypothesis strategies: designs, edits that fit them, and files broken on purpose."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from engine.model import citing, presenting
from engine.model.commenting import answered, resolved, said, taken_back
from engine.model.design import Citation, Comment, Frame, Link, Node, Note, Reply, Step, View
from engine.model.edits import (
    UNSET,
    CompoundEdit,
    Edit,
    Insert,
    Move,
    Position,
    Remove,
    SetDesign,
    SetField,
)
from tests.helpers.builders import client, constant, exponential, link, node, raw_design

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.design import Design

    Draw = Callable[[st.SearchStrategy[Any]], Any]

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.sampled_from([0, -1, 1e300, -1e300, 2**70, 1e-300]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=12),
    st.sampled_from(["users", "web", "exponential", "kill", "\ud800", "\x00", "😀"]),
    st.builds(list),
    st.builds(dict),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
"""JSON that stands where something else should, NaN and broken characters included."""


def rich_raw() -> dict[str, Any]:
    """A raw design in which every sort of thing appears."""
    near = constant(0.00025)
    kept = {"connection": {"streams": 100, "idle_timeout": None}, "encryption": {}}
    retry = {"attempts": 3, "backoff": {"base": 0.05, "factor": 2, "cap": 1, "jitter": "full"}}
    law = {"law": "empirical", "values": [0.001, 0.1], "weights": [9, 1]}
    gate = {"rate_limit": {"rate": 200, "burst": 50, "by": "client", "delay": True, "pending": 9}}
    breaker = {"window": 20, "failure_share": 0.6, "slow_call": 0.5, "open": 2, "half_open": 3}
    return raw_design(
        [
            client("users", 20.0, mix={"read": 0.9, "write": 0.1}),
            node(
                "crowd",
                "client",
                arrivals={"process": "closed", "users": 5, "think_time": 1.0},
                mix={"read": 1.0},
            ),
            node(
                "balancer", "load_balancer", picker="power_of_two", admission=gate, frame="region"
            ),
            node("web", "service", instances=2, service_time=exponential(0.01), frame="region"),
            node("cache", "cache", capacity=100, ttl=30, x=400, y=40, frame="zone"),
            node("db", "sql_database", read_time=law, queue_limit=50, frame="zone"),
            node("orders", "queue", capacity=1000),
            node("mailer", "worker", workers=2),
        ],
        [
            link("users", "balancer", delay=near, timeout=1.0, retry=retry),
            link("crowd", "balancer", classes=["read"]),
            link("balancer", "web", weight=2, bandwidth=125e6, **kept),
            link("web", "cache", order=0),
            link("cache", "db", loss=0.01, jitter=0.001, breaker=breaker),
            link("web", "orders", order=1, mode="send", probability=0.5),
            link("orders", "mailer"),
        ],
        classes=[{"name": "read", "operation": "read"}, {"name": "write", "operation": "write"}],
        frames=[
            {"id": "region", "kind": "region", "name": "R", "width": 900, "height": 500},
            {"id": "zone", "kind": "zone", "frame": "region", "x": 300},
        ],
        notes=[{"id": "hint", "text": "Try\nthis", "x": -100, "y": 200}],
        objectives=[{"metric": "users.latency.p99", "below": 0.5}],
        duration=12,
        warmup=2,
        seed=3,
        events=[
            {"at": 4, "duration": 3, "target": "web", "change": "kill", "instances": 1},
            {"at": 5, "change": "traffic", "factor": 1.5},
            {"at": 6, "target": "cache", "change": "flush"},
            {"at": 7, "target": "db", "change": "set", "path": "connections", "value": 3},
        ],
    )


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Paths of everything inside nested JSON."""
    found: list[tuple[str | int, ...]] = []
    if not isinstance(value, dict | list):
        return found
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        found.append((*path, key))
        found += places(inner, (*path, key))
    return found


def parent(value: Any, path: tuple[str | int, ...]) -> Any:
    """What holds the thing at a path."""
    for key in path[:-1]:
        value = value[key]
    return value


@st.composite
def broken_raw(draw: Draw) -> Any:
    """The rich design with one to three things replaced, removed, renamed or doubled."""
    raw = rich_raw()
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(raw)))
        holder, key = parent(raw, path), path[-1]
        action = draw(st.sampled_from(["replace", "remove", "double", "rename"]))
        if action == "remove":
            del holder[key]
        elif action == "double" and isinstance(holder, list):
            holder.append(json.loads(json.dumps(holder[int(key)])))
        elif action == "rename" and isinstance(holder, dict):
            holder[draw(st.text(max_size=8))] = holder.pop(key)
        else:
            holder[key] = draw(JUNK)
    return raw


def _new_items(draw: Draw, design: Design) -> Edit:
    """Nodes, a frame, a note or a link that are not there yet."""
    taken = {item.id for item in (*design.nodes, *design.frames, *design.notes, *design.links)}
    name = draw(st.sampled_from([f"new-{n}" for n in range(30) if f"new-{n}" not in taken]))
    sort = draw(st.sampled_from(["node", "frame", "note", "link"]))
    if sort == "frame":
        return Insert.of(Frame(id=name, x=10.0))
    if sort == "note":
        return Insert.of(Note(id=name, text="Note"))
    if sort == "link" and design.nodes:
        ends = st.sampled_from([each.id for each in design.nodes])
        return Insert.of(Link(id=name, source=draw(ends), target=draw(ends)))
    return Insert.of(Node(id=name, kind=draw(st.sampled_from(["service", "odd"])), x=5.0))


def _field_edit(draw: Draw, design: Design) -> Edit:
    """A change of a field of a node or link, or its return to the default."""
    items = [*design.nodes, *design.links]
    if not items:
        return SetDesign(("title",), "Empty")
    item = draw(st.sampled_from(items))
    value = draw(
        st.one_of(st.just(UNSET), st.integers(1, 9), st.floats(0.001, 9), st.text(max_size=4))
    )
    path = draw(
        st.sampled_from(
            [("config", "workers"), ("config", "service_time", "mean"), ("config", "x", "y", "z")]
        )
    )
    return SetField(item.id, path, value)


def _comment_edit(draw: Draw, design: Design) -> Edit:
    """Something said, answered, settled or taken back."""
    text = draw(st.text(min_size=1, max_size=9))
    about = draw(st.sampled_from([None, *(node.id for node in design.nodes)]))
    place = draw(st.integers(0, 3))
    if place >= len(design.comments):
        told = Comment(text=text, author=draw(st.text(max_size=4)))
        return said(design, told if about is None else told.model_copy(update={"about": about}))
    return draw(
        st.sampled_from(
            [
                answered(design, place, Reply(text=text)),
                resolved(design, place, done=not design.comments[place].resolved),
                taken_back(design, place),
            ]
        )
    )


def _step_edit(draw: Draw, design: Design) -> Edit:
    """A step of the presentation added, changed, moved or deleted."""
    fields: dict[str, Any] = {"text": draw(st.text(max_size=9))}
    if draw(st.booleans()):
        fields["at"] = draw(st.floats(0.0, 1e9))
    if draw(st.booleans()):
        fields["view"] = View(x=draw(st.floats(-1e7, 1e7)), y=0.0, width=3.5, height=2)
    step = Step(**fields)
    count = len(design.presentation)
    place = draw(st.integers(0, 3))
    if place >= count:
        return presenting.added(design, step)
    return draw(
        st.sampled_from(
            [
                presenting.added(design, step, place),
                presenting.changed(design, place, step),
                presenting.moved(design, place, count - 1 - place),
                presenting.deleted(design, place),
            ]
        )
    )


def _citation_edit(draw: Draw, design: Design) -> Edit:
    """A number cited on a note or in a comment, cited anew, or taken off."""
    holder = draw(st.sampled_from([*design.note_by_id, *range(len(design.comments))]))
    metric = draw(st.sampled_from(["users.goodput", "web.residence.p99"]))
    value = draw(st.floats(-1e18, 1e18))
    cited = Citation(run=draw(st.text(min_size=1, max_size=9)), metric=metric, value=value)
    there = citing.cited_by(design, holder)
    if not there or draw(st.booleans()):
        return citing.citing(design, holder, cited)
    place = draw(st.integers(0, len(there) - 1))
    return draw(
        st.sampled_from(
            [
                citing.replaced(design, holder, place, cited),
                citing.uncited(design, holder, place),
            ]
        )
    )


@st.composite
def edits(draw: Draw, design: Design) -> Edit:
    """An edit that fits a design."""
    movable = [*design.nodes, *design.frames, *design.notes]
    everything = [*movable, *design.links]
    sorts = ["insert", "remove", "move", "field", "design", "batch", "comment", "step", "cite"]
    sort = draw(st.sampled_from(sorts))
    if sort == "insert":
        return _new_items(draw, design)
    if sort == "comment":
        return _comment_edit(draw, design)
    if sort == "step":
        return _step_edit(draw, design)
    if sort == "cite" and design.notes:
        return _citation_edit(draw, design)
    if sort == "remove" and everything:
        gone = draw(st.lists(st.sampled_from(everything), min_size=1, max_size=3))
        return Remove(frozenset(each.id for each in gone))
    if sort == "move" and movable:
        item = draw(st.sampled_from(movable))
        size = draw(st.sampled_from([None, 222.0])) if not isinstance(item, Node) else None
        return Move((Position(item.id, draw(st.floats(-999, 999)), 7.0, size, size),))
    if sort == "batch" and design.nodes:
        item = draw(st.sampled_from(design.nodes))
        name = SetField(item.id, ("name",), draw(st.text("abc", max_size=3)))
        return CompoundEdit((name, Move((Position(item.id, 1.0, 2.0),))), "Both")
    if sort == "field":
        return _field_edit(draw, design)
    value = draw(st.sampled_from([{"duration": 50, "warmup": 1}, {"seed": 9}, UNSET]))
    return SetDesign(("scenario",), value)
