"""The loop of a design: goodput over a load that goes up and comes down again."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Literal

from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

State = Literal["closed", "draining", "stuck", "overloaded"]
_NOISE = 3.0
"""Standard deviations of a count by which it may fall short by chance."""
_SHRINKS = 0.02
"""Share of what waits that has to go in a level, so that it is going and not staying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What a load brings on the way up, and on the way down."""

    load: float
    offered: float
    """Requests a second, on the way down."""
    up: float
    """Goodput (rps)."""
    down: float
    waiting_up: float
    """Requests inside all nodes at the end."""
    waiting_down: float
    state: State
    """Whether the way down is as the way up; or else whether what waits goes, or stays."""


@dataclass(frozen=True, slots=True)
class Loop:
    """All levels, the lowest first."""

    levels: tuple[Level, ...]

    def between(self, state: State) -> tuple[float, float] | None:
        """The lowest and the highest load in a state; None where there is none."""
        loads = [level.load for level in self.levels if level.state == state]
        return (min(loads), max(loads)) if loads else None

    def state_at(self, load: float) -> State | None:
        """The state of a load, if it is one of the levels."""
        return next((level.state for level in self.levels if level.load == load), None)


def ramp_events(loads: Sequence[float], hold: float) -> tuple[str, ...]:
    """The events that make every client's traffic go through some loads, each for a time (s)."""
    return tuple(
        json.dumps(
            {"at": place * hold, "duration": hold, "change": "traffic", "factor": load},
            sort_keys=True,
        )
        for place, load in enumerate(loads)
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """What was seen while a level was held."""

    offered: float
    got: float
    begun: float
    """Inside all nodes in its first step."""
    waiting: float
    """Inside in its last one."""
    seconds: float


def loop_of(
    loads: Sequence[float], ramps: Sequence[Mapping[str, Any]], parts: int, tolerance: float
) -> Loop:
    """The loop that series tell, each with so many steps a level."""
    levels = []
    count = len(loads)
    for place, load in enumerate(loads):
        up = _mean([_held(series, place, parts) for series in ramps])
        down = _mean([_held(series, 2 * count - 2 - place, parts) for series in ramps])
        levels.append(
            Level(
                load=load,
                offered=down.offered / down.seconds,
                up=up.got / up.seconds,
                down=down.got / down.seconds,
                waiting_up=up.waiting,
                waiting_down=down.waiting,
                state=_state(up, down, tolerance),
            )
        )
    return Loop(tuple(levels))


def _state(up: _Held, down: _Held, tolerance: float) -> State:
    """What a level is."""
    if up.got < (1.0 - tolerance) * up.offered - _NOISE * math.sqrt(up.offered):
        return "overloaded"
    if down.got >= (1.0 - tolerance) * up.got - _NOISE * math.sqrt(up.got):
        return "closed"
    return "draining" if down.waiting < (1.0 - _SHRINKS) * down.begun else "stuck"


def _held(series: Mapping[str, Any], level: int, parts: int) -> _Held:
    """What a series says of a level: its later half, and what waits."""
    first, last = level * parts, (level + 1) * parts
    late = range(first + parts // 2, last)
    clients = series["clients"].values()
    inside = [rows["in_system"] for rows in series["nodes"].values()]
    return _Held(
        offered=_sum(clients, "offered", late),
        got=_sum(clients, "succeeded", late),
        begun=math.fsum(rows[first] or 0.0 for rows in inside),
        waiting=math.fsum(rows[last - 1] or 0.0 for rows in inside),
        seconds=len(late) * float(series["step"]),
    )


def _sum(clients: Any, name: str, places: range) -> float:
    """A count of all clients over some steps."""
    return math.fsum(rows[name][place] or 0.0 for rows in clients for place in places)


def _mean(held: Sequence[_Held]) -> _Held:
    """The mean over runs."""
    names = ("offered", "got", "begun", "waiting", "seconds")
    means = (math.fsum(getattr(each, name) for each in held) / len(held) for name in names)
    return _Held(*means)
