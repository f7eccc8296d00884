"""What is recorded of single requests: a setting of a run, not of the design."""

from __future__ import annotations

from engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSettings:
    """What is recorded of requests. All are recorded while they are under way; this says which are kept."""

    share: float = 0.01
    """Of all requests, chosen before anything is known about them (head sampling)."""
    spans: int = 30_000
    """Spans that are kept, about; 160 bytes each. A third is for failures, of more every second, fourth… one; a
    third for the slowest requests, as many as fit; and a third for the share of all."""
