"""What is wrong with the settings of instances taken together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model.autoscale import Autoscale
from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import all_of, did_you_mean, name_of
from engine.model.spread import FIELD
from engine.model.station import Memory, Pauses
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.fields import Config


_SHORTEST = 1e-6
"""Seconds from pause to pause below which a run would be busy with nothing else, or stand still."""


def instance_errors(reading: Reading) -> Iterator[Finding]:
    """Settings that exclude each other, and frames that are not there."""
    for node_id, config in reading.configs.items():
        yield from _nowhere(reading, node_id, getattr(config, FIELD, ()))
        pauses = getattr(config, "pauses", None)
        if isinstance(pauses, Pauses) and pauses.every.mean + pauses.length.mean < _SHORTEST:
            yield _no_time(node_id, name_of(reading.design, node_id))
        if getattr(config, "batch", None) is None:
            continue
        name = name_of(reading.design, node_id)
        if getattr(config, "discipline", None) == "ps":
            message = f"Batches are taken from a waiting line, and with ps {name} has none"
            yield _no_batches(node_id, f"{message}; choose fifo, or switch batches off")
        if getattr(config, "flow", None) is not None:
            message = f"Batches are worked on as a whole, but {name} has a flow of steps"
            yield _no_batches(node_id, f"{message}; take out the flow, or switch batches off")


def _nowhere(reading: Reading, node_id: str, spread: tuple[str, ...]) -> Iterator[Finding]:
    """Instances are to lie in what is no frame."""
    known = reading.design.frame_by_id
    for frame in dict.fromkeys(spread):
        if frame in known:
            continue
        hint = did_you_mean(frame, known)
        remedy = f"did you mean {hint!r}?" if hint else "draw it, or name another one"
        name = name_of(reading.design, node_id)
        yield Finding(
            level="error",
            code="no-frame",
            id=node_id,
            field=f"config.{FIELD}",
            message=f"Instances of {name} are to lie in {frame!r}, which is no frame; {remedy}",
            fix=SetField(
                node_id, ("config", FIELD), [each for each in spread if each in known], "Forget it"
            ),
        )


def _few(reading: Reading, node_id: str, config: Config) -> Iterator[Finding]:
    """Some of the frames that instances are spread over have none."""
    spread, scale = getattr(config, FIELD, ()), getattr(config, "autoscale", None)
    there = _instances(config) if scale is None else int(scale.max)
    if not hasattr(config, "instances") or len(spread) <= there:
        return
    name = name_of(reading.design, node_id)
    empty = all_of(name_of(reading.design, each) for each in spread[there:])
    field = "instances" if "instances" in type(config).model_fields else "pops"
    yield Finding(
        level="warning",
        code="few-instances",
        id=node_id,
        field=f"config.{field}",
        message=f"{name} is spread over {len(spread)} frames and has {there} of its instances: none lies in {empty}; "
        f"have {len(spread)}, or name fewer frames",
        fix=SetField(node_id, ("config", field), len(spread), f"Have {len(spread)}"),
    )


def _no_time(node_id: str, name: str) -> Finding:
    """An error of pauses that follow each other too fast."""
    return Finding(
        level="error",
        code="no-time",
        id=node_id,
        field="config.pauses.every",
        message=f"Pauses of {name} take no time and follow each other at once, so time would stand "
        "still; let some time pass between them, or switch pauses off",
        fix=SetField(node_id, ("config", "pauses"), UNSET, "Switch pauses off"),
    )


def _no_batches(node_id: str, message: str) -> Finding:
    """An error of batches that cannot be, which switching them off settles."""
    return Finding(
        level="error",
        code="bad-batch",
        id=node_id,
        field="config.batch",
        message=message,
        fix=SetField(node_id, ("config", "batch"), UNSET, "Switch batches off"),
    )


def instance_warnings(reading: Reading) -> Iterator[Finding]:
    """Autoscalers that scale nothing, and instances that have no room for a single request."""
    for node_id, config in reading.configs.items():
        scale = getattr(config, "autoscale", None)
        if isinstance(scale, Autoscale):
            yield from _idle_scaler(node_id, name_of(reading.design, node_id), scale)
        yield from _few(reading, node_id, config)
        memory = getattr(config, "memory", None)
        if not isinstance(memory, Memory) or memory.limit is None:
            continue
        peers = _instances(config) - 1
        needed = memory.base + memory.per_peer * peers + memory.per_request
        if needed > memory.limit:
            message = (
                f"An instance of {name_of(reading.design, node_id)} needs "
                f"{format_quantity(needed, 'B')} for its first request and may use "
                f"{format_quantity(memory.limit, 'B')}; raise the limit"
            )
            fix = SetField(
                node_id, ("config", "memory", "limit"), 2.0 * needed, "Double what it needs"
            )
            yield Finding(
                level="warning",
                code="no-memory",
                id=node_id,
                field="config.memory.limit",
                message=message,
                fix=fix,
            )


def _idle_scaler(node_id: str, name: str, scale: Autoscale) -> Iterator[Finding]:
    """An autoscaler that can do nothing, or never more."""
    if scale.steps == ():
        field = "steps"
        message = f"The steps of {name} are empty, so nothing is ever scaled; write some, or leave them out"
    elif scale.up.percent <= 0.0 and scale.up.instances == 0 and scale.max > scale.min:
        field = "up"
        message = f"{name} may never grow: 0 % and 0 instances more at a time; allow some of either"
    else:
        return
    yield Finding(
        level="warning",
        code="idle-autoscaler",
        id=node_id,
        field=f"config.autoscale.{field}",
        message=message,
        fix=SetField(node_id, ("config", "autoscale", field), UNSET, "Take the default"),
    )


def _instances(config: Config) -> int:
    """How many there are."""
    return int(getattr(config, "instances", 1))
