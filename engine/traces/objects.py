"""Traces as ``windtunnel spans --json`` writes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.traces.critical import critical_path, spent

if TYPE_CHECKING:
    from engine.traces.edge import Edge, MapNode
    from engine.traces.span import Sampling, Trace


def trace_object(trace: Trace) -> dict[str, Any]:
    """A trace with all that was recorded, its critical path, and what that was spent on."""
    return {
        "trace_id": trace.id,
        "class": trace.request_class,
        "kind": trace.root.kind,
        "start": trace.start,
        "duration": trace.duration,
        "reason": trace.reason,
        "kept": list(trace.kept),
        "missing": trace.missing,
        "cause": None
        if trace.cause is None
        else {"trace_id": trace.cause[0], "span_id": trace.cause[1]},
        "spent": spent(trace),
        "critical_path": [
            {"span_id": step.span.id, "part": step.part, "start": step.start, "end": step.end}
            for step in critical_path(trace)
        ],
        "spans": [asdict(span) for span in trace.spans],
    }


def sampling_object(sampling: Sampling) -> dict[str, Any]:
    """How many there were, and how many are kept."""
    return {**asdict(sampling), "dropped": sampling.dropped}


def map_node_object(node: MapNode) -> dict[str, Any]:
    """A node of the service map."""
    return {**asdict(node), "error_share": node.error_share}


def edge_object(edge: Edge) -> dict[str, Any]:
    """An edge of the service map."""
    return {**asdict(edge), "error_share": edge.error_share}
