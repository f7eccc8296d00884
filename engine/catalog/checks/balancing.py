"""Warnings about balancing: settings of another picker, and layers and affinities that have nothing to go by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.fields import Config

_PICKERS: Final = ("hash", "shuffle", "zone")
"""Pickers that have settings of their own, under their names."""


def balancing_warnings(reading: Reading) -> Iterator[Finding]:
    """What of the settings of balancing does nothing."""
    configs: dict[str, Config] = {**reading.configs, **reading.links}
    for item_id, config in configs.items():
        yield from _unread(reading, item_id, config)
    for node_id, config in reading.configs.items():
        yield from _without_connections(reading, node_id, config)
        yield from _two_at_once(reading, node_id, config)


def _unread(reading: Reading, item_id: str, config: Config) -> Iterator[Finding]:
    """Settings of a picker that was not chosen."""
    for name in _PICKERS:
        if getattr(config, name, None) is None or getattr(config, "picker", name) == name:
            continue
        yield Finding(
            level="warning",
            code="unused-picker",
            id=item_id,
            field=f"config.{name}",
            message=f"{name_of(reading.design, item_id)} does not pick by {name}, so that its settings do nothing; "
            f"choose the picker {name}, or switch them off",
            fix=SetField(item_id, ("config", "picker"), name, f"Pick by {name}"),
        )


def _without_connections(reading: Reading, node_id: str, config: Config) -> Iterator[Finding]:
    """A balancer of connections that nobody keeps."""
    if getattr(config, "layer", 7) != 4:
        return
    entering = [link.id for link in reading.design.links if link.target == node_id]
    links = [reading.links[each] for each in entering if each in reading.links]
    if any(link.connection is not None for link in links):
        return
    name = name_of(reading.design, node_id)
    yield Finding(
        level="warning",
        code="no-connections",
        id=node_id,
        field="config.layer",
        message=f"{name} picks an instance for each connection, and no link to it has connections, so that each "
        "call is one of its own; switch connections on there",
        fix=SetField(entering[0], ("config", "connection"), {}, "Keep connections")
        if entering
        else None,
    )


def _two_at_once(reading: Reading, node_id: str, config: Config) -> Iterator[Finding]:
    """Affinity of requests where whole connections are picked for."""
    if getattr(config, "layer", 7) != 4 or getattr(config, "affinity", "none") == "none":
        return
    yield Finding(
        level="warning",
        code="no-effect",
        id=node_id,
        field="config.affinity",
        message=f"{name_of(reading.design, node_id)} sees connections and no requests at layer 4, so that it knows no "
        "session; choose layer 7, or no affinity",
        fix=SetField(node_id, ("config", "affinity"), UNSET, "No affinity"),
    )
