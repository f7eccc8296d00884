"""What is wrong with leases, and with those that grant them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import did_you_mean, name_of
from engine.model.policies.lease import Lease

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading

COORDINATOR = "coordinator"


def lease_errors(reading: Reading) -> Iterator[Finding]:
    """What keeps nodes from renewing their leases."""
    design = reading.design
    for node_id, config in reading.configs.items():
        lease = getattr(config, "lease", None)
        if not isinstance(lease, Lease):
            continue
        name, known = name_of(design, node_id), design.node_by_id
        grants = {each.id for each in design.nodes if each.kind == COORDINATOR}
        if lease.coordinator not in grants:
            hint = did_you_mean(lease.coordinator, grants) if lease.coordinator else None
            remedy = f"did you mean {hint!r}?" if hint else "name a coordinator"
            what = name_of(design, lease.coordinator) if lease.coordinator in known else "nobody"
            message = (
                f"The leases of {name} are granted by {what}, which is no coordinator; {remedy}"
            )
        elif not any(
            each.source == node_id and each.target == lease.coordinator for each in design.links
        ):
            coordinator = name_of(design, lease.coordinator)
            message = (
                f"{name} renews its leases at {coordinator}, but no link leads there; draw one"
            )
        else:
            continue
        yield Finding(
            level="error",
            code="no-coordinator",
            id=node_id,
            field="config.lease.coordinator",
            message=message,
            fix=SetField(node_id, ("config", "lease"), UNSET, "Switch leases off"),
        )


def coordinator_warnings(reading: Reading) -> Iterator[Finding]:
    """Numbers of instances that make nothing safer, and renewals that may wait for longer than leases last."""
    design = reading.design
    for node in design.nodes:
        config = reading.configs.get(node.id)
        if node.kind == COORDINATOR and config is not None:
            count = int(getattr(config, "instances", 1))
            spare = (count - 1) // 2
            if count % 2 == 0:
                yield Finding(
                    level="warning",
                    code="even-quorum",
                    id=node.id,
                    field="config.instances",
                    message=f"Of {count} instances of {name_of(design, node.id)} {spare} may be lost, as of {count - 1}, "
                    "and more have to agree; have an odd number",
                    fix=SetField(node.id, ("config", "instances"), count + 1, f"Have {count + 1}"),
                )
        lease = getattr(config, "lease", None)
        if isinstance(lease, Lease):
            for link in design.links:
                told = reading.links.get(link.id)
                if (link.source, link.target) != (node.id, lease.coordinator) or told is None:
                    continue
                if told.timeout is None or told.timeout >= lease.ttl:
                    yield Finding(
                        level="warning",
                        code="slow-renewal",
                        id=link.id,
                        field="config.timeout",
                        message=f"A renewal of {name_of(design, node.id)} that gets no answer is waited for as long as a "
                        "lease lasts, so that no other one is sent in time; set a timeout below the time between two",
                        fix=SetField(
                            link.id, ("config", "timeout"), lease.every / 2.0, "Half that time"
                        ),
                    )
