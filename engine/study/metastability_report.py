"""What a metastability study says: the state of a design, its loop, its triggered runs, and what was predicted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

from engine.model.units import format_figure, format_instant, format_quantity
from engine.records import dataclass
from engine.study.report import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.plan.metastable import Band
    from engine.plan.metastable import State as Predicted
    from engine.study.hysteresis import Loop
    from engine.study.report import Cell
    from engine.study.triggers import Trigger

State = Literal["stable", "vulnerable", "metastable", "overloaded"]
_GOES: Final = 0.5
"""Share of what waited after a trigger below which it is on its way to be gone."""
_GROWS: Final = 1.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of one triggered run."""

    healthy: bool
    """Whether most requests were answered before the trigger."""
    recovery: float
    """Seconds after the trigger until goodput is back; infinite where it is not within the run."""
    peak: float
    """Requests inside all nodes when the trigger is over."""
    left: float
    """The same at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A load at which the design was triggered."""

    load: float
    predicted: Predicted
    drain: tuple[float, float] | None
    """When goodput should be back, from and to (s); None where the plan does not tell."""
    watched: float
    """Seconds after the trigger."""
    runs: tuple[Run, ...]

    @property
    def healthy(self) -> bool:
        """Whether it bore the load before the trigger, under every seed."""
        return all(run.healthy for run in self.runs)

    @property
    def recovery(self) -> float:
        """Seconds until goodput is back under every seed; infinite where it is not under some."""
        return max(run.recovery for run in self.runs)

    @property
    def verdict(self) -> str:
        """In words for a table."""
        if not self.healthy:
            return "fails undisturbed"
        return "recovers" if math.isfinite(self.recovery) else "does not recover"

    @property
    def backlog(self) -> str:
        """What became of what waited after the trigger, in the run that fared worst."""
        run = max(self.runs, key=lambda each: (each.recovery, each.left))
        if run.left <= _GOES * run.peak:
            return "goes"
        return "grows" if run.left > _GROWS * run.peak else "stays"

    @property
    def agrees(self) -> bool | None:
        """Whether it went as predicted; None where nothing was."""
        if not self.healthy or self.predicted == "overloaded":
            return None
        return math.isfinite(self.recovery) == (self.predicted == "stable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Everything that was found."""

    trigger: Trigger
    bands: tuple[Band, ...]
    loop: Loop
    probes: tuple[Probe, ...]
    levels: tuple[float, ...]
    name_of: Callable[[str], str]
    """What people call a node."""

    @property
    def own(self) -> Probe | None:
        """The triggered run at the load of the design."""
        return next((probe for probe in self.probes if probe.load == 1.0), None)

    @property
    def state(self) -> State | None:
        """What the design is at its load; None where that cannot be said yet."""
        own = self.own
        if own is None:
            return None
        if not own.healthy:
            return "overloaded"
        if math.isinf(own.recovery):
            return "metastable"
        return "vulnerable" if self.loop.state_at(1.0) == "stuck" else "stable"


def loop_table(loop: Loop) -> Table:
    """A row a level."""
    rows = tuple(
        (
            each.load,
            each.offered,
            each.up,
            each.down,
            each.waiting_up,
            each.waiting_down,
            each.state,
        )
        for each in loop.levels
    )
    return Table("loop", "Load up and down", _LOOP, rows)


def triggers_table(meter: Meter) -> Table:
    """A row a load at which it was triggered."""
    rows = tuple(_trigger_row(meter, probe) for probe in sorted(meter.probes, key=lambda p: p.load))
    return Table("triggers", f"Triggered: {meter.trigger.label}", _TRIGGERS, rows)


def _trigger_row(meter: Meter, probe: Probe) -> tuple[Cell, ...]:
    """A load."""
    predicted = {
        "stable": "recovers",
        "vulnerable": "does not recover",
        "overloaded": "fails undisturbed",
    }[probe.predicted]
    low, high = probe.drain or (None, None)
    return (
        probe.load,
        meter.trigger.label,
        predicted,
        probe.verdict,
        _known(probe.recovery),
        _known(low),
        _known(high),
        probe.backlog,
        probe.watched,
        len(probe.runs),
    )


def prediction_table(bands: Sequence[Band]) -> Table:
    """A row a node that can be full."""
    rows = tuple(
        (
            band.node,
            band.offered,
            band.capacity,
            band.tries,
            band.cold,
            _known(band.places),
            _known(band.patience),
            _known(band.low),
            band.high,
            band.state(1.0),
            band.guard,
        )
        for band in bands
    )
    return Table("prediction", "Predicted from the plan", _PREDICTION, rows)


def sentences(meter: Meter) -> list[str]:
    """The state, why, the loop, and whether prediction and simulation agree."""
    said = []
    if meter.state is not None and meter.own is not None:
        said.append(_state(meter, meter.own))
    said.append(_predicted(meter.bands, meter.name_of))
    stuck, drains = meter.loop.between("stuck"), meter.loop.between("draining")
    if stuck is not None:
        said.append(f"The loop is open {_from_to(stuck)}: goodput on the way down stays below.")
    elif meter.loop.levels:
        slow = f"; it is only slow to close {_from_to(drains)}" if drains else ""
        said.append(f"The loop is closed: goodput is the same on the way down{slow}.")
    judged = [probe for probe in meter.probes if probe.agrees is not None]
    if judged:
        agree = sum(probe.agrees is True for probe in judged)
        text = f"Simulation and prediction agree at {agree} of {len(judged)} loads"
        odd = [probe for probe in judged if not probe.agrees]
        shown = ", ".join(f"load {probe.load:g} {probe.verdict}" for probe in odd)
        said.append(f"{text}: {shown}." if shown else f"{text}.")
    return said


def _state(meter: Meter, own: Probe) -> str:
    """What the design is at its load, and what the triggered run shows."""
    label = meter.trigger.label
    match meter.state:
        case "overloaded":
            return "Overloaded: it does not bear its load undisturbed, so nothing can be said of triggers."
        case "metastable":
            waits = {"grows": ", and what waits grows", "stays": ", and what waits stays"}
            tail = waits.get(own.backlog, "; what waits goes, so it may later")
            within = format_quantity(own.watched, "s")
            return f"Metastable: after {label}, it does not recover within {within}{tail}."
        case "vulnerable":
            return (
                f"Vulnerable: it recovers {_after(meter, own)} after {label}, but once overloaded it stays "
                "down at its own load; a larger trigger may do the same."
            )
        case _:
            return f"Stable: after {label}, it recovers {_after(meter, own)} after its end."


def _after(meter: Meter, probe: Probe) -> str:
    """How long a recovery takes."""
    if probe.recovery <= 0.0:
        return "at once"
    at = format_instant(meter.trigger.end + probe.recovery)
    return f"{format_quantity(probe.recovery, 's')} (at {at})"


def _predicted(bands: Sequence[Band], name_of: Callable[[str], str]) -> str:
    """The node that decides, and from which load to which it may stay down."""
    if not bands:
        return "Predicted: nothing in it can be full."
    worst = bands[0]
    who = name_of(worst.node)
    high = min(band.high for band in bands)
    if worst.guard or worst.low >= high:
        if worst.guard:
            reason = worst.guard
        else:
            reason = (
                f"it is overloaded before it could stay down, from load {format_figure(high)} on"
            )
        return f"Predicted: no load keeps {who} down once a trigger is over: {reason}."
    ways = []
    if worst.tries > 1.0:
        ways.append(f"tried {format_figure(worst.tries)} times")
    if worst.cold > 1.0:
        ways.append(f"{format_figure(worst.cold)} times as many come while caches are empty")
    rates = [format_quantity(load * worst.offered, "rps") for load in (worst.low, high)]
    close = " Its queue is nearly short enough: chance decides." if worst.is_close else ""
    return (
        f"Predicted: {who} can stay down from load {format_figure(worst.low)} to "
        f"{format_figure(high)} ({rates[0]} to {rates[1]} of {format_quantity(worst.capacity, 'rps')}): "
        f"{' and '.join(ways)}.{close}"
    )


def _from_to(ends: tuple[float, float]) -> str:
    """A range of loads."""
    low, high = (format_figure(each) for each in ends)
    return f"at load {low}" if low == high else f"from load {low} to {high}"


def _known(value: float | None) -> float | None:
    """A number, None for an infinity."""
    return value if value is not None and math.isfinite(value) else None


_LOOP: Final = (
    Column("load", "Load"),
    Column("offered", "offered", "rps"),
    Column("up", "goodput up", "rps"),
    Column("down", "goodput down", "rps"),
    Column("waiting_up", "inside, up"),
    Column("waiting_down", "inside, down"),
    Column("state", "way down"),
)
_TRIGGERS: Final = (
    Column("load", "Load"),
    Column("trigger", "Trigger"),
    Column("predicted", "predicted"),
    Column("verdict", "verdict"),
    Column("recovery", "after", "s"),
    Column("predicted_low", "predicted from", "s"),
    Column("predicted_high", "to", "s"),
    Column("backlog", "what waits"),
    Column("watched", "watched", "s"),
    Column("count", "runs"),
)
_PREDICTION: Final = (
    Column("node", "Node"),
    Column("offered", "offered", "rps"),
    Column("capacity", "capacity", "rps"),
    Column("tries", "tries"),
    Column("cold", "empty caches ×"),
    Column("places", "queue"),
    Column("patience", "callers wait", "s"),
    Column("from", "stays down from load"),
    Column("to", "overloaded from"),
    Column("state", "at its load"),
    Column("guard", "what guards it"),
)
