"""Charts of a run: latency, traffic, the busiest nodes, and whatever a person pins beside them."""

from __future__ import annotations

from widgets.charts.pace import Pace
from widgets.charts.panel import ChartsPanel

__all__ = ["ChartsPanel", "Pace"]
