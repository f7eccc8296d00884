"""What could be tried about a node: each idea is one edit, made from the design alone.

Twice as fast, one more instance, half the load, timeouts of its callers halved, and twice what links next to it and
on the way to it let through: connections, and calls of a bulkhead. An idea that does not fit a node (nothing to make
faster, no instances, no timeout, no limit) is left out rather than bent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from engine.catalog import lower, typed_config, typed_link
from engine.catalog.typed import DesignError
from engine.model.edits import CompoundEdit, EditError, SetField
from engine.model.names import name_of
from engine.model.units import format_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.model.design import Design, Link, Node

FASTER: Final = "twice_as_fast"
MORE: Final = "one_more"
LESS: Final = "half_load"
SOONER: Final = "half_timeout"
WIDER: Final = "twice_connections"
LOOSER: Final = "twice_bulkhead"

_WORK: Final = (
    "service_time",
    "class_times",
    "edge_function",
    "read_time",
    "write_time",
    "hit_time",
    "lookup",
    "introspection",
    "refresh",
    "login",
    "flow",
)
"""Config fields that say how long a node works."""
_RATES: Final = {
    "poisson": "rate",
    "deterministic": "rate",
    "mmpp": "rate",
    "sessions": "rate",
    "active_users": "users",
    "trace": "speed",
}
"""By arrival process, the field that all its traffic is in proportion to."""
_MOST_TIMEOUTS: Final = 3
"""Timeouts that are tried, the nearest first."""
_MOST_LIMITS: Final = 3
"""Limits of links that are tried, the nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """One thing to try."""

    name: str
    """``twice_as_fast``, ``one_more``, ``half_load``, ``half_timeout``, ``twice_connections`` or ``twice_bulkhead``."""
    title: str
    """What is done, in words, with the names that people gave."""
    edit: CompoundEdit
    """All of it, as one step that can be undone."""

    @property
    def items(self) -> tuple[str, ...]:
        """Ids of the nodes and links that it changes."""
        return tuple(dict.fromkeys(each.id for each in self.edit.edits if hasattr(each, "id")))


def ideas_for(design: Design, node_id: str) -> tuple[Idea, ...]:
    """What can be tried about a node, in a fixed order; only what makes a design that runs."""
    node = design.node_by_id[node_id]
    made = [_faster(design, node), _one_more(design, node), _half_load(design)]
    made += _half_timeouts(design, node_id)
    made += _twice_limits(design, node_id)
    return tuple(each for each in made if each is not None and _runs(design, each))


def _runs(design: Design, idea: Idea) -> bool:
    """Whether the design takes an idea."""
    try:
        lower(idea.edit.apply(design).design)
    except (DesignError, EditError):
        return False
    return True


def _idea(name: str, title: str, edits: list[SetField]) -> Idea | None:
    """An idea; None where there is nothing to change."""
    if not edits:
        return None
    return Idea(name=name, title=title, edit=CompoundEdit(tuple(edits), title))


def _faster(design: Design, node: Node) -> Idea | None:
    """Half the work for every request."""
    config = typed_config(node)
    edits = []
    for field in _WORK:
        value = getattr(config, field, None)
        if isinstance(value, BaseModel):
            raw: Any = value.model_dump(mode="json")
        else:
            raw = node.config.get(field)
        halved = _halved(raw)
        if raw and halved != raw:
            edits.append(SetField(node.id, ("config", field), halved))
    return _idea(FASTER, f"Make {name_of(design, node.id)} twice as fast", edits)


def _halved(value: Any) -> Any:
    """Every law in it at half its durations; a flow's calls, choices and counts as they are."""
    if isinstance(value, list):
        return [_halved(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "law" not in value:
        return {key: _halved(each) for key, each in value.items()}
    made = dict(value)
    for field in ("mean", "low", "high"):
        if isinstance(made.get(field), int | float):
            made[field] = made[field] / 2.0
    if isinstance(made.get("values"), list):
        made["values"] = [each / 2.0 for each in made["values"]]
    return made


def _one_more(design: Design, node: Node) -> Idea | None:
    """One more instance; of a database, which has none, one more connection. An autoscaler's bounds go along."""
    config = typed_config(node)
    for field, word in (("instances", "instance"), ("connections", "connection")):
        count = getattr(config, field, None)
        if not isinstance(count, int):
            continue
        edits = [SetField(node.id, ("config", field), count + 1)]
        scaler = getattr(config, "autoscale", None)
        for bound in ("max", "min") if scaler is not None else ():
            path = ("config", "autoscale", bound)
            edits.append(SetField(node.id, path, getattr(scaler, bound) + 1))
        title = f"Give {name_of(design, node.id)} one more {word}: {count + 1}"
        return _idea(MORE, title, edits)
    return None


def _half_load(design: Design) -> Idea | None:
    """Half of what all clients send; None where one's traffic cannot be halved."""
    edits = []
    for node in design.nodes:
        arrivals: Any = getattr(typed_config(node), "arrivals", None)
        if arrivals is None:
            continue
        if arrivals.process == "closed":
            if arrivals.users < 2:
                return None
            field, halved = "users", arrivals.users // 2
        elif arrivals.process in _RATES:
            field = _RATES[arrivals.process]
            halved = _half_rate(getattr(arrivals, field))
        else:
            return None
        edits.append(SetField(node.id, ("config", "arrivals", field), halved))
    return _idea(LESS, "Send half the load", edits)


def _half_rate(rate: Any) -> Any:
    """A rate, or each point of a schedule, halved."""
    return (
        rate / 2.0 if isinstance(rate, int | float) else [[at, value / 2.0] for at, value in rate]
    )


def _half_timeouts(design: Design, node_id: str) -> list[Idea | None]:
    """The timeouts of whoever calls the node, or where they have none, of whoever calls those."""
    callers, seen = {node_id}, {node_id}
    while callers:
        into = [link for link in design.links if link.target in callers]
        timed = [(link, typed_link(link).timeout) for link in into]
        found = [(link, timeout) for link, timeout in timed if timeout]
        if found:
            return [
                _idea(
                    SOONER,
                    f"Halve the timeout of {name_of(design, link.source)} to {name_of(design, link.target)}: "
                    f"{format_quantity(timeout / 2.0, 's')}",
                    [SetField(link.id, ("config", "timeout"), timeout / 2.0)],
                )
                for link, timeout in found[:_MOST_TIMEOUTS]
            ]
        callers = {link.source for link in into} - seen
        seen |= callers
    return []


def _twice_limits(design: Design, node_id: str) -> list[Idea | None]:
    """Twice the connections and the bulkheads of links out of the node and on the way to it.

    A full one keeps the node behind it idle, so that utilization names another bottleneck, or none.
    """
    made: list[Idea | None] = []
    for link in _links_about(design, node_id):
        config = typed_link(link)
        caller, target = name_of(design, link.source), name_of(design, link.target)
        most = config.connection.max_connections if config.connection is not None else None
        if most is not None:
            title = f"Give {caller} twice as many connections to {target}: {most * 2}"
            path = ("config", "connection", "max_connections")
            made.append(_idea(WIDER, title, [SetField(link.id, path, most * 2)]))
        if config.bulkhead is not None:
            calls = config.bulkhead.concurrent * 2
            title = f"Let {caller} have twice as many calls to {target} under way: {calls}"
            path = ("config", "bulkhead", "concurrent")
            made.append(_idea(LOOSER, title, [SetField(link.id, path, calls)]))
    return made[:_MOST_LIMITS]


def _links_about(design: Design, node_id: str) -> list[Link]:
    """The links into a node, those out of it, and then those on the way to it, the nearest first."""
    found = [each for each in design.links if each.source == node_id and each.target != node_id]
    callers, seen = {node_id}, {node_id}
    while callers:
        into = [each for each in design.links if each.target in callers and each not in found]
        found = into + found if callers == {node_id} else found + into
        callers = {each.source for each in into} - seen
        seen |= callers
    return found
