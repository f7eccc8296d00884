"""Gates of a node: what calls have to pass before they wait for a worker."""

from __future__ import annotations

from engine.sim.compiled import use_compiled_lane

use_compiled_lane(__path__)
