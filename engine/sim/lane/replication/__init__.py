"""Copies of a database: what its leader writes down, and when that reaches each follower."""

from __future__ import annotations

from engine.sim.compiled import use_compiled_lane

use_compiled_lane(__path__)
