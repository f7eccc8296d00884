"""Everything to know of a design before it runs: errors, warnings and risks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.lower import read_whole

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.model.findings import Finding


def check(design: Design) -> tuple[Finding, ...]:
    """Findings of a design: errors first, then warnings, then risks of what would run."""
    reading = read_whole(design)
    return reading.errors
