"""Routers that tell good instances from bad ones: how long they had too few."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from engine.sim.body import Adapter, Counters, Values, ratio

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Rotation(Protocol):
    """Who is called by a router."""

    part: Any
    panic: bool

    def panic_time(self, now: float) -> float:
        """Seconds for which everybody was called so far."""


class RotationAdapter(Adapter[Any]):
    """Counts how long everybody was called because too few were good."""

    name = "health"

    def counters(self, body: _Rotation, now: float) -> Counters:
        """Time in panic."""
        return (body.panic_time(now),)

    def extra(self, body: _Rotation, since: Sequence[float], span: float, now: float) -> Values:
        """Share of the time, where it may happen at all."""
        router = body.part.plan.router
        health = None if router is None else router.health
        if health is None or (health.panic is None and not health.fail_open):
            return {}
        return {"panic_share": ratio(since[0], span)}

    def state(self, body: _Rotation) -> str:
        """Panic, or nothing worth a word."""
        return "panic" if body.panic else ""


ROTATION = RotationAdapter()
