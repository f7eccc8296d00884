"""Older design files brought up to date: pure functions on raw dicts, one a major version.

They import nothing of the living model, so that a change of the model never changes what an old
file means. Each has a fixture in ``tests/data/designs``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

Raw = dict[str, Any]

_RENAMED_NODE_FIELDS: Final = {"type": "kind", "label": "name", "settings": "config"}
_RENAMED_LINK_FIELDS: Final = {"from": "source", "to": "target", "settings": "config"}


def from_0(old: Raw) -> Raw:
    """Format 0 (the sketch before the first release).

    It called links ``edges`` with ``from`` and ``to``; nodes had a ``type``, a ``label``, ``settings``
    and a place ``at: [x, y]``; times inside settings were milliseconds under names ending in ``_ms``; and
    ``run`` with ``seconds``, ``warm_up`` and ``seed`` stood where the scenario is now.
    """
    new = {key: value for key, value in old.items() if key not in {"edges", "run"}}
    new["windtunnel"] = 1
    new["nodes"] = [_node_from_0(node) for node in _list(old.get("nodes"))]
    new["links"] = [_link_from_0(edge) for edge in _list(old.get("edges"))]
    run = old.get("run")
    if isinstance(run, dict):
        names = {"seconds": "duration", "warm_up": "warmup"}
        new["scenario"] = {names.get(key, key): value for key, value in run.items()}
    return new


def _node_from_0(node: Any) -> Any:
    """A node of format 0 as one of format 1; what is no object is left for validation to refuse."""
    if not isinstance(node, dict):
        return node
    new = _renamed(node, _RENAMED_NODE_FIELDS)
    place = new.pop("at", None)
    if isinstance(place, list) and len(place) == 2:
        new["x"], new["y"] = place
    return new


def _link_from_0(edge: Any) -> Any:
    """An edge of format 0 as a link of format 1."""
    return _renamed(edge, _RENAMED_LINK_FIELDS) if isinstance(edge, dict) else edge


def _renamed(item: Raw, names: dict[str, str]) -> Raw:
    """The item under today's field names, its settings in seconds."""
    new = {names.get(key, key): value for key, value in item.items()}
    if isinstance(new.get("config"), dict):
        new["config"] = _in_seconds(new["config"])
    return new


def _in_seconds(value: Any) -> Any:
    """Nested settings with ``…_ms`` fields (numbers, in milliseconds) turned into seconds."""
    if isinstance(value, list):
        return [_in_seconds(each) for each in value]
    if not isinstance(value, dict):
        return value
    new: Raw = {}
    for key, each in value.items():
        number = isinstance(each, int | float) and not isinstance(each, bool)
        if key.endswith("_ms") and number:
            new[key.removesuffix("_ms")] = each / 1000
        else:
            new[key] = _in_seconds(each)
    return new


def _list(value: Any) -> list[Any]:
    """A list, or nothing where the file has none."""
    return value if isinstance(value, list) else []


MIGRATIONS: Final[tuple[Callable[[Raw], Raw], ...]] = (from_0,)
"""``MIGRATIONS[n]`` turns format n into format n + 1."""
