"""Locks of rows: who holds them, who waits for them, who waits in a circle, and what transactions keep."""

from __future__ import annotations

from engine.sim.compiled import use_compiled_lane

use_compiled_lane(__path__)
