"""Slow start: whoever is new, or is back, gets its share little by little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.call import Call, Endpoint
    from engine.sim.lane.draws import Draws

LEAST: Final = 0.1
"""Share of its share that an instance has at once (Envoy's min_weight_percent: 10 %)."""
_TRIES: Final = 32


@final
class SlowStart(Picker):
    """Passes over instances that are new, the more so the newer they are: rejection, so that shares are exact."""

    def __init__(
        self,
        endpoints: list[Endpoint],
        inner: Picker,
        window: float,
        uniforms: Draws,
        agenda: Agenda,
    ) -> None:
        super().__init__(endpoints)
        self._inner = inner
        self._window = window
        """Seconds until an instance has its whole share."""
        self._uniforms = uniforms
        self._agenda = agenda

    def pick(self, call: Call) -> Endpoint | None:
        """What the picker says, unless that is too new; whoever is left where all are."""
        now = self._agenda.now
        endpoint = self._inner.pick(call)
        for _ in range(_TRIES):
            if endpoint is None:
                return None
            share = (now - endpoint.pool.since) / self._window
            if share >= 1.0 or self._uniforms.draw() < max(LEAST, share):
                return endpoint
            endpoint = self._inner.pick(call)
        return endpoint
