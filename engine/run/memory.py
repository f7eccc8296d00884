"""The end of memory: how much a run may take, how much it takes, and who takes it."""

from __future__ import annotations

import os
import sys
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.model.units import format_figure, format_instant, format_quantity
from engine.records import dataclass
from engine.sim.lane.roles.queue import Queue
from engine.sim.lane.traffic.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart

_EVERY: Final = 32
"""Looks of the agenda between two at the memory: some tens of thousands of entries, a few megabytes."""
_MOSTLY: Final = 0.3
"""Share of what is inside a node that waits, from which on it is its queue that is to blame."""
_LARGEST: Final = 10_000.0
"""Bytes that a request and all that belongs to it take at most: a tenth of the memory shows by far who holds it."""
_STATM: Final = Path("/proc/self/statm")


class MemoryLimitError(RuntimeError):
    """A run has taken all memory that it may take. What was measured so far is whole."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.text)
        self.stop = stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why a run was stopped before its end, as results tell it."""

    reason: str = "memory"
    at: float
    """Simulated time (s)."""
    node: str | None
    """Who takes the memory, where one does."""
    text: str
    """One line: what, where, remedy."""


def resident() -> float:
    """Bytes of memory that this process has now."""
    if _STATM.exists():
        return float(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return _resident_elsewhere()


def _resident_elsewhere() -> float:
    """Bytes as Windows tells them; elsewhere the most that the process ever had."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only there

        counters = (ctypes.c_size_t * 10)()
        counters[0] = ctypes.sizeof(counters)
        process = ctypes.windll.kernel32.GetCurrentProcess()
        ctypes.windll.psapi.GetProcessMemoryInfo(process, counters, ctypes.sizeof(counters))
        return float(counters[2])  # WorkingSetSize, after two words of 32 bits and the peak
    import resource  # noqa: PLC0415 - only here

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most) * (1.0 if sys.platform == "darwin" else 1024.0)


class MemoryGuard:
    """Says when a run has taken more than it may. Cheap enough to be asked at every look."""

    def __init__(self, limit: float) -> None:
        """Count from what the process has now."""
        self.limit = limit
        self._before = resident()
        self._asked = 0

    def is_full(self) -> bool:
        """Whether the run has taken all that it may."""
        self._asked += 1
        return self._asked % _EVERY == 0 and resident() - self._before > self.limit


def stopped(machine: Machine, limit: float) -> Stop:
    """Why a run is at its limit, and whom to blame."""
    node, blame = _culprit(machine, limit)
    text = f"stopped at {format_instant(machine.now)}, at its limit of {format_quantity(limit, 'B')} of memory: {blame}"
    return Stop(at=machine.now, node=node, text=text)


def _culprit(machine: Machine, limit: float) -> tuple[str | None, str]:
    """Which node takes the memory, and what to do about it.

    Who waits for an answer waits for the one that is last in the chain: the node with the longest queue is
    asked first, then the one with most inside. Where that is nobody, it is on a link or with the users.
    """
    called = machine.plan.name
    nodes = [(name, part) for name, part in machine.nodes.items() if not part.is_client]
    inside = max((float(part.node.in_system) for _, part in nodes), default=0.0)
    waiting = {name: _waiting(part) for name, part in nodes}
    if 10.0 * _LARGEST * max(inside, *waiting.values(), 0.0) < limit:
        return _outside(machine, limit)
    longest = max(waiting, key=lambda name: waiting[name], default="")
    if longest and waiting[longest] > _MOSTLY * inside and waiting[longest] >= 1.0:
        told = (
            f"{called(longest)}'s queue holds {_many(waiting[longest])} requests; give it a limit"
        )
        return longest, told
    # The last of those that hold about the most: the others wait for it.
    full = [name for name, part in nodes if float(part.node.in_system) > 0.9 * inside > 0.0]
    if full:
        told = f"{called(full[-1])} holds {_many(inside)} requests; limit how many it lets in"
        return full[-1], told
    return None, "lower its load, or give it more memory"


def _outside(machine: Machine, limit: float) -> tuple[str | None, str]:
    """Who holds what no node does: a link, where calls travel or wait to be sent, or the users of a client."""
    held = max(_held_outside(machine), key=itemgetter(0), default=(0.0, "", "", ""))
    most, node, holder, what = held
    if 10.0 * _LARGEST * most < limit:
        return None, "it is in no queue; lower the load or what stores keep, or give it more memory"
    return node, f"{holder} {_many(most)} {what}"


def _held_outside(machine: Machine) -> Iterator[tuple[float, str, str, str]]:
    """How many somebody holds, which node is to blame, and the words before and after that number."""
    called = machine.plan.name
    for each in machine.links.values():
        source, target = each.plan.source, each.plan.target
        holder = f"{called(source)} → {called(target)} holds"
        yield float(each.link.in_flight), source, holder, "calls; limit how many it lets wait"
    for name, part in machine.nodes.items():
        client = part.role(Client)
        if client is None:
            continue
        visits = client.visits
        alive = 0.0 if visits is None else float(visits.begun - visits.over)
        yield alive, name, f"{called(name)} has", "sessions under way; lower its load"
        waits = "requests; give them a deadline, or fewer retries"
        yield float(part.node.in_system), name, f"{called(name)} waits for", waits


def _waiting(part: NodePart) -> float:
    """How many wait at a node for a worker, or for somebody to take them."""
    queue = part.role(Queue)
    return (
        float(part.node.waiting)
        if queue is None
        else max(float(queue.depth), float(part.node.waiting))
    )


def _many(count: float) -> str:
    """A large number as people say it."""
    for size, word in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if count >= size:
            return f"{format_figure(count / size, 2)} {word}"
    return f"{count:.0f}"
