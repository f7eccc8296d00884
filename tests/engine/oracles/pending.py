"""The oracles that no test checks yet, each with what the simulator lacks for it.

The table has 36 rows; `test_every_oracle.py` fails unless each is checked by a test that bears its
number, or waits here, or both where a part of it has to wait.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

ORACLES: Final = range(1, 37)

PENDING: Final = MappingProxyType(
    {
        20: "quorums of replicas with versions: stores",
    }
)
"""Rows that cannot be expressed at all."""

PARTLY: Final = MappingProxyType(
    {
        22: "fetches per expiry are checked; stale answers wait for versions in stores",
        23: "maps, moves, imbalance and hot keys are checked; caps of partitions wait for stores",
        27: "who shares a shard is checked; cells wait for their frames",
        33: "detection and duplicates are checked; replica lag, DNS and cold starts wait for theirs",
        35: "adaptive throttling is checked; sampled traces wait for probes",
    }
)
"""Rows of which a part can be expressed, and is checked; the rest waits."""
