"""Where a config names other items by their ids: what a copy has to call by the ids of the copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.model.flow import relinked
from engine.model.spread import FIELD

if TYPE_CHECKING:
    from collections.abc import Mapping

_ONE: Final = (
    ("lease", "coordinator"),
    ("admission", "auth", "server"),
    ("sessions", "store"),
    ("wrong_credentials", "of"),
    ("fallback", "link"),
)
"""Fields that hold one id, of a node or of a link."""
_LISTS: Final = (FIELD, "records")
"""Fields that list ids."""
_BY_ID: Final = ("round_trip",)
"""Fields that hold something for each of some ids."""


def with_copies(config: dict[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """The config of a copy, which names the copies of what was copied along; whatever else it names stays.

    Args:
        config: raw, as in a design's file; what is no id where one should be is left alone.
        ids: the ids of the copies, by those of the originals.
    """
    made = dict(config)
    for path in _ONE:
        if path[0] in made:
            made[path[0]] = _renamed(made[path[0]], path[1:], ids)
    for name in _LISTS:
        if isinstance(made.get(name), list):
            made[name] = [_own(each, ids) for each in made[name]]
    for name in _BY_ID:
        if isinstance(made.get(name), dict):
            made[name] = {ids.get(key, key): each for key, each in made[name].items()}
    return made | {"flow": relinked(made["flow"], ids)} if "flow" in made else made


def _renamed(value: Any, path: tuple[str, ...], ids: Mapping[str, str]) -> Any:
    """A value that holds an id at the end of a path, which may lead nowhere."""
    if not path:
        return _own(value, ids)
    if not isinstance(value, dict) or path[0] not in value:
        return value
    return value | {path[0]: _renamed(value[path[0]], path[1:], ids)}


def _own(value: Any, ids: Mapping[str, str]) -> Any:
    """The id of a copy, where a value is the id of what was copied."""
    return ids.get(value, value) if isinstance(value, str) else value
