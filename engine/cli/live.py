"""``simulate --live``: watch a design run in a table, where there is no display for a window."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from engine.cli.terminal import shown
from engine.model.metrics import live_text
from engine.model.names import name_of
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console, RenderableType

    from engine.model.design import Design
    from engine.run.session import Session
    from engine.sim.snapshot import NodeSample, Sample, Snapshot

_STEP: Final = 1.0
"""Simulated seconds from one picture to the next."""
_PAUSE: Final = 0.05
"""Wall seconds between pictures, so that eyes can follow: 20 simulated seconds a second."""
_BAR: Final = 20


def watch(session: Session, console: Console, pause: Callable[[float], None] = time.sleep) -> None:
    """Run to the end of the scenario and draw each simulated second.

    On something that is no terminal nothing is drawn and nothing waits.
    """
    end = session.design.scenario.duration
    if not console.is_terminal:
        session.advance(end)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while session.now < end:
            session.advance(min(end, session.now + _STEP))
            live.update(picture(session.snapshot(), session.design), refresh=True)
            pause(_PAUSE)


def picture(snapshot: Snapshot, design: Design) -> RenderableType:
    """A moment of a run: a row a node."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Node")
    for column in ("rate", "failed", "p50", "p99", "waiting"):
        table.add_column(column, justify="right", header_style="dim")
    table.add_column("busy")
    sample = snapshot.samples[-1] if snapshot.samples else None
    for node in design.nodes:
        of_node = sample.nodes.get(node.id) if sample is not None else None
        if sample is not None and of_node is not None:
            gauge = snapshot.gauges.get(node.id)
            works = gauge is not None and any(each.workers for each in gauge.instances)
            busy = _bar(of_node.busy_of_up) if works else Text("")
            table.add_row(Text(shown(name_of(design, node.id))), *_row(of_node, sample), busy)
    clock = Text(f"{shown(design.title)}   {snapshot.time:.0f} s   ", "bold")
    clock.append(f"{snapshot.requests:,} requests", "dim")
    news = Text(
        "\n".join(f"{each.at:8.1f} s  {each.text}" for each in snapshot.notices[-3:]), "cyan"
    )
    return Group(clock, Text(""), table, news)


def _row(of_node: NodeSample, sample: Sample) -> tuple[RenderableType, ...]:
    """The figures of a node in an interval."""
    span = max(sample.end - sample.start, 1e-9)
    failed = sum(of_node.failed.values())
    share = failed / max(of_node.arrivals, failed, 1)
    return (
        live_text("node", "rate", of_node.arrivals / span),
        Text(live_text("node", "failure_ratio", share), "red") if failed else Text("–", "dim"),
        live_text("node", "p50", of_node.telling.p50),
        live_text("node", "p99", of_node.telling.p99),
        format_quantity(of_node.queue, ""),
    )


def _bar(share: float) -> Text:
    """A bar of the utilization, with the word for it."""
    filled = round(_BAR * min(max(share, 0.0), 1.0))
    style = "red" if share > 0.95 else "yellow" if share > 0.7 else "green"
    bar = Text("█" * filled, style)
    bar.append("░" * (_BAR - filled), "dim")
    bar.append(f" {share:4.0%}", style)
    return bar
