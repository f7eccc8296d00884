"""Why something went wrong: the chain of causes, out of what a run recorded."""

from __future__ import annotations

from engine.why.chain import explain
from engine.why.fact import Fact
from engine.why.record import Record

__all__ = ["Fact", "Record", "explain"]
