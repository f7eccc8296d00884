"""Transactions over several participants: who leads them, who takes part, and what becomes of both."""

from __future__ import annotations

from engine.sim.compiled import use_compiled_lane

use_compiled_lane(__path__)
