"""Sessions of users: what a node knows of each, and where that is kept."""

from __future__ import annotations

from engine.sim.compiled import use_compiled_lane

use_compiled_lane(__path__)
