"""Call rules of a link: what its caller does with an attempt."""

from __future__ import annotations

from engine.sim.compiled import use_compiled_lane

use_compiled_lane(__path__)
