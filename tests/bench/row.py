"""A line of the table: what was measured, what was promised, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Row:
    """One measurement; `reference` was measured in the same run, on the same machine."""

    name: str
    value: float
    unit: str
    bound: float
    better: Literal["more", "less"]
    reference: float | None = None
    reference_name: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the reference the value is."""
        return None if not self.reference else self.value / self.reference

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.value >= self.bound if self.better == "more" else self.value <= self.bound
