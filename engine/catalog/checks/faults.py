"""What is wrong with faults that come by themselves, and what hardly any run will see of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.inside import members
from engine.model.edits import UNSET, SetField
from engine.model.faults import Faults, NodeFaults
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_figure, format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.fields import Config

_FEW = 3.0
"""Faults in a run below which its shares of time say next to nothing."""


def fault_errors(reading: Reading) -> Iterator[Finding]:
    """Faults of frames that are not there."""
    for node_id, config in reading.configs.items():
        faults = getattr(config, "faults", None)
        node = reading.design.node_by_id[node_id]
        if not isinstance(faults, NodeFaults) or faults.unit != "frame" or node.frame is not None:
            continue
        yield Finding(
            level="error",
            code="no-frame",
            id=node_id,
            field="config.faults.unit",
            message=f"{name_of(reading.design, node_id)} lies in no frame that could fail; choose node, or "
            "draw a frame around it",
            fix=SetField(node_id, ("config", "faults", "unit"), "node", "Let the node fail"),
        )


def fault_warnings(reading: Reading) -> Iterator[Finding]:
    """Nodes that are never up, and faults that hardly ever come."""
    for node_id, config in reading.configs.items():
        faults = getattr(config, "faults", None)
        if isinstance(faults, NodeFaults):
            yield from _needed(reading, node_id, config, faults)
            units = _most_instances(config) if faults.unit == "instance" else 1
            yield from _rare(reading, node_id, faults, units)
    for frame_id, frame in reading.frames.items():
        if frame.faults is None:
            continue
        inside = [node for node in members(reading.design, frame_id) if node.kind != "client"]
        if not inside:
            yield _nothing(reading, frame_id)
            continue
        counts = {"frame": 1, "node": len(inside)}
        each = sum(_most_instances(reading.configs.get(node.id)) for node in inside)
        yield from _rare(reading, frame_id, frame.faults, counts.get(frame.faults.unit, each))


def _most_instances(config: Config | None) -> int:
    """As many instances as there may be."""
    scale = getattr(config, "autoscale", None)
    return int(getattr(config, "instances", 1) if scale is None else scale.max)


def _needed(
    reading: Reading, node_id: str, config: Config, faults: NodeFaults
) -> Iterator[Finding]:
    """More instances are needed than there are."""
    most = _most_instances(config)
    if faults.needed > most:
        name = name_of(reading.design, node_id)
        yield Finding(
            level="warning",
            code="never-up",
            id=node_id,
            field="config.faults.needed",
            message=f"{name} never counts as up: it needs {faults.needed} instances and has {most}; need fewer",
            fix=SetField(node_id, ("config", "faults", "needed"), most, f"Need {most}"),
        )


def _rare(reading: Reading, item_id: str, faults: Faults, units: int) -> Iterator[Finding]:
    """The run is too short to see some faults."""
    scenario = reading.design.scenario
    cycle = faults.mtbf.mean + faults.mttr.mean
    expected = units * (scenario.duration - scenario.warmup) / cycle
    if expected >= _FEW:
        return
    name, shown = name_of(reading.design, item_id), format_quantity(cycle, "s")
    wanted = format_quantity(scenario.warmup + 30.0 * cycle / units, "s")
    yield Finding(
        level="warning",
        code="rare-faults",
        id=item_id,
        field="config.faults.mtbf",
        message=f"A fault of {name} comes every {shown}: the run sees {format_figure(expected, 2)} on "
        f"average, which tells nothing of how long it is up; run {wanted}, or have it fail more often",
    )


def _nothing(reading: Reading, frame_id: str) -> Finding:
    """Nothing in a frame could fail."""
    return Finding(
        level="warning",
        code="no-effect",
        id=frame_id,
        field="config.faults",
        message=f"Nothing in {name_of(reading.design, frame_id)} could fail; put nodes into it, or switch its "
        "faults off",
        fix=SetField(frame_id, ("config", "faults"), UNSET, "Switch faults off"),
    )
