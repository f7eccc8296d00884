"""What a card shows, as plain comparable data: a card is painted again only when its face changes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.model.failures import failure_title
from engine.model.names import frame_name
from widgets.canvas.outcomes import FAILING_ABOVE
from widgets.canvas.wording import counted, short_percent, short_quantity, short_rate, short_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.model.component import Component
    from engine.model.design import Frame, Node
    from widgets.canvas.health import CellHealth, NodeHealth, State
    from widgets.canvas.pill import Pill
    from widgets.canvas.totals import Totals

CellLook = Literal[
    "unknown", "idle", "healthy", "strained", "saturated", "slow", "starting", "draining", "down"
]
Mark = Literal["", "error", "warning", "risk"]
BAR_STEPS = 70
"""Steps in which bars move: 2 pixels at 100 %."""
_NONE_ANSWERED = 0.99
"""Share of failures from which nothing is said to be answered."""
LEVELS = 4
"""Steps in which a cell shows how much comes to its instance."""
_SPREAD = 4.0
"""Standard deviations by which two counts differ at least where it shows: two of each."""
_TAIL_SHARE = 0.28
"""Most of the bar that the queue takes; the rest is utilization then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFace:
    """Everything that is painted on a card."""

    name: str
    icon: str
    live: str
    state: State = "idle"
    bar: int = 0
    """Utilization in steps of the bar."""
    held: int = 0
    """Of these, the steps of workers that are held for a call or stand still."""
    tail: int = 0
    """Queue in steps of the bar."""
    cells: tuple[CellLook, ...] = ()
    levels: tuple[int, ...] = ()
    """How much comes to each instance, in steps, beside the one to which most comes; none: as much to all."""
    more: int = 0
    """Instances beyond the cells."""
    badge: str = ""
    fault: str = ""
    compromised: bool = False
    """Whether an attacker has it."""
    mark: Mark = ""
    comments: int = 0
    """How many comments about it are not done with."""
    gates: tuple[Pill, ...] = ()
    """What calls have to pass before they enter."""
    stacked: bool = False
    """Whether it stands for a collapsed frame."""
    selected: bool = False
    pale: bool = False
    """Whether it lies off the path that is looked at."""
    under_map: bool = False
    """Whether a map of failures is painted on it; without a word there, it is paled."""
    word: str = ""
    """What stands in place of the state's word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is known of a node beside its numbers."""

    component: Component | None
    instances: int | None
    faults: tuple[str, ...] = ()
    mark: Mark = ""
    gates: tuple[Pill, ...] = ()
    selected: bool = False


def node_face(node: Node, setting: Setting, health: NodeHealth | None) -> CardFace:
    """The face of a node, running or not."""
    component = setting.component
    faults = (health.faults if health else ()) or setting.faults
    common = {
        "name": node.name or (component.title if component else node.id),
        "icon": component.icon if component else "unknown",
        "fault": faults[0] if len(faults) == 1 else counted(len(faults), "fault") if faults else "",
        "mark": setting.mark,
        "gates": setting.gates,
        "selected": setting.selected,
    }
    if health is None:
        blank: CellLook = "unknown"
        cells = (blank,) * (setting.instances or 0)
        live = component.title if component else f"unknown kind “{node.kind}”"
        return CardFace(live=live, cells=cells, **common)  # type: ignore[arg-type]  # typed above
    bar, tail = bar_steps(health.utilization.at_least(), health.queue.at_least(), health.workers)
    return CardFace(
        live=live_line(component, health),
        state=health.state,
        bar=bar,
        held=held_steps(bar, health.working.at_least(1.0)),
        tail=tail,
        cells=cell_looks(health),
        levels=cell_levels(health),
        more=max(0, health.instances - len(health.cells)),
        badge=badge_text(health),
        compromised=health.compromised is not None,
        **common,  # type: ignore[arg-type]  # typed above
    )


def frame_face(
    frame: Frame, inside: Sequence[NodeHealth], totals: Totals, setting: Setting
) -> CardFace:
    """The face of a collapsed frame: the totals of what it holds."""
    busiest = max(inside, key=lambda h: h.utilization.at_least(), default=None)
    bar, tail = (
        bar_steps(busiest.utilization.at_least(), busiest.queue.at_least(), busiest.workers)
        if busiest
        else (0, 0)
    )
    return CardFace(
        name=frame_name(frame),
        icon="chevron-right",
        live=totals_line(totals, is_running=bool(inside)),
        state=totals.state,
        bar=bar,
        tail=tail,
        cells=tuple(_cell_of(h.state) for h in inside),
        badge=_totals_badge(totals, inside),
        compromised=any(each.compromised is not None for each in inside),
        fault=setting.faults[0] if setting.faults else "",
        mark=setting.mark,
        stacked=True,
        selected=setting.selected,
    )


def totals_line(totals: Totals, *, is_running: bool) -> str:
    """``5 nodes · 12 instances``; while it runs ``12 instances · 1.2k rps`` or ``9 of 12 up · 1.2k rps``."""
    instances = counted(totals.instances, "instance")
    if not is_running:
        nodes = counted(totals.nodes, "node")
        return f"{nodes} · {instances}" if totals.instances else nodes
    if totals.ready < totals.instances:
        instances = f"{totals.ready} of {totals.instances} up"
    elif not totals.instances:
        instances = counted(totals.nodes, "node")
    return f"{instances} · {short_rate(totals.rate)}"


def _totals_badge(totals: Totals, inside: Sequence[NodeHealth]) -> str:
    """What of the requests that come in fails; where that is little, what the node says that fails most."""
    if totals.failing > FAILING_ABOVE:
        reason, share = totals.main_reason()
        return f"{failure_title(reason)} {short_percent(share)}"
    failing = max(inside, key=lambda h: h.flow.failing, default=None)
    return badge_text(failing) if failing else ""


def _cell_of(state: State) -> CellLook:
    """A node inside a collapsed frame as a cell."""
    return "slow" if state == "failing" else state


def bar_steps(utilization: float, queue: float, workers: int) -> tuple[int, int]:
    """Steps of the bar that are work, and the queue as its tail; the tail pushes the work aside."""
    share = queue / (queue + max(workers, 1)) if queue > 0.05 else 0.0
    tail = _TAIL_SHARE * share
    work = min(max(utilization, 0.0), 1.0) * (1.0 - tail)
    return round(work * BAR_STEPS), round(tail * BAR_STEPS)


def held_steps(bar: int, working: float) -> int:
    """Steps of the bar of busy workers that are not at work; none where they would hardly show."""
    held = round(bar * (1.0 - min(max(working, 0.0), 1.0)))
    return held if held > 1 else 0


def live_line(component: Component | None, health: NodeHealth) -> str:
    """Rate and headline metric: ``1.2k rps · p99 48 ms`` or ``1.1k rps · hit 88 %``.

    Where nobody is answered any more, or almost everything fails at once, that nothing is answered: a p99 of 0 s, or of
    those who were answered before, would look well.
    """
    rate = short_rate(health.flow.rate.at_least())
    headline = component.headline if component else ""
    if component is not None and headline:
        value = health.extra[headline].value if headline in health.extra else math.nan
        for metric in component.metrics:
            if metric.name == headline and not math.isnan(value):
                title = metric.title.removesuffix(" ratio")
                return f"{rate} · {title} {short_quantity(value, metric.unit)}"
    _, p99 = health.flow.percentiles
    if health.is_silent or (health.flow.failing > _NONE_ANSWERED and not p99 > 0.0):
        return f"{rate} · no answers"
    return rate if math.isnan(p99) else f"{rate} · p99 {short_time(p99)}"


def badge_text(health: NodeHealth) -> str:
    """The main reason of a failing node: ``timeout 12 %``."""
    if health.state == "down":
        return "down"
    if health.state != "failing":
        return ""
    reason, share = health.flow.main_reason()
    return f"{failure_title(reason)} {short_percent(share)}"


def cell_looks(health: NodeHealth) -> tuple[CellLook, ...]:
    """One look an instance."""
    looks: list[CellLook] = []
    for cell in health.cells:
        busy, waiting = cell.busy.at_least(), cell.waiting.at_least()
        if cell.state in ("down", "starting", "draining"):
            looks.append(cell.state)  # type: ignore[arg-type]  # narrowed by the test before
        elif cell.slow > 1.0:
            looks.append("slow")
        elif busy > 0.9 and waiting > 0.5:
            looks.append("saturated")
        elif busy > 0.7:
            looks.append("strained")
        else:
            looks.append("idle" if health.state == "idle" else "healthy")
    return tuple(looks)


def cell_levels(health: NodeHealth) -> tuple[int, ...]:
    """How much comes to each instance beside the others; what may be chance is no difference."""
    cells = [cell for cell in health.cells if cell.state == "ready"]
    most = max((cell.came.at_least() for cell in cells), default=0.0)
    if most <= 0.0 or len(cells) < 2:
        return ()
    levels = tuple(_level(cell, most) if cell.state == "ready" else LEVELS for cell in health.cells)
    return levels if min(levels) < LEVELS else ()


def _level(cell: CellHealth, most: float) -> int:
    """Steps of one; two standard deviations are given to it."""
    came = cell.came.at_least()
    likely = came * (1.0 + _SPREAD / math.sqrt(cell.sure)) if cell.sure > 0.0 else came
    return min(LEVELS, max(1, round(LEVELS * likely / most)))


def worst_mark(levels: Iterable[str]) -> Mark:
    """The gravest level of several findings."""
    found = set(levels)
    order: tuple[Mark, ...] = ("error", "warning", "risk")
    return next((mark for mark in order if mark in found), "")


def instances_of(component: Component | None, config: Mapping[str, object]) -> int | None:
    """Configured number of instances, where the component has any."""
    if component is None or "instances" not in component.config.model_fields:
        return None
    value = config.get("instances", component.config.model_fields["instances"].default)
    return value if isinstance(value, int) and value > 0 else 1
