"""Single requests of a run: a list of them, and each as a waterfall of spans."""

from __future__ import annotations

from widgets.traces.panel import TracesPanel

__all__ = ["TracesPanel"]
