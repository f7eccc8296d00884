"""Records what happens to requests, call by call: see `engine.traces` for what is made of it.

Nothing here changes what happens: no random number is drawn, and nothing is scheduled. Where nobody
wants traces there is no `Tracer`, and calls have no span.
"""

from __future__ import annotations

from engine.sim.compiled import use_compiled_lane

use_compiled_lane(__path__)
