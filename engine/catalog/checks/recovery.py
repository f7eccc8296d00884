"""Warnings about recovery: copies that are never whole in time, and leaders of which there may be two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.backup import Backup
from engine.model.edits import SetField
from engine.model.failover import Failover
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading


def recovery_warnings(reading: Reading) -> Iterator[Finding]:
    """What is wrong with how nodes recover."""
    for node_id in reading.configs:
        config, name = reading.configs[node_id], name_of(reading.design, node_id)
        failover, backup = getattr(config, "failover", None), getattr(config, "backup", None)
        if isinstance(failover, Failover) and not failover.fencing:
            yield Finding(
                level="warning",
                code="no-fencing",
                id=node_id,
                field="config.failover.fencing",
                message=f"{name} may have two leaders: an old one that comes back while its standby is promoted "
                "is not shut out, and what is written to it is lost; switch fencing on",
                fix=SetField(
                    node_id,
                    ("config", "failover", "fencing"),
                    value=True,
                    label="Switch fencing on",
                ),
            )
        if isinstance(backup, Backup) and backup.copying > backup.every:
            taken, every = (format_quantity(each, "s") for each in (backup.copying, backup.every))
            yield Finding(
                level="warning",
                code="slow-backup",
                id=node_id,
                field="config.backup.bandwidth",
                message=f"A backup of {name} takes {taken} and should come every {every}: the next waits for it, "
                f"and up to twice {taken} may be lost; copy faster, or less often",
            )
