"""The inspector: a form for what is selected, generated from the fields of its config."""

from __future__ import annotations

from widgets.inspector.panel import InspectorPanel

__all__ = ["InspectorPanel"]
