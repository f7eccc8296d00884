"""Warns of hot keys where nothing looks at keys: then a key that everybody asks for is like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.findings import Finding
from engine.model.units import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.plan.primitives import Plan


def keys_unread(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """Events that make a key hot in a design that makes no difference between keys."""
    hot = [
        (index, event)
        for index, event in enumerate(reading.design.scenario.events)
        if event.kind.picks_key
    ]
    read = any(node.reads_keys for node in plan.nodes) or any(
        link.reads_keys for link in plan.links
    )
    if not hot or read:
        return
    for index, event in hot:
        yield Finding(
            level="warning",
            code="no-effect",
            id=event.target,
            field=f"scenario.events.{index}.change",
            message=f"Nothing here tells one key from another, so the hot key at {format_instant(event.at)} changes nothing; add a "
            "cache, a key-value cluster, row locks, or a picker that goes by the key",
        )
