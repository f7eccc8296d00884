"""The timeline: load over time and the scenario's events, which can be added, dragged and removed."""

from __future__ import annotations

from widgets.timeline.strip import TimelineStrip

__all__ = ["TimelineStrip"]
