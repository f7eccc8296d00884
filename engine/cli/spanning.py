"""``windtunnel spans``: single requests of a run, call by call, in the terminal, as JSON and as OTLP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from engine.cli.advancing import carry_out
from engine.cli.console import output
from engine.cli.errors import InputError
from engine.cli.json_out import check_out, write_json, write_out
from engine.cli.preparing import memory_of, prepared, seconds
from engine.cli.waterfall import edges_table, waterfalls
from engine.model.names import name_of
from engine.model.trace_settings import TraceSettings
from engine.model.units import format_quantity
from engine.records import dataclass
from engine.run.session import DesignError, Session
from engine.traces.choice import around, failed, slowest
from engine.traces.objects import edge_object, map_node_object, sampling_object, trace_object
from engine.traces.otlp import otlp

if TYPE_CHECKING:
    from engine.cli.preparing import Wanted
    from engine.model.design import Design
    from engine.traces.collect import Recording
    from engine.traces.span import Trace

VERSION: Final = 1
"""Version of the object that ``--json`` writes."""
_SHOWN: Final = 3
"""Traces that are shown unless somebody says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpansWanted:
    """What the user asked for."""

    run: Wanted
    otlp: str | None = None
    slowest: int | None = None
    failed: bool = False
    moment: str | None = None
    node: str | None = None
    share: str | None = None


def spans(wanted: SpansWanted) -> int:
    """Run a design and show single requests of it. Raises ``InputError``."""
    check_out(wanted.run.json_out)
    check_out(wanted.otlp, "--otlp")
    design = prepared(wanted.run)
    moment = None if wanted.moment is None else seconds("--at", wanted.moment)
    _check(design, wanted, moment)
    session = _session(design, wanted)
    code = carry_out(wanted.run.file.name, session, quiet=wanted.run.quiet)
    recording = session.recording()
    found = around(recording.at_node(wanted.node), moment, design.scenario.duration)
    heads = failed(found) if wanted.failed else slowest(found)
    if wanted.slowest is not None:
        heads = heads[: wanted.slowest]
    written = wanted.otlp is not None or wanted.run.json_out is not None
    chosen = [
        recording.trace(head)
        for head in (heads if written or wanted.slowest is not None else heads[:_SHOWN])
    ]
    if wanted.otlp is not None:
        _write_otlp(chosen, design, wanted.otlp)
    if wanted.run.json_out is not None:
        write_json(_object(design, chosen, recording), wanted.run.json_out)
    if not wanted.run.quiet and "-" not in (wanted.run.json_out, wanted.otlp):
        _print(design, chosen, recording, _SHOWN if wanted.slowest is None else wanted.slowest)
    return code


def _session(design: Design, wanted: SpansWanted) -> Session:
    """A session at its start, with traces. Raises ``InputError``."""
    try:
        return Session(
            design, memory_of(wanted.run.memory), traces=TraceSettings(share=_share(wanted.share))
        )
    except DesignError as error:
        msg = f"{wanted.run.file.name}: {error}"
        raise InputError(msg) from error


def _share(text: str | None) -> float:
    """The share of all requests that is kept. Raises ``InputError``."""
    if text is None:
        return TraceSettings().share
    try:
        share = float(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        msg = f"--sample: {text!r} is no share; write a number from 0 to 1, or 5%"
        raise InputError(msg)
    return share


def _check(design: Design, wanted: SpansWanted, moment: float | None) -> None:
    """Refuse to ask about what there is not. Raises ``InputError``."""
    if wanted.node is not None and wanted.node not in design.node_by_id:
        known = ", ".join(design.node_by_id)
        msg = f"--node: there is no node {wanted.node!r}; there are: {known}"
        raise InputError(msg)
    end = design.scenario.duration
    if moment is not None and not 0.0 <= moment <= end:
        msg = f"--at: {format_quantity(moment, 's')} is no time of a run of {format_quantity(end, 's')}"
        raise InputError(msg)
    if wanted.slowest is not None and wanted.slowest < 1:
        msg = f"--slowest: {wanted.slowest} is too few; ask for at least 1"
        raise InputError(msg)
    if wanted.otlp == wanted.run.json_out == "-":
        msg = "--otlp and --json cannot both go to standard output; give one of them a file"
        raise InputError(msg)


def _write_otlp(traces: list[Trace], design: Design, target: str) -> None:
    """Write traces for other tools. Raises ``InputError``."""
    names = {node.id: name_of(design, node.id) for node in design.nodes}
    written = otlp(traces, names)
    if target == "-":
        write_json(written, target)
    else:
        write_out(json.dumps(written, allow_nan=False) + "\n", target, f"--otlp {target}")


def _object(design: Design, traces: list[Trace], recording: Recording) -> dict[str, Any]:
    """What ``--json`` writes."""
    return {
        "windtunnel_spans": VERSION,
        "title": design.title,
        "seed": design.scenario.seed,
        "sampling": sampling_object(recording.sampling()),
        "traces": [trace_object(each) for each in traces],
        "service_map": [edge_object(each) for each in recording.edges()],
        "service_map_nodes": [map_node_object(each) for each in recording.map_nodes()],
    }


def _print(design: Design, traces: list[Trace], recording: Recording, most: int) -> None:
    """The first of them as waterfalls, and the service map."""
    console = output()
    console.print(f"{recording.sampling().text}.")
    if not traces:
        console.print("There is no such request.")
        return
    for each in waterfalls(traces[:most], design):
        console.print(each)
    edges = recording.edges()
    if edges:
        console.print("")
        console.print(edges_table(edges, design))
