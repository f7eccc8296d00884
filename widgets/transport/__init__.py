"""The transport: run, step and restart, speed, load dial, simulated clock and seed."""

from __future__ import annotations

from widgets.transport.bar import TransportBar

__all__ = ["TransportBar"]
