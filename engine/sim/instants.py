"""How everything stands at some instants of a run: who waits where, who works, what is open or down."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.sim.samples import gauge_of, states_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.sim.machine import Machine


class Instants:
    """Looks at one machine at given times (s), before anything that is due then; looking changes nothing."""

    def __init__(self, machine: Machine, times: Iterable[float]) -> None:
        """Look at these, in their order; those that are over by now are seen at once."""
        self._machine = machine
        self._ahead = sorted(set(times))
        self._seen: list[dict[str, Any]] = []

    @property
    def due(self) -> float:
        """When the next look is due (s)."""
        return self._ahead[0] if self._ahead else math.inf

    def note(self) -> None:
        """Look, if it is time."""
        if self._machine.now >= self.due:
            self._seen.append({"at": self._ahead.pop(0), **self._look()})
            self.note()

    def result(self) -> list[dict[str, Any]]:
        """What was seen up to now, a look an instant that the run has reached."""
        return self._seen

    def _look(self) -> dict[str, Any]:
        """How every client, node and link stands."""
        machine, states = self._machine, states_of(self._machine)
        found: dict[str, dict[str, Any]] = {"clients": {}, "nodes": {}, "links": {}}
        for name, part in machine.nodes.items():
            if part.is_client:
                found["clients"][name] = {"in_system": int(part.node.in_system)}
                continue
            seen = asdict(gauge_of(part))
            instances = seen["instances"]
            found["nodes"][name] = {
                "busy": sum(each["busy"] for each in instances),
                "working": sum(each["working"] for each in instances),
                **seen,
                "states": states.get(name, {}),
            }
        for name, link in machine.links.items():
            found["links"][name] = {
                "in_flight": int(link.link.in_flight),
                "states": states.get(name, {}),
            }
        return found
