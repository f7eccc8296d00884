"""What charts and timeline have in common: one time axis, one compact record of a run, and its past.

Everything here lies below the views: it may use ``engine.model``, ``engine.sim.snapshot`` and
``widgets.theme``, and knows no view.
"""

from __future__ import annotations

from widgets.instruments.history import History
from widgets.instruments.past import Moment, Past
from widgets.instruments.recall import Recall
from widgets.instruments.time_axis import TimeAxis

__all__ = ["History", "Moment", "Past", "Recall", "TimeAxis"]
