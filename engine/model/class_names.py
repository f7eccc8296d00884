"""Where a design names its request classes: what has to change with the name of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.model.edits import SetField

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import JsonValue

    from engine.model.design import Design, Link, Node

PLAIN: Final = "request"
"""The class of all requests where a design names none."""


def equal_mix(design: Design) -> dict[str, JsonValue]:
    """What a client sends that says nothing of classes: as much of each.

    It is written down where other classes come, by which others would otherwise send something else.
    """
    return dict.fromkeys([each.name for each in design.classes] or [PLAIN], 1.0)


def sends_plain(design: Design) -> bool:
    """Whether a design uses the class that all requests have where none are named: it sends it, or names it."""
    if design.classes:
        return False
    sends = any(node.kind == "client" for node in design.nodes)
    return sends or any(True for _ in renaming(design, PLAIN, f"{PLAIN} "))


def without_mix(nodes: Iterable[Node]) -> Iterator[Node]:
    """The clients that say nothing of classes, and send as much of each."""
    return (node for node in nodes if node.kind == "client" and not node.config.get("mix"))


def renaming(design: Design, old: str, new: str) -> Iterator[SetField]:
    """The edits with which all nodes and links call a class by another name."""
    items: list[Node | Link] = [*design.nodes, *design.links]
    for item in items:
        for field, value in item.config.items():
            changed = _renamed(field, value, old, new)
            if changed != value:
                yield SetField(item.id, ("config", field), changed)


def _renamed(field: str, value: Any, old: str, new: str) -> Any:
    """A field of a config with another name of a class."""
    match field:
        case "mix" | "class_times" | "edge_function":
            return _with_key(value, old, new)
        case "classes":
            return _with_entry(value, old, new)
        case "class":
            return new if value == old else value
        case "arrivals" if isinstance(value, dict) and "classes" in value:
            return {**value, "classes": _with_entry(value["classes"], old, new)}
        case "flow":
            return _in_steps(value, old, new)
        case _:
            return value


def _with_key(value: Any, old: str, new: str) -> Any:
    """An object, one of whose keys is a class."""
    if not isinstance(value, dict) or old not in value:
        return value
    return {new if key == old else key: each for key, each in value.items()}


def _with_entry(value: Any, old: str, new: str) -> Any:
    """A list of classes; the same one where the class is not in it."""
    if not isinstance(value, list) or old not in value:
        return value
    return [new if each == old else each for each in value]


def _in_steps(value: Any, old: str, new: str) -> Any:
    """Steps of a flow, some of whose ways are for a class."""
    if isinstance(value, list):
        return [_in_steps(each, old, new) for each in value]
    if isinstance(value, dict):
        return {
            key: new if key == "class" and each == old else _in_steps(each, old, new)
            for key, each in value.items()
        }
    return value
