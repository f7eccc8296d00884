"""The request lane: everything that happens once a request, compiled by mypyc where that is possible."""

from __future__ import annotations

from engine.sim.compiled import use_compiled_lane

use_compiled_lane(__path__)
